"""Local mode on real Cyrus: up, mail, down, and whatever is killed comes back without a person."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import uuid

import pytest
from local_murder import LocalMurder, kill, manifests, wait_for


@pytest.fixture(scope="module")
def murder():
    murder = LocalMurder(manifests("e2e"), "e2e")
    try:
        murder.up()
        yield murder
    finally:
        murder.remove()


def restarts(murder, node):
    return murder.node(node)["cyrusRestarts"]


def test_a_message_goes_in_and_out(murder):
    out = murder.up().stdout
    assert "delivered by LMTP through fe1" in out and "read by IMAP through fe2" in out
    assert murder.works("hello")


def test_up_again_changes_nothing(murder):
    before = {node["name"]: node["cyrus"]["pid"] for node in murder.status()["nodes"]}
    murder.up()
    assert {node["name"]: node["cyrus"]["pid"] for node in murder.status()["nodes"]} == before


def test_a_second_up_at_once_is_refused(murder):
    with open(murder.state / "lock", "r+b") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = murder.up(check=False)
    assert refused.returncode == 1
    assert "another murder command is at work" in refused.stderr


def test_nothing_of_the_machine_is_changed(murder):
    assert "e2e.murder.test" not in pathlib.Path("/etc/hosts").read_text()
    assert str(murder.top) not in pathlib.Path("/proc/mounts").read_text()


def test_secrets_are_for_their_own_eyes(murder):
    for path in [*murder.state.glob("secrets/*"), *murder.state.glob("pki/*"), *murder.state.glob("nodes/*/secrets/*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    for password in murder.passwords().values():
        for pid, _, _ in murder.processes():
            assert password.encode() not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.parametrize("node", ["mupdate", "be1", "be2", "fe1", "fe2"])
def test_cyrmaster_that_is_killed_alone_comes_back(murder, node):
    """Its children live on as orphans and hold the ports: a new cyrmaster would run without those services."""
    before = murder.node(node)["cyrus"]["pid"]
    kill(before)
    wait_for(f"{node} has a new cyrmaster", lambda: (murder.node(node)["cyrus"] or {}).get("pid", before) != before)
    murder.wait_until_ready()
    wait_for("mail flows", lambda: murder.works(str(uuid.uuid4())))


def test_an_imapd_that_is_killed_comes_back(murder):
    victim = murder.children("fe1", "imapd")[0]
    cyrmaster = murder.node("fe1")["cyrus"]["pid"]
    kill(victim)
    wait_for("mail flows", lambda: murder.works(str(uuid.uuid4())))
    assert murder.node("fe1")["cyrus"]["pid"] == cyrmaster


def test_an_agent_that_is_killed_comes_back_and_cyrus_stays(murder):
    before = murder.node("be1")
    kill(before["agent"]["pid"])
    wait_for("a new agent", lambda: (murder.node("be1")["agent"] or before["agent"])["pid"] != before["agent"]["pid"])
    murder.wait_until_ready()
    assert murder.node("be1")["cyrus"]["pid"] == before["cyrus"]["pid"]


@pytest.mark.parametrize("who", ["supervisor", "guard"])
def test_supervisor_and_guard_bring_each_other_back(murder, who):
    before = murder.status()
    kill(before[who])
    after = wait_for(f"a new {who}", lambda: (murder.status()[who] not in (None, before[who])) and murder.status())
    pids = lambda status: [(node["cyrus"]["pid"], node["agent"]["pid"]) for node in status["nodes"]]  # noqa: E731
    assert pids(after) == pids(before)


def test_a_supervisor_that_takes_over_repairs_what_broke_meanwhile(murder):
    before = murder.status()
    victim = murder.node("be2")["cyrus"]["pid"]
    os.kill(before["supervisor"], signal.SIGSTOP)
    kill(victim)
    kill(before["supervisor"])
    murder.wait_until_ready()
    assert murder.node("be2")["cyrus"]["pid"] != victim
    wait_for("mail flows", lambda: murder.works(str(uuid.uuid4())))


def test_an_imapd_that_crashes_at_work_is_replaced(murder):
    """CREATE with a bare partition through a frontend is a SIGSEGV of that imapd, every time."""
    cyrmaster = murder.node("fe2")["cyrus"]["pid"]
    for _ in range(12):
        with murder.imap("fe2", "cyrus") as session:
            session.send(b"x1 CREATE user.crash p2\r\n")
            assert session.readline() == b""
    wait_for("mail flows", lambda: murder.works(str(uuid.uuid4())))
    assert murder.node("fe2")["cyrus"]["pid"] == cyrmaster


def test_a_service_that_cyrmaster_disabled_comes_back(murder):
    """Idle imapds that die five times in a row, each soon after the one before: cyrmaster gives imap up, and stays up."""
    before = restarts(murder, "fe2")
    log = murder.state / "nodes/fe2/log/fe2.jsonl"

    def is_disabled():
        for pid in murder.children("fe2", "imapd"):
            with contextlib.suppress(ProcessLookupError):
                kill(pid)
        return "too many failures for service imap" in log.read_text()

    wait_for("cyrmaster disables imap", is_disabled)
    wait_for("fe2 was restarted", lambda: restarts(murder, "fe2") > before)
    murder.wait_until_ready()
    wait_for("mail flows", lambda: murder.works(str(uuid.uuid4())))
    assert '"reason":"ServiceDisabled","node":"fe2"' in (murder.state / "log/supervisor.jsonl").read_text()


def test_logs_are_followed(murder):
    follower = murder.start("logs", "fe1", "--follow", "-n", "1")
    try:
        json.loads(follower.stdout.readline())  # the last line so far
        subject = str(uuid.uuid4())
        murder.works(subject)
        for line in follower.stdout:  # until what the session caused is there; a follower that says nothing hangs here
            if json.loads(line).get("program") == "imap":
                break
    finally:
        follower.terminate()
        follower.wait(timeout=10)


def test_a_delivery_that_must_log_in_is_proved(murder):
    """LMTP with authentication, and passwords in TLS only: `up` proves itself the same way."""
    strict = manifests("strict").replace(
        "frontend: {replicas: 2}", "frontend: {replicas: 2, services: {lmtp: {authentication: required}}}"
    ).replace("users: [alice, bob]", "users: [alice, bob], allowPlaintext: false")
    secure = LocalMurder(strict, "strict", network=murder_network() + 1)
    try:
        assert "delivered by LMTP through fe1" in secure.up().stdout
    finally:
        secure.remove()


def test_mail_survives_down_and_up(murder):
    subject = str(uuid.uuid4())
    murder.works(subject)
    stopped = murder.down().stdout
    assert "killing" not in stopped, stopped
    murder.nothing_is_left()
    murder.down()  # twice: nothing to do
    murder.local("up")  # from what is remembered, as after a reboot
    assert subject in murder.subjects("fe1", "alice")
    # What was stopped did not fail: nothing was held back, and no restart counted.
    assert [node["cyrusRestarts"] + node["agentRestarts"] for node in murder.status()["nodes"]] == [0] * 5
    assert "BackingOff" not in (murder.state / "log/supervisor.jsonl").read_text().split('"Supervising"')[-1]


def test_down_works_when_supervisor_and_guard_are_dead(murder):
    status = murder.status()
    os.kill(status["guard"], signal.SIGSTOP)
    os.kill(status["supervisor"], signal.SIGSTOP)
    kill(status["supervisor"])
    kill(status["guard"])
    murder.down()
    murder.nothing_is_left()
    murder.up()


def test_a_changed_manifest_adds_and_removes_nodes(murder):
    kept = murder.node("be1")["address"]
    murder.manifest.write_text(manifests("e2e", backends=3, frontends=2))
    murder.up()
    assert murder.works(str(uuid.uuid4()))
    names = [node["name"] for node in murder.status()["nodes"]]
    assert names == ["mupdate", "be1", "be2", "be3", "fe1", "fe2"]
    assert murder.node("be1")["address"] == kept
    murder.manifest.write_text(manifests("e2e", backends=2, frontends=2))
    refused = murder.up(check=False)
    assert refused.returncode == 1 and "`murder local apply` removes it" in refused.stderr
    murder.murder("local", "apply", "--state", murder.top, "-f", murder.manifest)
    assert not [p for p in murder.processes() if p[1] == "be3"]


def test_a_manifest_with_mistakes_starts_nothing():
    murder = LocalMurder(manifests("wrong").replace("replicas:", "replica:"), "wrong")
    refused = murder.up(check=False)
    assert refused.returncode == 3
    assert "murder.yaml:6: spec.frontend.replica: is not known here: did you mean \"replicas\"?" in refused.stderr
    assert not murder.state.exists()
    shutil.rmtree(murder.top)


def test_another_release_than_the_installed_one_is_refused():
    murder = LocalMurder(manifests("other").replace("spec:\n  frontend", "spec:\n  cyrusVersion: \"3.12\"\n  frontend", 1), "other")
    refused = murder.up(check=False)
    assert refused.returncode == 1 and "spec.cyrusVersion: 3.12 is wanted, and 3.6 is installed here" in refused.stderr
    assert not murder.state.exists()
    shutil.rmtree(murder.top)


def test_a_port_in_use_is_named_and_nothing_is_touched():
    import socket

    other = LocalMurder(manifests("taken"), "taken", network=murder_network() + 1)
    with socket.create_server((f"127.{other.network}.1.1", 143)):
        refused = other.up(check=False)
    assert refused.returncode == 1
    assert f"be1 cannot listen on 127.{other.network}.1.1:143" in refused.stderr
    assert not other.state.exists()
    other.remove()


def test_a_state_that_cyrus_cannot_reach_is_refused():
    other = LocalMurder(manifests("closed"), "closed", network=murder_network() + 1)
    other.top.chmod(0o700)
    refused = other.up(check=False)
    assert refused.returncode == 1
    assert f"Cyrus's user cannot enter {other.state}: Permission denied" in refused.stderr
    assert not other.state.exists()
    other.remove()


def murder_network():
    from local_murder import NETWORK

    return NETWORK


def test_an_ordinary_user_has_a_murder_too():
    name = "murdertest"
    subprocess.run(["useradd", "--system", "--user-group", "--home-dir", "/nonexistent", name], check=True)
    try:
        own = LocalMurder(manifests("own"), "own", network=murder_network() + 2, user=name)
        try:
            out = own.up().stdout
            assert "delivered by LMTP through fe1" in out
            assert own.works("mine")
            cyrmaster = own.node("be1")["cyrus"]["pid"]
            assert pathlib.Path(f"/proc/{cyrmaster}").stat().st_uid != 0
            kill(cyrmaster)
            wait_for("a new one", lambda: (own.node("be1")["cyrus"] or {}).get("pid", cyrmaster) != cyrmaster)
            own.wait_until_ready()
            wait_for("mail flows", lambda: own.works(str(uuid.uuid4())))
        finally:
            own.remove()
    finally:
        subprocess.run(["userdel", name], check=True)
