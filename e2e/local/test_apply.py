"""`murder local apply`: a running murder becomes what the manifests say, with the least disturbance, and says so first."""

import contextlib
import imaplib
import json
import signal
import socket
import subprocess
import threading
import time
import uuid

import pytest
import yaml
from local_murder import BIN, NETWORK, LocalMurder, manifests, wait_for


class Manifest:
    """The murder's manifests as objects, to be changed and applied."""

    def __init__(self, murder):
        self.murder = murder
        self.cluster, *self.backends = yaml.safe_load_all(murder.manifest.read_text())

    @property
    def spec(self):
        return self.cluster["spec"]

    def write(self):
        self.murder.manifest.write_text(yaml.safe_dump_all([self.cluster, *self.backends]))

    def apply(self, *arguments, check=True):
        self.write()
        done = self.murder.murder("local", "apply", "--state", self.murder.top, "-f", self.murder.manifest, "-o", "json",
                                  *arguments, check=check)
        if check:
            return json.loads(done.stdout)
        return done


@pytest.fixture(scope="module")
def murder():
    murder = LocalMurder(manifests("e2e"), "e2e", network=NETWORK + 3)
    try:
        murder.up()
        yield murder
    finally:
        murder.remove()


@pytest.fixture
def manifest(murder):
    return Manifest(murder)


def pids(murder, process="cyrus"):
    return {node["name"]: node[process]["pid"] for node in murder.status()["nodes"]}


def will(change):
    return {step["node"]: step["will"] for step in change["steps"]}


def because(change, node):
    return next(step["because"] for step in change["steps"] if step["node"] == node)


def home_of(murder, backend, name):
    with murder.imap(backend, "cyrus") as admin:
        assert admin.create(name)[0] == "OK"


def test_without_a_change_nothing_is_touched(murder, manifest):
    manifest.apply()  # Written by another hand than the first one.
    files = {path: path.stat().st_mtime_ns for path in murder.state.glob("**/*") if "/log/" not in str(path) and "/run/" not in str(path)
             and "/conf/" not in str(path)}
    before = pids(murder)
    assert manifest.apply() == {"cluster": "e2e", "steps": [], "held": []}
    for path, time_ in files.items():
        if path.is_file() and path.name != "lock":
            assert path.stat().st_mtime_ns == time_, path
    assert pids(murder) == before


def test_a_setting_is_read_again_and_sessions_go_on(murder, manifest):
    before = pids(murder), pids(murder, "agent")
    with murder.imap("fe1", "alice") as session:
        manifest.spec["imapd"] = {"frontend": {"serverinfo": "min"}}
        said = manifest.apply("--dry-run")
        assert will(said) == {"fe1": "reload Cyrus", "fe2": "reload Cyrus"}
        assert because(said, "fe1") == "spec.imapd.frontend.serverinfo: min (new)"
        assert manifest.apply() == said
        assert session.noop()[0] == "OK"
    assert (pids(murder), pids(murder, "agent")) == before
    with murder.imap("fe2", "alice") as session:
        assert b"Cyrus IMAP" not in session.welcome
    assert manifest.apply()["steps"] == []


def test_a_user_can_log_in_at_once(murder, manifest):
    before = pids(murder)
    manifest.spec["authentication"]["users"].append("carol")
    said = manifest.apply()
    assert 'users: ["alice","bob"] → ["alice","bob","carol"]' in because(said, "fe1")
    with murder.imap("fe1", "carol"):
        pass
    assert pids(murder) == before


def test_a_service_comes_and_goes(murder, manifest):
    """cyrus.conf and what the agent checks change together. cyrmaster is no root any more that could bind port 119."""
    before = pids(murder)
    manifest.spec["frontend"]["services"] = {"nntp": {"enabled": True}}
    assert will(manifest.apply()) == {"fe1": "restart Cyrus", "fe2": "restart Cyrus"}
    with socket.create_connection((murder.address("fe1"), 119), timeout=10) as connection:
        assert connection.recv(100).startswith(b"200 ")
    del manifest.spec["frontend"]["services"]
    manifest.apply()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((murder.address("fe1"), 119), timeout=10)
    after = pids(murder)
    assert {name for name in before if before[name] != after[name]} == {"fe1", "fe2"}
    # One above 1023 is bound when Cyrus is told of it.
    manifest.spec["frontend"]["services"] = {"sieve": {"enabled": False}}
    assert will(manifest.apply()) == {"fe1": "reload Cyrus", "fe2": "reload Cyrus"}
    del manifest.spec["frontend"]["services"]
    manifest.apply()
    with socket.create_connection((murder.address("fe1"), 4190), timeout=10) as connection:
        assert b"Cyrus timsieved" in connection.recv(1000)
    assert pids(murder) == after


def test_a_partition_is_added(murder, manifest):
    before = pids(murder)
    manifest.backends[0]["spec"]["partitions"].append({"name": "p3"})
    said = manifest.apply()
    assert will(said)["be1"] == "reload Cyrus"
    with murder.imap("be1", "cyrus") as admin:
        kind, data = admin.xatom("CREATE", "onp3", "p3")
        assert kind == "OK", data
    assert list(murder.state.glob("nodes/be1/spool/p3/**/cyrus.header"))
    assert pids(murder) == before


def test_what_needs_a_restart_takes_one_backend_at_a_time(murder, manifest):
    before = pids(murder)
    manifest.spec["imapd"]["backend"] = {"syslog_facility": "local5"}
    said = manifest.apply("--dry-run")
    assert will(said) == {"be1": "restart Cyrus", "be2": "restart Cyrus"}
    assert [(held["node"], held["by"]) for held in said["held"]] == [("be2", "one_backend_at_a_time")]

    process = subprocess.Popen([BIN / "murder", "local", "apply", "--state", murder.top, "-f", murder.manifest],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        nodes = {node["name"]: node for node in murder.status()["nodes"]}
        assert nodes["be1"]["cyrus"] or nodes["be2"]["cyrus"], "both are away"
    assert process.returncode == 0
    after = pids(murder)
    assert {name for name in before if before[name] != after[name]} == {"be1", "be2"}


def test_frontends_come_and_go_and_sessions_end_first(murder, manifest):
    manifest.spec["frontend"]["replicas"] = 4
    said = manifest.apply()
    assert because(said, "fe4") == "spec.frontend.replicas: 2 → 4"
    assert murder.ready() and [node["name"] for node in murder.status()["nodes"]][-4:] == ["fe1", "fe2", "fe3", "fe4"]
    address, password = murder.address("fe4"), murder.password("alice")
    session = imaplib.IMAP4(address, 143, timeout=10)
    session.login("alice", password)
    manifest.spec["frontend"]["replicas"] = 2
    manifest.spec["frontend"]["drainSeconds"] = 60
    ended = []
    thread = threading.Thread(target=lambda: ended.append(manifest.apply()))
    thread.start()
    wait_for("fe3 has ended", lambda: not [process for process in murder.processes() if process[1] == "fe3"])
    wait_for("fe4 drains", lambda: '"reason":"Draining","node":"fe4"' in (murder.state / "log/supervisor.jsonl").read_text())
    assert session.noop()[0] == "OK" and not ended
    session.logout()
    thread.join(30)
    assert will(ended[0])["fe4"] == "stop"
    assert not [process for process in murder.processes() if process[1] in ("fe3", "fe4")]


def test_a_backend_comes_and_goes_when_it_is_empty(murder, manifest):
    manifest.backends.append({**manifest.backends[1], "metadata": {"name": "be3"}})
    said = manifest.apply()
    assert because(said, "be3") == "Backend be3 (new)" and because(said, "fe1") == "Backend be3 (new)"
    manifest.backends.pop()
    assert will(manifest.apply())["be3"] == "stop"
    assert "be3" not in pids(murder)


def test_a_backend_that_holds_mailboxes_stays_until_it_is_forced(murder, manifest):
    manifest.backends.append({**manifest.backends[1], "metadata": {"name": "be3"}})
    manifest.apply()
    home_of(murder, "be3", "user.dave")
    manifest.backends.pop()
    kept = manifest.apply(check=False)
    assert kept.returncode == 4, kept.stderr
    [held] = json.loads(kept.stdout)["held"]
    assert held["by"] == "backend_delete_requires_empty_or_force"
    assert "it holds 1 mailboxes" in held["because"] and "--force-delete be3" in held["because"]
    assert murder.node("be3")["ready"]

    forced = manifest.apply("--force-delete", "be3", check=False)
    assert forced.returncode == 0, forced.stderr
    assert "the master has forgotten 1 mailboxes of be3.e2e.murder.test" in forced.stderr
    home_of(murder, "be1", "user.dave")


def test_whatever_ends_it_the_same_again_ends_the_same(murder, manifest):
    for number, delay in enumerate((0.02, 0.06, 0.15, 0.5)):
        manifest.spec["imapd"]["all"] = {"imapidlepoll": str(50 + number)}
        manifest.spec["imapd"]["frontend"] = {"syslog_facility": f"local{number % 2}"}
        manifest.write()
        process = subprocess.Popen([BIN / "murder", "local", "apply", "--state", murder.top, "-f", murder.manifest],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)  # Not for something to happen: wherever it is by then, it is killed.
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait(10)
        manifest.apply()
        assert manifest.apply()["steps"] == []
        assert f"imapidlepoll: {50 + number}" in (murder.state / "nodes/be1/etc/imapd.conf").read_text()
    assert murder.ready() and murder.works(str(uuid.uuid4()))


def test_what_cannot_be_changed_is_refused(murder, manifest):
    before = murder.manifest.read_text()
    manifest.spec["namespace"] = {"altNamespace": not manifest.spec.get("namespace", {}).get("altNamespace", False)}
    refused = manifest.apply(check=False)
    assert refused.returncode == 1 and "spec.namespace.altNamespace: cannot be changed" in refused.stderr
    murder.manifest.write_text(before)
    assert Manifest(murder).apply()["steps"] == []


def test_what_does_not_run_is_not_applied_to():
    other = LocalMurder(manifests("absent"), "absent", network=NETWORK + 4)
    refused = other.murder("local", "apply", "--state", other.top, "-f", other.manifest, check=False)
    assert refused.returncode == 1 and "no local murder absent runs here" in refused.stderr
    other.manifest.unlink()
    other.top.rmdir()
