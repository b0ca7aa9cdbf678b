"""A murder in the throw-away Kubernetes, as a person who runs it sees it: by kubectl, and by IMAP and LMTP."""

import base64
import contextlib
import json
import pathlib
import re
import signal
import subprocess
import time

from cluster import ROOT, SCRIPTS

MURDER = ROOT / "build/release/bin/murder"
OPERATOR = ROOT / "build/release/bin/murder-operator"

# Of a MailboxMove.
ENDS = ("Completed", "Failed", "RolledBack")


def wait_for(what, check, seconds=120):
    """Asks `check` again until it gives something true; that, or an error that says what it gave last."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.25)


class Operator:
    """murder-operator of this build, as a process in the cluster's network. The chart runs the image's."""

    def __init__(self, cluster, log, *arguments, http="127.0.0.1:8080"):
        self.cluster = cluster
        self.log = pathlib.Path(log)
        self.http = http
        self.arguments = ["--cyrus-image", "localhost/cyrus-murder/cyrus:{version}", "--http", http, *arguments]

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [SCRIPTS / "enter", OPERATOR, *self.arguments], env=self.cluster.environment, stdout=log, stderr=log,
            )

    def stop(self, with_signal=signal.SIGTERM):
        # nsenter runs it in its own place: the signal is for the program.
        self.process.send_signal(with_signal)
        self.process.wait(60)

    def metrics(self):
        return self.cluster.run("enter", "curl", "-fsS", f"http://{self.http}/metrics")

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


class Murder:
    def __init__(self, cluster, name, namespace):
        self.cluster, self.name, self.namespace = cluster, name, namespace
        self.passwords = {}

    def kubectl(self, *arguments, **keywords):
        return self.cluster.kubectl("-n", self.namespace, *arguments, **keywords)

    def get(self, *arguments):
        return self.cluster.get("-n", self.namespace, *arguments)

    def status(self):
        return self.get("murder", self.name).get("status", {})

    def condition(self, type_, *object_):
        status = self.get(*(object_ or ("murder", self.name))).get("status", {})
        return next((each for each in status.get("conditions", []) if each["type"] == type_), None)

    def wait(self, condition, *object_, seconds=180):
        """As a person would: kubectl wait."""
        try:
            self.kubectl("wait", f"--for=condition={condition}", f"--timeout={seconds}s", *(object_ or (f"murder/{self.name}",)))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}") from error

    def wait_until_settled(self, seconds=180):
        def settled():
            found = self.get("murder", self.name)
            status = found.get("status", {})
            conditions = {each["type"]: each["status"] for each in status.get("conditions", [])}
            return (status.get("observedGeneration") == found["metadata"]["generation"] and conditions.get("Ready") == "True"
                    and conditions.get("Progressing") == "False")
        try:
            wait_for("the murder is settled", settled, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}") from error

    def story(self):
        """What a person would look at when it does not work."""
        parts = [self.kubectl("get", "murder,mbe,pods", "-o", "wide"), json.dumps(self.status(), indent=1)]
        for pod in self.pods():
            name = pod["metadata"]["name"]
            for container in ("agent", "cyrus"):
                with contextlib.suppress(AssertionError):
                    parts.append(f"-- {name} {container}\n" + self.kubectl("logs", name, "-c", container, "--tail=15"))
        parts.append(self.kubectl("get", "events", "--sort-by=.lastTimestamp"))
        return "\n".join(parts)

    def pods(self, component=None):
        selector = f"murder.cyrus.dev/cluster={self.name}"
        if component:
            selector += f",app.kubernetes.io/component={component}"
        return self.get("pods", "-l", selector)["items"]

    def uids(self, component=None):
        return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in self.pods(component)}

    def pod_of(self, node):
        return next(pod for pod in self.pods() if pod["metadata"]["labels"]["murder.cyrus.dev/node"] == node)

    def ip_of(self, node):
        return self.pod_of(node)["status"]["podIP"]

    def list_of(self, pod):
        """The mailbox list of a pod: name → what is known of it."""
        return json.loads(self.kubectl("exec", pod, "-c", "cyrus", "--", "/usr/lib/cyrus/bin/ctl_mboxlist", "-C",
                                       "/var/lib/cyrus-murder/etc/imapd.conf", "-d"))

    def master_list(self):
        return self.list_of(f"{self.name}-mupdate-0")

    def place_of(self, mailbox, pod=None):
        """The backend that it is on, as the master's list says, or that of a frontend."""
        known = self.list_of(pod) if pod else self.master_list()
        return known[mailbox]["server"].split(".")[0].removeprefix(f"{self.name}-")

    def wait_for_moves(self, seconds=120):
        """All MailboxMoves have ended; mailbox → status."""
        def ended():
            moves = {move["spec"]["mailbox"]: move.get("status", {}) for move in self.get("mailboxmoves")["items"]}
            done = all(status.get("phase") in ENDS for status in moves.values())
            return moves if moves and done else None
        return wait_for("the moves have ended", ended, seconds)

    def password(self, account):
        # Made once, and never another one.
        if account not in self.passwords:
            data = self.get("secret", f"{self.name}-passwords")["data"]
            self.passwords = {account: base64.b64decode(text).decode() for account, text in data.items()}
        return self.passwords[account]

    def address(self, service):
        return self.get("service", service)["spec"]["clusterIP"]

    # --- Mail, from inside of the cluster's network ---

    def python(self, program, *arguments):
        return self.cluster.run("enter", "/usr/bin/python3", pathlib.Path(__file__).parent / "mail.py", program, *arguments)

    def imap(self, user, *steps, host=None):
        """Runs steps such as "select INBOX" as this user; their untagged answers."""
        account = f"admin.{user}" if user == "cyrus" else f"user.{user}"
        return json.loads(self.python("imap", host or self.address(self.name), user, self.password(account), *steps))

    def deliver(self, user, *subjects):
        self.python("lmtp", self.address(f"{self.name}-lmtp"), user, *subjects)
