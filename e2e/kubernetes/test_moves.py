"""Moves from every release that can: shared mailboxes with what everybody has read in them, what a user has read in those
that stay, and an operator that is killed in the middle."""

import concurrent.futures
import contextlib
import re
import signal
import subprocess
import threading

import pytest

from cluster import SCRIPTS
from murder import ENDS, Murder, wait_for

RELEASES = ("3.10", "3.12")
USERS = ("ann", "ben", "cas", "dora")


def manifests(name, release):
    def resource(kind, name_, **spec):
        return {"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": kind, "metadata": {"name": name_, "namespace": name},
                "spec": spec}

    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        resource("MurderCluster", name, cyrusVersion=release, frontend={"replicas": 2}, authentication={"users": USERS}),
        *(resource("Backend", backend, clusterRef={"name": name}, partitions=[{"name": "p1"}, {"name": "p2"}])
          for backend in ("be1", "be2")),
    ]


@pytest.fixture(scope="module")
def murders(cluster, operator):
    """One of each release, made at the same time. Ann's INBOX is on be1, Ben's on be2, Cas has none."""
    murders = {}
    for release in RELEASES:
        name = "m" + release.replace(".", "")
        cluster.apply(*manifests(name, release))
        murders[release] = Murder(cluster, name, name)
    for murder in murders.values():
        murder.wait("Ready")
        murder.wait_until_settled()
        murder.imap("cyrus", "create user.ann", "create user.dora", host=murder.ip_of("be1"))
        murder.imap("cyrus", "create user.ben", host=murder.ip_of("be2"))
    return murders


def make_shared(murder, mailbox, backend, messages):
    murder.imap("cyrus", f"create {mailbox}", f"setacl {mailbox} anyone lrswip", host=murder.ip_of(backend))
    murder.deliver(f"+{mailbox}", *(f"{mailbox} {number}" for number in range(messages)))


def read(murder, user, mailbox, numbers):
    murder.imap(user, f"select {mailbox}", rf"store {numbers} +FLAGS (\Seen)")


def has_read(murder, user, mailbox):
    return murder.imap(user, f"select {mailbox}", "search None SEEN")[1][0]


def move(murder, mailbox, destination):
    murder.kubectl("annotate", "murder", murder.name, f"murder.cyrus.dev/move={mailbox}={destination}")


def move_and_wait(murder, mailbox, destination):
    move(murder, mailbox, destination)
    status = murder.wait_for_moves()[mailbox]
    assert status["phase"] == "Completed", status
    lists = [None, *(pod["metadata"]["name"] for pod in murder.pods("frontend"))]
    assert {murder.place_of(mailbox, each) for each in lists} == {destination.split("!")[0]}
    murder.kubectl("delete", "mailboxmoves", "--all")


def frontends(murder):
    return [pod["status"]["podIP"] for pod in murder.pods("frontend")]


def all_of(murder, mailbox):
    """What every reader and an administrator see of it."""
    seen_by = [murder.imap(user, f"select {mailbox}", "fetch 1:* (UID INTERNALDATE RFC822.SIZE)", "search None SEEN",
                           "search None FLAGGED", "search None KEYWORD label") for user in USERS[:3]]
    return [*seen_by, murder.imap("ann", f"xatom GETMETADATA {mailbox} /shared/comment"),
            murder.imap("cyrus", f"status {mailbox} (MESSAGES UIDNEXT UIDVALIDITY)", f"getacl {mailbox}")]


def quota(murder, root, backend):
    """What a backend counts below it, and the limits; nothing when it has no such root."""
    try:
        return murder.imap("cyrus", f"getquota {root}", host=murder.ip_of(backend))[0][0]
    except AssertionError as error:
        assert "Quota root does not exist" in str(error)
        return None


def test_a_shared_mailbox_moves_with_what_everybody_has_read_and_back(murders):
    with concurrent.futures.ThreadPoolExecutor() as at_once:
        for done in [at_once.submit(a_shared_mailbox_moves_and_back, murder) for murder in murders.values()]:
            done.result()


def a_shared_mailbox_moves_and_back(murder):
    make_shared(murder, "board", "be1", 4)
    make_shared(murder, "board.kid", "be1", 1)
    murder.imap("cyrus", "setquota board (MESSAGE 100)")
    murder.imap("ann", 'xatom SETMETADATA board (/shared/comment "for all of us")')
    for user, numbers in (("ann", "1"), ("ben", "2"), ("cas", "3:4")):
        read(murder, user, "board", numbers)
    murder.imap("ben", "select board", r"store 2 +FLAGS (\Flagged label)")
    before = all_of(murder, "board")
    assert "for all of us" in str(before)

    move_and_wait(murder, "board", "be2!p2")
    assert all_of(murder, "board") == before
    assert (quota(murder, "board", "be1"), quota(murder, "board", "be2")) == ("board (MESSAGE 1 100)", "board (MESSAGE 4 100)")
    assert murder.place_of("board.kid") == "be1"
    read(murder, "ann", "board.kid", "1")

    # And it goes on from there: what is read and posted on be2 comes along, to where one below it has stayed.
    read(murder, "cas", "board", "1")
    murder.deliver("+board", "board 4")
    read(murder, "ann", "board", "5")
    before = all_of(murder, "board")
    move_and_wait(murder, "board", "be1!p1")
    assert all_of(murder, "board") == before
    assert (quota(murder, "board", "be1"), quota(murder, "board", "be2")) == ("board (MESSAGE 6 100)", None)
    assert [has_read(murder, user, "board") for user in USERS[:3]] == ["1 5", "2", "1 3 4"]
    assert has_read(murder, "ann", "board.kid") == "1"


def test_a_user_who_moves_has_read_what_it_has_read(murders):
    """In shared mailboxes where it comes from, and where it goes to; there and back, reading on. From a release that
    removes what it knows of that (e2e/local has others)."""
    murder = murders["3.12"]
    make_shared(murder, "here", "be1", 4)
    make_shared(murder, "there", "be2", 4)
    read(murder, "ann", "here", "1")
    read(murder, "ann", "there", "2")
    seen = {"here": "1", "there": "2"}
    for backend, number in (("be2", 3), ("be1", 4)):
        move_and_wait(murder, "user.ann", backend)
        assert {mailbox: has_read(murder, "ann", mailbox) for mailbox in seen} == seen
        for mailbox in seen:
            read(murder, "ann", mailbox, number)
            seen[mailbox] += f" {number}"
    assert {mailbox: has_read(murder, "ann", mailbox) for mailbox in seen} == seen


class Deliveries:
    """Mail that does not stop; each message until it has been accepted."""

    def __init__(self, murder, user):
        self.murder, self.user, self.accepted, self.trouble = murder, user, [], None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            subject = f"number{len(self.accepted)}"
            try:
                self.murder.deliver(self.user, subject)
            except AssertionError as error:
                self.trouble = error
                return
            self.accepted.append(subject)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        assert self.trouble is None


@contextlib.contextmanager
def phases_of_moves(murder):
    """Each phase of its moves when it is stored."""
    watch = subprocess.Popen(
        [SCRIPTS / "kubectl", "-n", murder.namespace, "get", "mailboxmoves", "--watch", "-o", "jsonpath={.status.phase}{'\\n'}"],
        env=murder.cluster.environment, stdout=subprocess.PIPE, text=True)
    try:
        yield (line.strip() for line in watch.stdout)
    finally:
        watch.kill()
        watch.wait()


@contextlib.contextmanager
def deaf(murder):
    """No frontend hears from the master, so none knows where a mailbox has gone. Not for long: one that hears nothing is
    not ready, and then nobody waits for it."""
    rule = ["FORWARD", "-d", ",".join(frontends(murder)), "-p", "tcp", "--sport", "3905", "-j", "DROP"]
    murder.cluster.run("enter", "iptables", "-I", *rule)
    try:
        yield
    finally:
        murder.cluster.run("enter", "iptables", "-D", *rule)


def wait_for_phase(phases, wanted):
    for phase in phases:
        assert phase not in ENDS, f"it has ended before it was {wanted}"
        if phase in wanted:
            return


@pytest.mark.parametrize("killed_in", [("Copying",), ("Switching", "Verifying")], ids="/".join)
def test_an_operator_that_is_killed_goes_on(murders, operator, killed_in):
    murder = murders["3.12"]
    destination = "be2" if murder.place_of("user.dora") == "be1" else "be1"
    before = int(murder.imap("dora", "select INBOX")[0][0])
    with Deliveries(murder, "dora") as deliveries:
        wait_for("mail comes", lambda: deliveries.accepted)
        with phases_of_moves(murder) as phases, contextlib.ExitStack() as until_killed:
            move(murder, "user.dora", destination)
            wait_for_phase(phases, ("Copying",))
            if "Copying" not in killed_in:
                until_killed.enter_context(deaf(murder))
                wait_for_phase(phases, killed_in)
            operator.stop(signal.SIGKILL)
        assert murder.get("mailboxmoves")["items"][0]["status"]["phase"] in killed_in
        operator.start()
        status = murder.wait_for_moves()["user.dora"]
        arrived = len(deliveries.accepted)
        wait_for("mail comes again", lambda: len(deliveries.accepted) > arrived)
    assert status["phase"] == "Completed", status
    assert murder.place_of("user.dora") == destination
    murder.kubectl("delete", "mailboxmoves", "--all")
    for frontend in frontends(murder):
        found = murder.imap("dora", "select INBOX", "fetch 1:* ENVELOPE", host=frontend)[1]
        assert len(found) == before + len(deliveries.accepted)
        assert re.findall(r'"(number\d+)"', " ".join(found[before:])) == deliveries.accepted
