"""The agent beside real Cyrus: one MUPDATE master, two backends, one frontend, configured by hand."""

import signal

import grpc
import pytest
from agent_client import Agent, pb, push, where
from hand_made_murder import Mupdate, Murder, wait_for


@pytest.fixture(scope="module")
def murder():
    murder = Murder()
    try:
        murder.start()
        yield murder
    finally:
        murder.stop()


@pytest.fixture
def backends(murder):
    return murder.backends


def is_ready(node):
    status, body = node.ready()
    assert status == 200, body
    return True


def append(node, mailbox, text):
    """A message, so that a lost copy would show."""
    node.admin("SETACL", mailbox, "cyrus", "lrswipkxtecda")
    with node.imap() as session:
        kind, data = session.append(mailbox, None, None, f"Subject: {text}\r\n\r\n{text}\r\n".encode())
        assert kind == "OK", data


def messages(node, mailbox):
    """How many; None when there is no such mailbox here."""
    node.admin("SETACL", mailbox, "cyrus", "lrswipkxtecda")
    with node.imap() as session:
        kind, data = session.select(mailbox, readonly=True)
        return int(data[0]) if kind == "OK" else None


def make_conflict(murder, name):
    """One mailbox on both backends, with a message in each copy; the master lists the one on be1."""
    be1, be2 = murder.backends
    be1.create(name)
    append(be1, name, "of be1")
    location = murder.find(name)
    assert location[1].startswith(be1.address)
    be2.create(name, command="LOCALCREATE")
    assert f"Remove Local Mailbox: {name}" in be2.dry_run()


def deleted_copies(node, name):
    return [found for found in node.mailboxes() if found.startswith(f"DELETED.{name}.")]


def test_all_become_ready(murder):
    for node in murder.nodes:
        wait_for(f"{node.name} ready", lambda node=node: is_ready(node), 60)
        assert node.http("/livez")[0] == 200
        with Agent(node) as agent:
            status = agent.status(fresh=True)
        assert status.ready and status.alive and status.node == node.name
        assert status.cyrus_version.startswith("3.")


def test_only_certificates_of_the_cluster_are_answered(murder):
    with Agent(murder.master, certificate=None) as agent, pytest.raises(grpc.RpcError) as refused:
        agent.status()
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_no_password_is_told(murder):
    for node in murder.nodes:
        told = node.agent_output() + node.http("/readyz?verbose")[1] + node.http("/metrics")[1]
        for account in node.accounts:
            assert account["password"] not in told


def test_cyrus_logs_as_json_lines(murder):
    text = (murder.backends[0].top / "log.json").read_text()
    assert '"program":"ctl_cyrusdb"' in text
    assert murder.backends[0].metrics()['murder_log_lines_total{level="notice"}'] > 0


def test_a_push_tells_the_master_what_is_here(murder, backends):
    be1, _ = backends
    be1.create("user.quiet", command="LOCALCREATE")
    assert murder.find("user.quiet") is None
    dry = push(be1, dry_run=True)
    assert dry.outcome == pb.PUSH_OUTCOME_WOULD_PUSH and dry.activate == 1
    assert murder.find("user.quiet") is None
    report = push(be1)
    assert report.outcome == pb.PUSH_OUTCOME_PUSHED, report.error
    assert murder.find("user.quiet")[1] == f"{be1.address}!p1"
    assert be1.dry_run() == []
    assert push(be1).outcome == pb.PUSH_OUTCOME_IN_SYNC
    assert where(be1, "user.quiet") == ("LOCAL", f"{be1.address}!p1")
    assert where(murder.master, "user.quiet") == ("ACTIVE", f"{be1.address}!p1")
    assert where(be1, "user.nobody")[0] == "ABSENT"


def test_a_conflict_is_held_and_named_and_nothing_is_lost(murder, backends):
    be1, be2 = backends
    make_conflict(murder, "user.dup")
    be2.create("user.other", command="LOCALCREATE")

    report = push(be2)
    assert report.outcome == pb.PUSH_OUTCOME_HELD
    assert report.reason == "MailboxConflict"
    assert "user.dup" in report.error
    assert [(c.mailbox, c.here, c.master) for c in report.conflicts] == [
        ("user.dup", f"{be2.address}!p1", f"{be1.address}!p1")
    ]
    # Both copies are there, the master's entry is as it was, and what is in no conflict was pushed.
    assert "user.dup" in be1.mailboxes() and "user.dup" in be2.mailboxes()
    assert murder.find("user.dup")[1] == f"{be1.address}!p1"
    assert murder.find("user.other")[1] == f"{be2.address}!p1"
    assert not deleted_copies(be2, "user.dup")
    assert is_ready(be2)
    assert be2.metrics()["murder_push_held_conflicts"] == 1
    # A resolution that names another mailbox resolves nothing.
    wrong = push(be2, resolve=pb.RESOLVE_MASTER, mailboxes=["user.other"])
    assert wrong.outcome == pb.PUSH_OUTCOME_FAILED and "user.other is in no conflict" in wrong.error
    assert "user.dup" in be2.mailboxes()


def test_the_master_is_right_for_one_of_two_conflicts(murder, backends):
    be1, be2 = backends
    make_conflict(murder, "user.dup2")
    report = push(be2, resolve=pb.RESOLVE_MASTER, mailboxes=["user.dup2"])
    assert report.outcome == pb.PUSH_OUTCOME_HELD, report.error  # user.dup still is
    assert [c.mailbox for c in report.conflicts] == ["user.dup"]
    assert "user.dup2" not in be2.mailboxes() and "user.dup" in be2.mailboxes()
    assert len(deleted_copies(be2, "user.dup2")) == 1, "the copy that was given up is kept"
    assert murder.find("user.dup2")[1] == f"{be1.address}!p1"
    assert murder.find("user.dup")[1] == f"{be1.address}!p1"
    assert messages(be1, "user.dup2") == 1


def test_this_backend_is_right_for_the_other(murder, backends):
    be1, be2 = backends
    report = push(be2, resolve=pb.RESOLVE_LOCAL, mailboxes=["user.dup"])
    assert report.outcome == pb.PUSH_OUTCOME_PUSHED, report.error
    assert murder.find("user.dup")[1] == f"{be2.address}!p1"
    assert "user.dup" in be2.mailboxes()
    # The other copy is now the one in conflict, and as safe.
    held = push(be1)
    assert held.outcome == pb.PUSH_OUTCOME_HELD and [c.mailbox for c in held.conflicts] == ["user.dup"]
    assert "user.dup" in be1.mailboxes()
    assert push(be1, resolve=pb.RESOLVE_MASTER, mailboxes=["user.dup"]).outcome == pb.PUSH_OUTCOME_PUSHED
    assert len(deleted_copies(be1, "user.dup")) == 1
    assert be1.dry_run() == [] and be2.dry_run() == []


def test_a_mass_delete_is_held(murder, backends):
    be1, _ = backends
    ghosts = [f"user.ghost{i}" for i in range(30)]
    with Mupdate(murder.master.address) as session:
        for ghost in ghosts:
            session.activate(ghost, f"{be1.address}!p1", "ghost\tlrs\t")
    report = push(be1)
    assert report.outcome == pb.PUSH_OUTCOME_HELD and report.reason == "MassDelete", report
    assert report.remove_from_master == 30
    assert all(murder.find(ghost) for ghost in ghosts)
    allowed = push(be1, allow_mass_delete=True)
    assert allowed.outcome == pb.PUSH_OUTCOME_PUSHED, allowed.error
    assert not any(murder.find(ghost) for ghost in ghosts)


def test_a_frontend_follows_the_list(murder, backends):
    (fe1,) = murder.frontends
    backends[0].create("user.seen")

    def in_sync():
        values = fe1.metrics()
        assert values["murder_list_in_sync"] == 1, values
        return values["murder_list_master_entries"] == values["murder_mailboxes"] and where(fe1, "user.seen")[0] == "ACTIVE"

    wait_for("the frontend's list is equal", in_sync, 30)
    with Agent(fe1) as agent:
        sync = agent.status().list_sync
    assert sync.entries == sync.master_entries > 0 and sync.missing == sync.extra == sync.different == 0


def test_a_backend_pushes_by_itself_when_the_master_comes_back(murder, backends):
    be1, be2 = backends
    be2.create("user.meanwhile", command="LOCALCREATE")
    murder.master.stop_cyrus()
    wait_for("the backend says so", lambda: "mupdate master failed" in be2.ready()[1])
    assert be2.stop_agent() == 0
    be2.start_agent()
    wait_for("a push fails", lambda: "couldn't connect to mupdate server" in be2.ready()[1])
    assert be2.http("/livez")[0] == 200
    murder.master.start_cyrus()
    wait_for("the push has happened", lambda: murder.find("user.meanwhile"), 30)
    wait_for("be2 ready", lambda: is_ready(be2), 30)
    wait_for("be1 ready", lambda: is_ready(be1), 30)


def test_a_killed_agent_starts_again(murder, backends):
    be1, _ = backends
    be1.stop_agent(signal.SIGKILL)
    be1.start_agent()
    wait_for("be1 ready", lambda: is_ready(be1), 30)
    before = (be1.run / "sasldb2").stat().st_ino
    with Agent(be1) as agent:
        assert agent.reload().error == ""
    assert (be1.run / "sasldb2").stat().st_ino == before, "unchanged accounts are not written again"
    with be1.imap("u1"):
        pass


def test_a_dead_cyrmaster_is_not_alive(murder, backends):
    be1, _ = backends
    be1.stop_cyrus(signal.SIGKILL)
    wait_for("be1 dead", lambda: be1.http("/livez")[0] == 503)
    assert "nobody holds the lock" in be1.http("/livez")[1]
    be1.start_cyrus()
    wait_for("be1 ready", lambda: is_ready(be1), 30)
