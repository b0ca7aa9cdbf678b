"""Moves on real Cyrus: a user goes to another backend and back while mail goes on arriving, whatever is killed."""

import contextlib
import imaplib
import json
import os
import re
import signal
import smtplib
import subprocess
import threading
import time
import uuid

import grpc
import pytest
from agent_client import pb
from local_murder import BIN, LocalMurder, kill, manifests, wait_for


@pytest.fixture(scope="module")
def murder():
    murder = LocalMurder(manifests("moves"), "moves")
    try:
        murder.up()
        yield murder
    finally:
        murder.remove()


def move(murder, mailbox, destination, *arguments, check=True):
    return murder.murder("move", mailbox, destination, "--state", murder.top, *arguments, check=check)


def start_move(murder, mailbox, destination):
    command = [BIN / "murder", "move", mailbox, destination, "--state", murder.top]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")


def record(murder, mailbox):
    """What is remembered of the last move of a mailbox."""
    return json.loads((murder.state / f"moves/{mailbox}.json").read_text())["status"]


def where(murder, mailbox):
    """Node → what it says and where, and whether all agree."""
    told = json.loads(murder.murder("where", mailbox, "--state", murder.top, "-o", "json", check=False).stdout)
    return {node["node"]: (node["says"], node["location"]) for node in told["nodes"]}, told["agreed"]


def holder(murder, mailbox):
    nodes, _ = where(murder, mailbox)
    return next(node for node in ("be1", "be2") if nodes[node][0] == "holds it")


def ok(answer):
    kind, data = answer
    assert kind == "OK", data
    return data


def admin(murder, node, command, *arguments):
    with murder.imap(node, "cyrus") as session:
        imaplib.Commands.setdefault(command, ("AUTH", "SELECTED"))
        return session._simple_command(command, *arguments)


def lmtp_message(subject, user):
    return f"Subject: {subject}\r\nFrom: a@b\r\nTo: {user}\r\n\r\nHello.\r\n"


class Deliveries:
    """Mail that does not stop: each message until it has been accepted, as an MTA does."""

    def __init__(self, murder, node, user):
        self.address, self.port, self.user = murder.address(node), 2003 + murder.offset, user
        self.accepted, self.refused, self.later = [], [], 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def run(self):
        while not self.stop.is_set():
            subject = str(uuid.uuid4())
            while not self.deliver(subject):
                self.later += 1
                time.sleep(0.02)

    def deliver(self, subject):
        try:
            with smtplib.LMTP(self.address, self.port, timeout=30) as lmtp:
                lmtp.sendmail("", [self.user], lmtp_message(subject, self.user))
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = refused.recipients[self.user]
            if code >= 500:
                self.refused.append((subject, code, text))
                return True
            return False
        except smtplib.SMTPResponseException as error:
            if error.smtp_code >= 500:
                self.refused.append((subject, error.smtp_code, error.smtp_error))
                return True
            return False
        self.accepted.append(subject)
        return True


def contents(murder, node, user):
    """Mailbox → UIDVALIDITY, and UID → flags and subject, as its user sees it."""
    found = {}
    with murder.imap(node, user) as session:
        for line in ok(session.list()):
            mailbox = line.decode().rsplit(" ", 1)[1]
            ok(session.select(mailbox, readonly=True))
            validity = session.response("UIDVALIDITY")[1][0]
            messages = {}
            for part in ok(session.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")):
                if not isinstance(part, tuple):
                    continue
                uid = int(re.search(rb"UID (\d+)", part[0]).group(1))
                flags = frozenset(re.search(rb"FLAGS \(([^)]*)\)", part[0]).group(1).split()) - {rb"\Recent"}
                messages[uid] = (flags, part[1].decode().partition(":")[2].strip())
            found[mailbox] = (validity, messages)
    return found


def fill(murder, node, user):
    with murder.imap(node, user) as session:
        for mailbox in ("INBOX.Work", "INBOX.Work.Deep", "INBOX.Empty"):
            ok(session.create(mailbox))
        for mailbox, count in (("INBOX", 60), ("INBOX.Work", 40), ("INBOX.Work.Deep", 5)):
            for number in range(count):
                flags = [None, r"(\Seen)", r"(\Seen \Answered $Label1)", r"(\Flagged custom)"][number % 4]
                ok(session.append(mailbox, flags, None, lmtp_message(f"{mailbox} {number}", user).encode()))
        ok(session.select("INBOX.Work"))
        ok(session.uid("STORE", "7:9", "+FLAGS", r"(\Deleted)"))
        ok(session.expunge())
    ok(admin(murder, node, "SETQUOTA", f"user.{user}", "(STORAGE 100000)"))


def quota(murder, node, user):
    with murder.imap(node, user) as session:
        return [line for line in ok(session.getquotaroot("INBOX"))[1] if b"STORAGE" in line][0].split()[-1]


def test_a_user_moves_and_back_while_mail_arrives(murder):
    fill(murder, "fe1", "alice")
    limit = quota(murder, "fe1", "alice")
    home = holder(murder, "user.alice")
    away = "be2" if home == "be1" else "be1"
    for destination, source in ((f"{away}!p2", home), (home, away)):
        before = contents(murder, "fe2", "alice")
        with Deliveries(murder, "fe1", "alice") as deliveries:
            wait_for("mail arrives", lambda: len(deliveries.accepted) > 5)
            said = move(murder, "user.alice", destination).stdout
            wait_for("and goes on", lambda count=len(deliveries.accepted): len(deliveries.accepted) > count + 5)
        assert "Completed: user.alice is on " + destination.split("!")[0] in said
        nodes, agreed = where(murder, "user.alice")
        assert agreed, nodes
        assert nodes[destination.split("!")[0]][0] == "holds it" and nodes[source][0] != "holds it"
        if "!" in destination:
            assert nodes["mupdate"][1].endswith("!p2")

        for frontend in ("fe1", "fe2"):
            after = contents(murder, frontend, "alice")
            assert after.keys() == before.keys()
            for mailbox, (validity, messages) in before.items():
                now_validity, now = after[mailbox]
                assert now_validity == validity
                assert {uid: now.get(uid) for uid in messages} == messages, mailbox
        subjects = [subject for _, subject in after["INBOX"][1].values()]
        assert sorted(subjects) == sorted(
            [subject for _, subject in before["INBOX"][1].values()]
            + [subject for subject in deliveries.accepted if subject not in {s for _, s in before["INBOX"][1].values()}]
        ), "each message once"
        assert deliveries.refused == [], "an MTA would have returned these to their senders"
        assert quota(murder, "fe1", "alice") == limit


def test_what_a_user_has_read_in_shared_mailboxes_is_kept(murder):
    """Cyrus brings the user's own record along, which hides the one that is at the destination. Read on after the first
    move: where a user has been, Cyrus keeps its records elsewhere than where it never was."""
    domain = f"{murder.cluster}.murder.test"
    for mailbox, server in (("news1", "be1"), ("news2", "be2")):
        ok(admin(murder, "fe1", "CREATE", mailbox, f"{server}.{domain}!p1"))
        ok(admin(murder, "fe1", "SETACL", mailbox, "anyone", "lrswip"))
        with murder.imap("fe1", "alice") as session:
            for number in range(4):
                ok(session.append(mailbox, None, None, lmtp_message(f"{mailbox} {number}", "all").encode()))
    read = {"news1": b"", "news2": b""}

    def mark(mailbox, number):
        with murder.imap("fe1", "alice") as session:
            ok(session.select(mailbox))
            ok(session.store(number.decode(), "+FLAGS", r"(\Seen)"))
        read[mailbox] = b" ".join(sorted([*read[mailbox].split(), number]))

    def seen():
        found = {}
        for mailbox in read:
            with murder.imap("fe1", "alice") as session:
                ok(session.select(mailbox))
                found[mailbox] = ok(session.search(None, "SEEN"))[0]
        return found

    source = holder(murder, "user.alice")
    for destination, number in (("be2" if source == "be1" else "be1", b"1"), (source, b"3")):
        for mailbox in read:
            mark(mailbox, number)
        move(murder, "user.alice", destination)
        assert seen() == read, f"on {destination}"


def carry_seen(murder, node, mailbox, to):
    pki = murder.state / "pki"
    credentials = grpc.ssl_channel_credentials(
        (pki / "ca.crt").read_bytes(), (pki / "operator.key").read_bytes(), (pki / "operator.crt").read_bytes()
    )
    name = (("grpc.ssl_target_name_override", f"{node}.{murder.cluster}.murder.test"),)
    with grpc.secure_channel(f"{murder.address(node)}:8481", credentials, options=name) as channel:
        call = channel.unary_unary(
            "/murder.agent.v1.Agent/CarrySeen",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=pb.CarrySeenReply.FromString,
        )
        return call(pb.CarrySeenRequest(mailbox=mailbox, to=to), timeout=60).records


def test_what_everybody_has_read_in_a_shared_mailbox_goes_ahead_of_it(murder):
    """Before a shared mailbox moves (3.10 and later); the records are as they are on every release."""
    domain = f"{murder.cluster}.murder.test"
    made = ok(admin(murder, "fe1", "CREATE", "board", f"be1.{domain}!p1"))[0].decode()
    unique_id = re.search(r"MAILBOXID \(([^)]+)\)", made).group(1)
    ok(admin(murder, "fe1", "SETACL", "board", "anyone", "lrswip"))
    for user, numbers in (("alice", "1:2"), ("bob", "2:3")):
        with murder.imap("fe1", user) as session:
            for number in range(3 if user == "alice" else 0):
                ok(session.append("board", None, None, lmtp_message(f"board {number}", "all").encode()))
            ok(session.select("board"))
            ok(session.store(numbers, "+FLAGS", r"(\Seen)"))
    assert carry_seen(murder, "be1", "board", f"be2.{domain}") >= 2
    node = murder.state / "nodes/be2"
    records = []
    for path in [*node.glob("conf/user/*/*.seen"), *node.glob("conf/user/uuid/*/*/*/seen.db")]:
        command = ["/usr/lib/cyrus/bin/cyr_dbtool", "-C", node / "etc/imapd.conf", path, "twoskip", "get", unique_id]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        records += found[-1:]
    assert sorted(records) == ["1:2", "2:3"]


def test_again_there_is_nothing_to_do(murder):
    again = move(murder, "user.alice", holder(murder, "user.alice"))
    assert again.stdout.startswith("Nothing to do: user.alice is at ")


def test_an_open_session_ends_cleanly_and_another_begins(murder):
    home = holder(murder, "user.alice")
    away = "be2" if home == "be1" else "be1"
    deadline = time.monotonic() + 30
    with murder.imap("fe2", "alice") as session:
        ok(session.select("INBOX"))
        move(murder, "user.alice", away)
        with contextlib.suppress(imaplib.IMAP4.error):  # NO, or BYE
            session.noop()
            session.select("INBOX")
    assert time.monotonic() < deadline, "it was answered"
    assert murder.works(str(uuid.uuid4()))
    move(murder, "user.alice", home)
    assert murder.works(str(uuid.uuid4()))


def test_a_dry_run_changes_nothing(murder):
    before = where(murder, "user.bob")
    ok(admin(murder, "fe1", "CREATE", "user.bob")) if before[0]["mupdate"][0] == "absent" else None
    wait_for("all have heard of it", lambda: where(murder, "user.bob")[1])
    before = where(murder, "user.bob")
    there = holder(murder, "user.bob")
    told = move(murder, "user.bob", "be2" if there == "be1" else "be1", "--dry-run").stdout
    assert "1 mailboxes with " in told and "nothing was changed" in told
    assert where(murder, "user.bob") == before
    assert not (murder.state / "moves/user.bob.json").exists()


@pytest.mark.parametrize(
    ("mailbox", "destination", "code", "reason", "remedy"),
    [
        ("user.alice", "be3", 1, "UnknownBackend", "did you mean be"),
        ("user.alice", "be2!p3", 1, "UnknownPartition", "it has: p1, p2"),
        ("user.alice", "be2!", 2, "InvalidRequest", "name a partition behind it"),
        ("user..alice", "be2", 2, "InvalidRequest", "has an empty level"),
        ("user.alice.Work", "be2", 1, "SubMailbox", "move user.alice"),
        ("user.nobody", "be2", 1, "MailboxNotFound", "the master lists no mailbox user.nobody"),
        ("DELETED.user.alice.6B062363", "be2", 1, "DeletedMailbox", "rename it back first"),
    ],
)
def test_what_is_wrong_is_refused_with_the_remedy(murder, mailbox, destination, code, reason, remedy):
    refused = move(murder, mailbox, destination, check=False)
    assert refused.returncode == code, refused
    assert f"not moved ({reason})" in refused.stderr and remedy in refused.stderr


def test_another_partition_of_the_same_backend_is_refused(murder):
    nodes, _ = where(murder, "user.alice")
    server, partition = nodes["mupdate"][1].split("!")
    other = "p2" if partition == "p1" else "p1"
    refused = move(murder, "user.alice", f"{server.split('.')[0]}!{other}", check=False)
    assert refused.returncode == 1 and "not moved (PartitionOnly)" in refused.stderr


def test_a_shared_mailbox_is_refused_where_its_server_would_end(murder):
    """Cyrus 3.6 ends in the middle of it, and the mailbox stays reserved."""
    version = subprocess.run(["/usr/lib/cyrus/bin/cyr_info", "version"], capture_output=True, text=True).stdout
    ok(admin(murder, "fe1", "CREATE", "shared", f"be1.{murder.cluster}.murder.test!p1"))
    wait_for("all have heard of it", lambda: where(murder, "shared")[1])
    before = where(murder, "shared")
    refused = move(murder, "shared", "be2", check=False)
    if "3.6." not in version and refused.returncode == 0:
        return
    assert refused.returncode == 1 and "not moved (SharedMailboxUnsupported)" in refused.stderr
    assert "3.10" in refused.stderr
    assert where(murder, "shared") == before


def test_a_conflict_is_refused(murder):
    ok(admin(murder, "be1", "CREATE", "user.twice"))
    ok(admin(murder, "be2", "LOCALCREATE", "user.twice"))
    refused = move(murder, "user.twice", "be2", check=False)
    assert refused.returncode == 4 and "not moved (MailboxConflict)" in refused.stderr
    assert "`murder push be2`" in refused.stderr


# What is killed in the middle: the imapd that moves is stopped as soon as it does, so that the middle lasts as long as a
# test wants.


@contextlib.contextmanager
def deaf(murder, node):
    """No connection to its IMAP is served meanwhile."""
    stopped = [murder.node(node)["cyrus"]["pid"], *murder.children(node, "imapd")]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def renaming(murder, node):
    """The imapd of the node that moves something."""
    found = []
    for path in (murder.state / f"nodes/{node}/run/proc").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It has just ended, or got its name.
            text = path.read_text()
            if path.name.isdigit() and "\tmurder-agent\t" in text and "Rename" in text:
                found.append(int(path.name))
    return found


class Middle:
    def __init__(self, process, imapd, source, destination):
        self.process, self.imapd, self.source, self.destination = process, imapd, source, destination

    def end(self):
        """The move goes on."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.imapd, signal.SIGCONT)

    def output(self):
        return self.process.communicate(timeout=60)[0]


@contextlib.contextmanager
def in_the_middle(murder, mailbox="user.alice"):
    source = holder(murder, mailbox)
    destination = "be2" if source == "be1" else "be1"
    murder.wait_until_ready()
    process = start_move(murder, mailbox, destination)
    deadline = time.monotonic() + 60
    while not (found := renaming(murder, source)):
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "Cyrus does not move"
    imapd = found[0]
    os.kill(imapd, signal.SIGSTOP)
    assert renaming(murder, source) == [imapd], "stopped before its end"
    middle = Middle(process, imapd, source, destination)
    try:
        yield middle
    finally:
        middle.end()
        process.kill()
        process.wait()


def test_a_killed_command_goes_on_where_it_was(murder):
    before = contents(murder, "fe1", "alice")
    with in_the_middle(murder) as middle:
        kill(middle.process.pid)
        middle.process.wait()
        assert record(murder, "user.alice")["attempts"] == 1
        other = move(murder, "user.alice", middle.source, check=False)
        assert other.returncode == 4 and "goes on with that" in other.stderr
    said = move(murder, "user.alice", middle.destination).stdout
    assert said.startswith("Going on with the move that was begun at ")
    assert "Completed: user.alice is on " + middle.destination in said
    assert record(murder, "user.alice")["attempts"] == 1, "Cyrus was asked once"
    assert contents(murder, "fe1", "alice") == before


def test_a_killed_agent_is_no_second_move(murder):
    before = contents(murder, "fe1", "alice")
    with in_the_middle(murder) as middle:
        agent = murder.node(middle.source)["agent"]["pid"]
        kill(agent)
        wait_for("a new agent", lambda: (murder.node(middle.source)["agent"] or {}).get("pid", agent) != agent)
        time.sleep(2)
        assert renaming(murder, middle.source) == [middle.imapd], "the first goes on, and there is no second"
        middle.end()
        out = middle.output()
    assert "Completed: user.alice is on " + middle.destination in out
    assert record(murder, "user.alice")["attempts"] == 1
    assert contents(murder, "fe1", "alice") == before


def test_a_killed_imapd_rolls_back_and_the_next_move_works(murder):
    before = contents(murder, "fe1", "alice")
    with in_the_middle(murder) as middle:
        kill(middle.imapd)
        out = middle.output()
        assert middle.process.returncode == 1, out
    assert f"RolledBack: Cyrus on {middle.source} said" in out and f"is on {middle.source} as before" in out
    assert record(murder, "user.alice")["reason"] == "Interrupted"
    assert holder(murder, "user.alice") == middle.source
    assert contents(murder, "fe1", "alice") == before
    assert "Completed" in move(murder, "user.alice", middle.destination).stdout
    assert contents(murder, "fe1", "alice") == before


def test_a_destination_that_does_not_answer_changes_nothing(murder):
    before = contents(murder, "fe1", "alice")
    source = holder(murder, "user.alice")
    destination = "be2" if source == "be1" else "be1"
    last = record(murder, "user.alice")
    with deaf(murder, destination):
        waited = move(murder, "user.alice", destination, "--timeout", "1", check=False)
    assert waited.returncode != 0
    assert "what users have read cannot be sent ahead" in waited.stdout
    assert record(murder, "user.alice") == last, "it has not begun"
    assert holder(murder, "user.alice") == source
    assert contents(murder, "fe1", "alice") == before


def test_two_commands_at_once_are_told(murder):
    with in_the_middle(murder) as middle:
        second = move(murder, "user.bob", middle.destination, check=False)
        assert second.returncode == 1
        assert f"another `murder move` is at work here (process {middle.process.pid})" in second.stderr
        kill(middle.process.pid)
        middle.process.wait()
        bob = holder(murder, "user.bob")
        third = move(murder, "user.bob", "be2" if bob == "be1" else "be1", check=False)
        assert third.returncode == 4 and "not moved (MoveInProgress)" in third.stderr
    move(murder, "user.alice", middle.destination)


def test_no_secret_is_in_what_is_remembered(murder):
    told = "".join(path.read_text() for path in (murder.state / "moves").glob("*.json"))
    assert "user.alice" in told
    for password in murder.passwords().values():
        assert password not in told
