"""A murder made by hand, as the manual describes it: a MUPDATE master, backends and frontends of real Cyrus, each with
its own murder-agent. Nothing here comes from the operator, so what is tested is the agent alone.

One loopback address a node, standard ports, servername = address (Cyrus resolves locations by it, and an address needs
no /etc/hosts). Each cyrmaster leads a session of its own, because it signals its whole process group when it stops.
"""

import contextlib
import imaplib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

BIN = "/usr/lib/cyrus/bin"
AGENT = pathlib.Path(os.environ.get("MURDER_BIN", "build/release/bin")).resolve() / "murder-agent"
CLUSTER = "handmade"
PASSWORDS = {"cyrus": "cyruspw", "mupdate": "mupw", "mailproxy": "proxypw", "xfer": "xferpw", "u1": "pw1"}


def wait_for(what, predicate, seconds=30.0):
    """The predicate's first true value. Fails, and says what was waited for, when there is none in time."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            value = predicate()
            if value:
                return value
            last = value
        except (OSError, AssertionError, imaplib.IMAP4.error) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s; last: {last!r}")


def lines(text):
    return "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"


class Node:
    """One Cyrus, its directory, and the agent beside it."""

    def __init__(self, murder, name, role, address):
        self.murder, self.name, self.role, self.address = murder, name, role, address
        self.top = murder.top / name
        self.etc, self.conf, self.run = self.top / "etc", self.top / "conf", self.top / "run"
        self.master = None
        self.agent = None
        self.agent_log = None

    # Configuration

    @property
    def accounts(self):
        wanted = {
            "master": ["cyrus", "mupdate"],
            "backend": ["cyrus", "mailproxy", "xfer", "u1"],
            "frontend": ["cyrus", "u1"],
        }[self.role]
        return [{"user": user, "password": PASSWORDS[user]} for user in wanted]

    @property
    def partitions(self):
        return {"backend": ["p1", "p2"]}.get(self.role, ["default"])

    @property
    def services(self):
        if self.role == "master":
            return [("mupdate", "mupdate", f"{self.address}:3905")]
        services = [("imap", "imap", f"{self.address}:143"), ("lmtpunix", "lmtp", f"{self.run}/lmtp")]
        if self.role == "frontend":
            services.insert(0, ("mupdate", "mupdate", f"{self.address}:3905"))
        else:
            services += [
                ("pop3", "pop3", f"{self.address}:110"),
                ("sieve", "sieve", f"{self.address}:4190"),
                ("http", "http", f"{self.address}:80"),
                ("nntp", "nntp", f"{self.address}:119"),
            ]
        return services

    def imapd_conf(self):
        text = lines(
            f"""
            configdirectory: {self.conf}
            proc_path: {self.run}/proc
            mboxname_lockpath: {self.run}/lock
            servername: {self.address}
            syslog_prefix: {self.name}
            sasl_pwcheck_method: auxprop
            sasl_auxprop_plugin: sasldb
            sasl_sasldb_path: {self.run}/sasldb2
            sasl_mech_list: PLAIN LOGIN
            allowplaintext: yes
            sievedir: {self.top}/sieve
            umask: 077
            hashimapspool: yes
            altnamespace: no
            unixhierarchysep: no
            virtdomains: off
            lmtpsocket: {self.run}/lmtp
            idlesocket: {self.run}/idle
            httpmodules: caldav carddav
            delete_mode: delayed
            """
        )
        for partition in self.partitions:
            text += f"partition-{partition}: {self.top}/spool/{partition}\n"
        if self.role == "master":
            return text + "admins: cyrus mupdate murder-agent\n"
        text += lines(
            f"""
            mupdate_server: {self.murder.master.address}:3905
            mupdate_username: mupdate
            mupdate_authname: mupdate
            mupdate_password: {PASSWORDS["mupdate"]}
            """
        )
        if self.role == "backend":
            return text + lines(
                f"""
                admins: cyrus xfer murder-agent
                defaultpartition: p1
                proxyservers: mailproxy
                lmtp_admins: mailproxy
                proxy_authname: xfer
                proxy_password: {PASSWORDS["xfer"]}
                allowusermoves: yes
                """
            )
        return text + lines(
            f"""
            admins: cyrus murder-agent
            proxy_authname: mailproxy
            proxy_password: {PASSWORDS["mailproxy"]}
            """
        )

    def cyrus_conf(self):
        programs = {"imap": "imapd -U 30", "pop3": "pop3d", "sieve": "timsieved", "http": "httpd", "nntp": "nntpd"}
        text = f'START {{\n recover cmd="{BIN}/ctl_cyrusdb -C {self.etc}/imapd.conf -r"\n}}\nSERVICES {{\n'
        for name, protocol, endpoint in self.services:
            program, *arguments = programs.get(protocol, {"lmtp": "lmtpd", "mupdate": "mupdate"}.get(protocol)).split()
            if protocol == "mupdate" and self.role == "master":
                arguments.append("-m")
            command = " ".join([f"{BIN}/{program}", "-C", f"{self.etc}/imapd.conf", *arguments])
            prefork = 1 if protocol == "mupdate" else 0
            text += f' {name} cmd="{command}" listen="{endpoint}" prefork={prefork}\n'
        return text + f'}}\nEVENTS {{\n checkpoint cmd="{BIN}/ctl_cyrusdb -C {self.etc}/imapd.conf -c" period=30\n}}\n'

    def agent_json(self):
        return {
            "cluster": CLUSTER,
            "node": self.name,
            "role": self.role,
            "serverName": self.address,
            "paths": {
                "imapdConf": f"{self.etc}/imapd.conf",
                "cyrusConf": f"{self.etc}/cyrus.conf",
                "accounts": f"{self.etc}/accounts.json",
                "sasldb": f"{self.run}/sasldb2",
                "configDirectory": str(self.conf),
                "runDirectory": str(self.run),
                "sieveDirectory": f"{self.top}/sieve",
                "masterPid": f"{self.run}/master.pid",
            },
            "partitions": [{"name": name, "path": f"{self.top}/spool/{name}"} for name in self.partitions],
            "services": [
                {"name": name, "protocol": protocol, "endpoint": endpoint} for name, protocol, endpoint in self.services
            ],
            "mupdate": {
                "endpoint": f"{self.murder.master.address}:3905",
                "username": "mupdate",
                "passwordFile": "" if self.role == "master" else f"{self.etc}/mupdate.password",
            },
            "push": {"retrySeconds": 1, "maxRetrySeconds": 2},
            "health": {"intervalSeconds": 1, "timeoutSeconds": 3, "listCheckSeconds": 1},
            "listen": {
                "http": f"{self.address}:9400",
                "grpc": f"{self.address}:9401",
                "tlsCa": str(self.murder.pki / "ca.crt"),
                "tlsCert": f"{self.etc}/agent.crt",
                "tlsKey": f"{self.etc}/agent.key",
            },
            "logs": {"socket": f"{self.run}/log.sock", "spill": f"{self.run}/log.spill", "file": f"{self.top}/log.json"},
        }

    def write(self):
        self.etc.mkdir(parents=True, exist_ok=True)
        (self.etc / "imapd.conf").write_text(self.imapd_conf())
        (self.etc / "cyrus.conf").write_text(self.cyrus_conf())
        (self.etc / "accounts.json").write_text(json.dumps(self.accounts))
        (self.etc / "mupdate.password").write_text(PASSWORDS["mupdate"] + "\n")
        (self.etc / "agent.json").write_text(json.dumps(self.agent_json(), indent=2))
        self.murder.issue(self.address, self.etc / "agent")
        own(self.top)

    # Processes

    def start_agent(self):
        self.agent_log = open(self.top / "agent.log", "ab")
        self.agent = subprocess.Popen(
            [AGENT, "--config", self.etc / "agent.json"], stdout=self.agent_log, stderr=self.agent_log, cwd="/"
        )

        def started():
            if self.agent.poll() is not None:
                raise RuntimeError(f"{self.name}: the agent ended with {self.agent.returncode}: {self.agent_output()}")
            return self.http("/startupz")[0] == 200

        wait_for(f"{self.name}: /startupz", started)

    def stop_agent(self, with_signal=signal.SIGTERM):
        if self.agent is None:
            return None
        self.agent.send_signal(with_signal)
        code = self.agent.wait(timeout=15)
        self.agent, _ = None, self.agent_log.close()
        return code

    def start_cyrus(self):
        environment = dict(os.environ, CYRUS_SYSLOG_PREFIX=self.name)
        preload = AGENT.parent / "libmurder-syslog.so"
        if preload.exists():
            environment |= {
                "LD_PRELOAD": str(preload),
                "MURDER_LOG_SOCKET": f"{self.run}/log.sock",
                "MURDER_LOG_SPILL": f"{self.run}/log.spill",
            }
        with open(self.top / "cyrmaster.log", "ab") as log:
            self.master = subprocess.Popen(
                ["/usr/sbin/cyrmaster", "-C", self.etc / "imapd.conf", "-M", self.etc / "cyrus.conf",
                 "-p", self.run / "master.pid", "-L", self.run / "stderr.log"],
                start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd="/",
            )
        for _, protocol, endpoint in self.services:
            # A slave's banner comes after its first synchronisation, which needs the master.
            if protocol != "mupdate" or self.role == "master":
                wait_for(f"{self.name}: {endpoint} accepts", lambda endpoint=endpoint: connects(endpoint))

    def stop_cyrus(self, with_signal=signal.SIGTERM):
        if self.master is None:
            return
        group = os.getpgid(self.master.pid)
        with contextlib.suppress(ProcessLookupError):
            self.master.send_signal(with_signal)
        try:
            self.master.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.master.wait(timeout=10)
        self.master = None

    # What a person would do

    def http(self, path):
        """Status and body."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:9400{path}", timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self):
        values = {}
        for line in self.http("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def ready(self):
        return self.http("/readyz?verbose")

    @contextlib.contextmanager
    def imap(self, user="cyrus"):
        session = imaplib.IMAP4(self.address, timeout=10)
        try:
            session.login(user, PASSWORDS[user])
            yield session
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                session.logout()

    def admin(self, command, *arguments):
        """One command of an administrator, also one that imaplib does not know; its answer."""
        with self.imap() as session:
            imaplib.Commands.setdefault(command, ("AUTH", "SELECTED"))
            kind, data = session._simple_command(command, *arguments)
            return kind, data

    def create(self, mailbox, partition="", command="CREATE"):
        kind, data = self.admin(command, mailbox, *([partition] if partition else []))
        assert kind == "OK", data

    def mailboxes(self):
        """Names in this node's own list, with those that delayed delete has kept."""
        dumped = json.loads(self.tool("ctl_mboxlist", "-d").stdout or "{}")
        return {name for name, entry in dumped.items() if entry.get("mbtype") != "ed"}

    def tool(self, program, *arguments):
        return subprocess.run(
            [f"{BIN}/{program}", "-C", self.etc / "imapd.conf", *arguments], capture_output=True, text=True, timeout=60
        )

    def dry_run(self):
        return self.tool("ctl_mboxlist", "-mw").stdout.splitlines()

    def agent_output(self):
        return (self.top / "agent.log").read_text()


class Murder:
    def __init__(self, network="127.33.0", backends=2, frontends=1):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="murder-agent-e2e-"))
        self.top.chmod(0o755)
        self.pki = self.top / "pki"
        self.master = Node(self, "mupdate", "master", f"{network}.1")
        self.backends = [Node(self, f"be{i}", "backend", f"{network}.{10 + i}") for i in range(1, backends + 1)]
        self.frontends = [Node(self, f"fe{i}", "frontend", f"{network}.{20 + i}") for i in range(1, frontends + 1)]
        self.make_ca()
        for node in self.nodes:
            node.write()

    @property
    def nodes(self):
        return [self.master, *self.backends, *self.frontends]

    def make_ca(self):
        self.pki.mkdir()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=handmade CA", "-keyout", self.pki / "ca.key", "-out", self.pki / "ca.crt")
        self.issue("127.0.0.1", self.pki / "operator")
        own(self.pki)

    def issue(self, address, path):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={path.name}", "-keyout", f"{path}.key", "-out", f"{path}.csr")
        extensions = pathlib.Path(f"{path}.ext")
        extensions.write_text(f"subjectAltName=IP:{address}\n")
        openssl("x509", "-req", "-in", f"{path}.csr", "-CA", self.pki / "ca.crt", "-CAkey", self.pki / "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", f"{path}.crt")

    def start(self):
        for node in self.nodes:
            node.start_agent()
            node.start_cyrus()

    def stop(self):
        for node in reversed(self.nodes):
            node.stop_cyrus()
            node.stop_agent()
        shutil.rmtree(self.top)

    def find(self, mailbox):
        """What the master says of a mailbox: (state, location, acl), or None."""
        with Mupdate(self.master.address) as session:
            return session.find(mailbox)


class Mupdate:
    """Enough of RFC 3656 to ask the master, and to break its list on purpose."""

    def __init__(self, address, user="mupdate"):
        self.socket = socket.create_connection((address, 3905), timeout=10)
        self.file = self.socket.makefile("rb")
        while not self.line().startswith("* OK"):
            pass
        token = f"\0{user}\0{PASSWORDS[user]}".encode()
        import base64
        self.send(f'A AUTHENTICATE "PLAIN" "{base64.b64encode(token).decode()}"')
        answer = self.line()
        assert answer.startswith("A OK"), answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def line(self):
        line = self.file.readline()
        assert line.endswith(b"\n"), "the master closed the connection"
        return line.decode().rstrip("\r\n")

    def send(self, text):
        self.socket.sendall(text.encode() + b"\r\n")

    def command(self, name, *arguments):
        """Answers of data, then the result line."""
        self.send(" ".join(["X", name, *(f'"{argument}"' for argument in arguments)]))
        data = []
        while True:
            text = self.line()
            while text.endswith("+}"):
                size = int(text[text.rindex("{") + 1 : -2])
                text = text[: text.rindex("{")] + "\0" + self.file.read(size).decode() + "\0" + self.line()
            if text.startswith(("X OK", "X NO", "X BAD")):
                return data, text
            data.append([part for part in text.split("\0") if part.strip()])

    def find(self, mailbox):
        data, result = self.command("FIND", mailbox)
        assert result.startswith("X OK"), result
        if not data:
            return None
        state, _, location, *acl = data[0]
        return state.split()[1], location, acl[0] if acl else ""

    def activate(self, mailbox, location, acl):
        _, result = self.command("ACTIVATE", mailbox, location, acl)
        assert result.startswith("X OK"), result


def connects(endpoint):
    if endpoint.startswith("/"):
        probe = socket.socket(socket.AF_UNIX)
        target = endpoint
    else:
        probe = socket.socket(socket.AF_INET)
        host, port = endpoint.rsplit(":", 1)
        target = (host, int(port))
    with probe:
        probe.settimeout(2)
        probe.connect(target)
        return True


def own(path):
    user = pwd.getpwnam("cyrus")
    for directory, _, files in os.walk(path):
        os.chown(directory, user.pw_uid, user.pw_gid)
        for name in files:
            os.chown(os.path.join(directory, name), user.pw_uid, user.pw_gid)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
