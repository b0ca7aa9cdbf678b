"""A murder brought up by `murder local up` from YAML text, in a state directory and a network of its own.

What a test does with it is what a person would do: the command line, IMAP, LMTP, and kill.
"""

import contextlib
import imaplib
import json
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ.get("MURDER_BIN", "build/release/bin")).resolve()
NETWORK = int(os.environ.get("MURDER_TEST_NETWORK", "34"))

QUICKSTART = """
apiVersion: murder.cyrus.dev/v1alpha1
kind: MurderCluster
metadata: {name: CLUSTER}
spec:
  frontend: {replicas: FRONTENDS}
  authentication: {users: [alice, bob]}
"""
BACKEND = """
---
apiVersion: murder.cyrus.dev/v1alpha1
kind: Backend
metadata: {name: NAME}
spec:
  clusterRef: {name: CLUSTER}
  partitions: [{name: p1}, {name: p2}]
"""


def manifests(cluster, backends=2, frontends=2):
    text = QUICKSTART.replace("FRONTENDS", str(frontends))
    for number in range(1, backends + 1):
        text += BACKEND.replace("NAME", f"be{number}")
    return text.replace("CLUSTER", cluster)


def wait_for(what, predicate, seconds=60.0):
    """The predicate's first true value; fails, and says what it last was, when there is none in time."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            last = predicate()
            if last:
                return last
        except (OSError, AssertionError, imaplib.IMAP4.error, smtplib.SMTPException) as error:
            last = error
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s; last: {last!r}")


class LocalMurder:
    def __init__(self, yaml, cluster, network=NETWORK, user=None):
        self.cluster, self.network, self.user = cluster, network, user
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="murder-e2e-"))
        self.top.chmod(0o755)
        self.state = self.top / cluster
        self.manifest = self.top / "murder.yaml"
        self.manifest.write_text(yaml)
        self.offset = 10000 if user else 0
        if user:
            owner = pwd.getpwnam(user)
            for path in (self.top, self.manifest):
                os.chown(path, owner.pw_uid, owner.pw_gid)

    # The command

    def murder(self, *arguments, check=True, timeout=180):
        command = [str(BIN / "murder"), *map(str, arguments)]
        if self.user:
            command = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd="/")
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def start(self, verb, *arguments):
        """`murder local VERB`, which goes on by itself."""
        command = [BIN / "murder", "local", verb, "--state", self.top, "--cluster", self.cluster, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/")

    def local(self, verb, *arguments, **options):
        return self.murder("local", verb, "--state", self.top, "--cluster", self.cluster, *arguments, **options)

    def up(self, *arguments, **options):
        return self.local("up", "-f", self.manifest, "--network", self.network, *arguments, **options)

    def down(self, *arguments, **options):
        return self.local("down", *arguments, **options)

    def status(self):
        return json.loads(self.local("status", "-o", "json", check=False).stdout)

    def node(self, name):
        return next(node for node in self.status()["nodes"] if node["name"] == name)

    def ready(self):
        status = self.status()
        return status["ready"] and status["supervisor"] and status["guard"]

    def wait_until_ready(self, seconds=90):
        return wait_for(f"{self.cluster} is ready", self.ready, seconds)

    # What a person does with mail

    def address(self, node):
        return self.node(node)["address"]

    def password(self, user):
        return json.loads((self.state / "secrets/passwords.json").read_text())[f"user.{user}"]

    def passwords(self):
        return json.loads((self.state / "secrets/passwords.json").read_text())

    @contextlib.contextmanager
    def imap(self, node, user):
        secrets = self.passwords()
        password = next(secrets[key] for key in (f"user.{user}", f"admin.{user}", user) if key in secrets)
        session = imaplib.IMAP4(self.address(node), 143 + self.offset, timeout=10)
        try:
            session.login(user, password)
            yield session
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                session.logout()

    def deliver(self, node, user, subject):
        with smtplib.LMTP(self.address(node), 2003 + self.offset) as lmtp:
            refused = lmtp.sendmail("", [user], f"Subject: {subject}\r\nFrom: a@b\r\nTo: {user}\r\n\r\nHello.\r\n")
            assert refused == {}, refused

    def subjects(self, node, user):
        with self.imap(node, user) as session:
            kind, data = session.select("INBOX", readonly=True)
            assert kind == "OK", data
            _, found = session.search(None, "ALL")
            subjects = []
            for number in found[0].split():
                _, parts = session.fetch(number.decode(), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                subjects.append(parts[0][1].decode().split(":", 1)[1].strip())
            return subjects

    def works(self, subject):
        """A message in through one frontend and out through the other."""
        self.deliver("fe1", "alice", subject)
        assert subject in self.subjects("fe2", "alice")
        return True

    # What is left behind

    def processes(self):
        """All that runs in a node's view, or from the state's own programs."""
        hosts = {os.stat(path)[1:3]: path.parts[-3] for path in self.state.glob("nodes/*/etc/hosts")}
        found = []
        for proc in pathlib.Path("/proc").iterdir():
            if not proc.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                program = os.readlink(proc / "exe")
                node = hosts.get(os.stat(proc / "root/etc/hosts")[1:3])
                if node or program.startswith(f"{self.state}/"):
                    found.append((int(proc.name), node, program))
        return found

    def children(self, node, program):
        """Processes of a service of a node."""
        return [pid for pid, where, path in self.processes() if where == node and path.endswith(f"/{program}")]

    def nothing_is_left(self):
        assert self.processes() == []
        assert str(self.top) not in pathlib.Path("/proc/mounts").read_text()

    def remove(self):
        """Whatever the test did: stops it, and holds that it leaves nothing behind."""
        print(self.down("--delete-data").stdout)
        left = [path for path in self.top.iterdir() if path != self.manifest]
        assert left == []
        self.nothing_is_left()
        shutil.rmtree(self.top)


def kill(pid, number=signal.SIGKILL):
    os.kill(pid, number)
    return pid
