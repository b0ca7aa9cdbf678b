"""Another release of Cyrus: one field, backends before frontends, and mail all the while; by an operator that is killed
now and then."""

import json
import signal
import time

import pytest

from cluster import ROOT
from murder import Murder, wait_for

NAMESPACE = "post"


@pytest.fixture(scope="module")
def murder(cluster, operator):
    cluster.kubectl("create", "namespace", NAMESPACE)
    murder = Murder(cluster, "quickstart", NAMESPACE)
    murder.kubectl("apply", "-f", ROOT / "examples/quickstart.yaml")
    for seconds in (0.3, 0.6, 0.7, 0.8, 0.9, 1.2):
        time.sleep(seconds)  # Not for anything to happen: wherever it is by then, it is killed.
        operator.stop(signal.SIGKILL)
        operator.start()
    murder.wait("Ready")
    murder.wait_until_settled()
    murder.imap("cyrus", "create user.alice", "create user.bob")
    # Frontends hear of them within five seconds; those that have not when the master goes away say that there is no such
    # user, until they are back in touch with it.
    wait_for("every frontend knows them", lambda: all("user.bob" in murder.list_of(pod["metadata"]["name"])
                                                      for pod in murder.pods("frontend")))
    return murder


def releases(murder, component):
    """The images that its pods run, those included that end."""
    return {container["image"].rpartition(":")[2] for pod in murder.pods(component)
            for container in pod["spec"]["containers"] if container["name"] == "cyrus"}


def test_backends_are_upgraded_before_frontends(murder):
    assert releases(murder, "backend") == releases(murder, "frontend") == {"3.10"}
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p", json.dumps({"spec": {"cyrusVersion": "3.12"}}))
    held, sent = set(), 0

    def done():
        nonlocal sent
        frontends, backends = releases(murder, "frontend"), releases(murder, "backend")
        assert "3.12" not in frontends or backends == {"3.12"}, (frontends, backends)
        progressing = murder.condition("Progressing")["message"]
        held.update(rule for rule in ("backends_before_frontends", "one_backend_at_a_time") if rule in progressing)
        # A backend that is just replaced has its mail wait at the sender.
        murder.deliver("alice", f"while it is upgraded, {sent}")
        sent += 1
        return frontends == {"3.12"}

    wait_for("all are upgraded", done, 400)
    murder.wait_until_settled()
    assert "backends_before_frontends" in held
    # None is lost; one whose answer was lost may be there twice.
    assert int(murder.imap("alice", "select INBOX")[0][0]) >= sent
    assert murder.status()["version"] == "3.12"


def test_a_namespace_with_a_murder_in_it_can_be_deleted(murder):
    murder.imap("cyrus", "create user.carol")
    murder.cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=120s")
