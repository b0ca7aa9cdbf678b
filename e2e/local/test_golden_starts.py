"""Real Cyrus starts with what is rendered for each manifest of examples/manifests (those for the release that is
installed here): every service answers, the master learns what a backend creates and pushes, and Cyrus's own checker
finds nothing to say about the options.

The nodes run as `murder local` runs them: an address and a mount namespace each, for /etc/hosts and /etc/services.
"""
import base64
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time

import imaplib
import pytest
import yaml

SOURCES = pathlib.Path(__file__).parents[2]
MURDER = SOURCES / "build/release/bin/murder"
LIBRARY = "/usr/lib/cyrus/bin"
NETWORK = "127.35"
RELEASE = "3.6"
MANIFESTS = [
    path for path in sorted((SOURCES / "examples/manifests").glob("*.yaml"))
    if re.findall(r'cyrusVersion: "(.*)"', path.read_text()) in ([], [RELEASE])
]

BANNERS = {
    "imap": rb"\* OK ",
    "pop3": rb"\+OK ",
    "nntp": rb"20[01] ",
    "sieve": rb'"IMPLEMENTATION"',
    "lmtp": rb"220 ",
    "mupdate": rb"\* ",
    "http": rb"HTTP/1.1 ",
}


class Node:
    def __init__(self, folder):
        self.folder = folder
        self.agent = json.loads((folder / "etc/agent.json").read_text())
        self.imapd_conf = dict(
            line.split(": ", 1) for line in (folder / "etc/imapd.conf").read_text().splitlines()
            if ": " in line and line[0] not in "#@")
        self.accounts = {a["user"]: a["password"] for a in json.loads((folder / "secrets/accounts.json").read_text())}
        self.process = None

    def lay_out(self, certificate):
        paths = ["conf/" + name for name in ("db", "socket", "proc", "log", "msg", "ptclient", "lock")]
        paths += ["run/proc", "run/lock", "sieve", "log", "tls"]
        paths += [os.path.relpath(path, self.folder) for key, path in self.imapd_conf.items()
                  if key.startswith("partition-")]
        for path in paths:
            (self.folder / path).mkdir(parents=True)
        shutil.copy(certificate / "tls.crt", self.folder / "tls")
        shutil.copy(certificate / "tls.key", self.folder / "tls")
        for user, password in self.accounts.items():
            subprocess.run(["saslpasswd2", "-c", "-p", "-f", self.agent["paths"]["sasldb"], "-u",
                            self.imapd_conf["servername"], user], input=password, text=True, check=True)
        subprocess.run(["chown", "-R", "cyrus:mail", self.folder], check=True)

    def start(self):
        script = ('mount --bind "$1/etc/hosts" /etc/hosts && mount --bind "$1/etc/services" /etc/services && '
                  'exec /usr/sbin/cyrmaster -C "$1/etc/imapd.conf" -M "$1/etc/cyrus.conf" -p "$1/run/master.pid"')
        # A session of its own: cyrmaster signals its whole process group.
        self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", script, "sh", str(self.folder)],
                                        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def run(self, program, *arguments):
        return subprocess.run(["nsenter", f"--target={self.process.pid}", "--mount", f"{LIBRARY}/{program}", "-C",
                               str(self.folder / "etc/imapd.conf"), *arguments], capture_output=True, text=True,
                              timeout=30)


def address(endpoint):
    if endpoint.startswith("/"):
        return socket.AF_UNIX, endpoint
    host, port = endpoint.rsplit(":", 1)
    return socket.AF_INET, (host, int(port))


def connect(service, timeout=5):
    family, to = address(service["endpoint"])
    connection = socket.socket(family)
    connection.settimeout(timeout)
    connection.connect(to)
    if service["tls"]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection)
    return connection


def wait_for_banner(service, deadline):
    """The service is asked until it answers: cyrmaster starts some processes only then."""
    answer = "nothing"
    while time.monotonic() < deadline:
        try:
            with connect(service) as connection:
                if service["protocol"] == "http":
                    connection.sendall(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
                answer = connection.recv(4096)
                if re.match(BANNERS[service["protocol"]], answer):
                    return
        except OSError as error:
            answer = error
        time.sleep(0.05)
    pytest.fail(f"{service['name']} at {service['endpoint']}: {answer}")


def find_at_master(master, mailbox):
    """The location of a mailbox, asked as an administrator by MUPDATE (RFC 3656)."""
    with connect(master.agent["services"][0]) as connection:
        lines = connection.makefile("rwb")
        while not lines.readline().startswith(b"* OK "):
            pass
        plain = base64.b64encode(b"\0cyrus\0" + master.accounts["cyrus"].encode())
        lines.write(b'A AUTHENTICATE "PLAIN" "%s"\r\n' % plain)
        lines.flush()
        assert lines.readline().startswith(b"A OK ")
        lines.write(b'F FIND "%s"\r\n' % mailbox.encode())
        lines.flush()
        answer = lines.readline()
        while not (answer.startswith(b"F OK") or answer.splitlines()[-1].startswith((b"F OK", b"F NO"))):
            line = lines.readline()
            assert line, answer
            answer += line
        return answer.decode()


def passwords_for(documents):
    """Every account of every cluster, by the names that topology.cc gives their secrets."""
    names = ["mupdate-frontends", "xfer"]
    for document in documents:
        if document["kind"] == "MurderCluster":
            authentication = document["spec"].get("authentication", {})
            names += ["admin." + name for name in authentication.get("admins", ["cyrus"])]
            names += ["user." + name for name in authentication.get("users", [])]
        elif document["kind"] == "Backend":
            names += [prefix + document["metadata"]["name"] for prefix in ("mupdate.", "mailproxy.")]
    return {name: secrets.token_hex(16) for name in names}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test",
                    "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)
    return folder


def render(manifest, root):
    documents = list(yaml.safe_load_all(manifest.read_text()))
    (root / "passwords.json").write_text(json.dumps(passwords_for(documents)))
    subprocess.run([MURDER, "render", "-f", manifest, "--cyrus", RELEASE, "--root", root, "--network", NETWORK,
                    "--passwords", root / "passwords.json", "--to", root], check=True, capture_output=True)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_cyrus_runs_what_is_rendered(manifest, certificate, tmp_path):
    os.chmod(tmp_path, 0o755)
    for parent in tmp_path.parents:
        if parent.is_relative_to("/tmp") and parent != pathlib.Path("/tmp"):
            os.chmod(parent, 0o755)
    render(manifest, tmp_path)
    for folder in sorted(tmp_path.rglob("nodes")):
        nodes = {path.name: Node(path) for path in sorted(folder.iterdir())}
        try:
            run_murder(nodes, certificate)
        finally:
            for node in nodes.values():
                node.stop()


def run_murder(nodes, certificate):
    for node in nodes.values():
        node.lay_out(certificate)
        lint = subprocess.run([f"{LIBRARY}/cyr_info", "-C", node.folder / "etc/imapd.conf", "-M",
                               node.folder / "etc/cyrus.conf", "conf-lint"], capture_output=True, text=True)
        # It knows no HOST_password, since any word may be a host.
        unknown = [line for line in lint.stdout.splitlines() if line.split("_password: ")[0] not in nodes]
        assert (lint.returncode, unknown, lint.stderr) == (0, [], ""), node.folder.name
    # The master first: with pushAtStart a backend ends without it.
    master = nodes["mupdate"]
    for node in [master] + [node for node in nodes.values() if node is not master]:
        node.start()
        for service in node.agent["services"]:
            wait_for_banner(service, time.monotonic() + 20)
    for node in nodes.values():
        if node.agent["role"] != "backend":
            continue
        separator = "/" if node.imapd_conf["unixhierarchysep"] == "yes" else "."
        user = f"new-{node.folder.name}"
        imap = imaplib.IMAP4(node.agent["services"][0]["endpoint"].split(":")[0])
        imap.login("cyrus", node.accounts["cyrus"])
        assert imap.create(f"user{separator}{user}")[0] == "OK"
        imap.logout()
        push = node.run("ctl_mboxlist", "-m")
        assert push.returncode == 0, push.stderr
        assert node.imapd_conf["servername"] + "!" in find_at_master(master, f"user.{user}")
    for node in nodes.values():
        assert node.process.poll() is None, f"{node.folder.name} has ended"
        for service in node.agent["services"]:
            wait_for_banner(service, time.monotonic() + 5)
