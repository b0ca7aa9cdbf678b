"""The operator on a real Kubernetes: resources become a murder that serves mail, and changes of them change it."""

import json

import pytest

from cluster import ROOT
from murder import ENDS, Murder, wait_for

NAMESPACE = "post"


def backend(name, **spec):
    return {
        "apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "Backend", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"clusterRef": {"name": "quickstart"}, "partitions": [{"name": "p1"}], **spec},
    }


@pytest.fixture(scope="module")
def murder(cluster, operator):
    cluster.apply({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    })
    murder = Murder(cluster, "quickstart", NAMESPACE)
    murder.kubectl("apply", "-f", ROOT / "examples/quickstart.yaml")
    murder.wait("Ready")
    murder.wait_until_settled()
    murder.imap("cyrus", "create user.alice", "create user.bob")
    return murder


def test_a_message_goes_in_and_comes_out(murder):
    murder.deliver("alice", "in and out")
    assert murder.imap("alice", "select INBOX", "search None ALL")[1] == ["1"]


def test_status_says_what_is_there(murder):
    status = murder.status()
    assert status["readyFrontends"] == "2/2" and status["readyBackends"] == "2/2"
    assert status["master"]["ready"] is True
    assert [row["name"] for row in status["backends"]] == ["be1", "be2"]
    assert murder.condition("Reconciling") is None
    columns = murder.kubectl("get", "murder").splitlines()
    assert columns[1].split()[:2] == ["quickstart", "True"]
    assert murder.condition("Synced", "mbe", "be1")["status"] == "True"


def test_frontends_scale(murder):
    murder.kubectl("scale", "murder", "quickstart", "--replicas=4")
    wait_for("four frontends", lambda: murder.status()["readyFrontends"] == "4/4")
    for pod in murder.pods("frontend"):
        assert murder.imap("alice", "select INBOX", host=pod["status"]["podIP"]) == [["1"]]
    murder.kubectl("scale", "murder", "quickstart", "--replicas=1")
    wait_for("one frontend", lambda: murder.status()["readyFrontends"] == "1/1" and len(murder.pods("frontend")) == 1)
    murder.kubectl("scale", "murder", "quickstart", "--replicas=2")
    murder.wait_until_settled()


def test_an_autoscaler_scales_frontends(murder):
    # By the scale subresource: with no metrics there is still a minimum.
    murder.cluster.apply({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "frontends", "namespace": NAMESPACE},
        "spec": {"minReplicas": 3, "maxReplicas": 4,
                 "scaleTargetRef": {"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "MurderCluster", "name": "quickstart"},
                 "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]},
    })
    wait_for("three frontends", lambda: murder.status()["readyFrontends"] == "3/3")
    murder.wait_until_settled()
    # The operator owns nothing of it: what the autoscaler wrote stays.
    assert murder.get("murder", "quickstart")["spec"]["frontend"]["replicas"] == 3
    murder.kubectl("delete", "hpa", "frontends")
    murder.kubectl("scale", "murder", "quickstart", "--replicas=2")
    wait_for("two frontends", lambda: len(murder.pods("frontend")) == 2)
    murder.wait_until_settled()


def test_a_new_user_needs_no_restart(murder):
    before = murder.uids()
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p",
                   json.dumps({"spec": {"authentication": {"users": ["alice", "bob", "carol"]}}}))
    murder.wait_until_settled()
    murder.imap("cyrus", "create user.carol")
    assert murder.imap("carol", "select INBOX") == [["0"]]
    assert murder.uids() == before


def test_a_setting_is_reloaded_without_a_restart(murder):
    before = murder.uids()
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p",
                   json.dumps({"spec": {"imapd": {"frontend": {"imapidlepoll": "7"}, "all": {"serverinfo": "min"}}}}))
    murder.wait_until_settled()
    assert murder.uids() == before
    greeting = murder.cluster.run("enter", "bash", "-c",
                                  f"exec 3<>/dev/tcp/{murder.address('quickstart')}/143; head -n 1 <&3")
    assert "server ready" in greeting and "Cyrus IMAP" not in greeting


def test_a_backend_comes_and_goes(murder):
    murder.cluster.apply(backend("be3"))
    murder.wait("Ready", "mbe/be3")
    murder.wait_until_settled()
    assert murder.status()["readyBackends"] == "3/3"
    murder.imap("cyrus", "create user.dave", host=murder.ip_of("be3"))
    assert murder.place_of("user.dave") == "be3"

    murder.kubectl("delete", "mbe", "be3", "--wait=false")
    stalled = wait_for("it is counted", lambda: (
        (found := murder.condition("Stalled", "mbe", "be3")) and found["reason"] == "NotEmpty" and found))
    assert "it holds 1 mailboxes" in stalled["message"] and "force-delete" in stalled["message"]
    assert murder.place_of("user.dave") == "be3"
    murder.kubectl("annotate", "mbe", "be3", "murder.cyrus.dev/force-delete=true")
    wait_for("be3 is gone", lambda: not [row for row in murder.get("mbe")["items"] if row["metadata"]["name"] == "be3"])
    # The name is free again, everywhere.
    assert "quickstart-be3" not in str(murder.master_list())
    wait_for("the Event says what was forgotten", lambda: "has forgotten 1 mailboxes" in murder.kubectl("get", "events"))
    murder.imap("cyrus", "create user.dave")
    assert murder.place_of("user.dave") in ("be1", "be2")
    wait_for("its pod is gone", lambda: "quickstart-be3-0" not in murder.uids())
    claims = {claim["metadata"]["name"] for claim in murder.get("pvc")["items"]}
    assert {"state-quickstart-be3", "spool-p1-quickstart-be3"} <= claims
    murder.wait_until_settled()


def test_what_needs_a_restart_takes_one_backend_at_a_time(murder):
    before = murder.uids("backend")
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p",
                   json.dumps({"spec": {"imapd": {"backend": {"syslog_facility": "local5"}}}}))
    down = set()

    def replaced():
        pods = murder.pods("backend")
        away = {pod["metadata"]["name"] for pod in pods
                if not any(each["type"] == "Ready" and each["status"] == "True"
                           for each in pod["status"].get("conditions", []))}
        away |= set(before) - {pod["metadata"]["name"] for pod in pods}
        assert len(away) <= 1, away
        down.update(away)
        return all(murder.uids("backend").get(name, uid) != uid for name, uid in before.items())

    wait_for("both backends are replaced", replaced, 240)
    murder.wait_until_settled()
    assert down == set(before)
    assert murder.imap("alice", "select INBOX") == [["1"]]


def test_drift_is_repaired_and_explained(murder):
    murder.kubectl("scale", "deployment", "quickstart-fe", "--replicas=5")
    wait_for("it is as it was", lambda: murder.get("deployment", "quickstart-fe")["spec"]["replicas"] == 2)
    wait_for("the Event says who", lambda: "spec.replicas" in murder.kubectl("get", "events"))
    murder.wait_until_settled()


def test_a_paused_murder_is_left_alone(murder):
    murder.kubectl("annotate", "murder", "quickstart", "murder.cyrus.dev/paused=true")
    wait_for("it is paused", lambda: murder.condition("Progressing")["reason"] == "Paused")
    murder.kubectl("scale", "murder", "quickstart", "--replicas=3")
    wait_for("it was seen", lambda: murder.status()["observedGeneration"] == murder.get("murder", "quickstart")["metadata"]["generation"])
    assert murder.get("deployment", "quickstart-fe")["spec"]["replicas"] == 2
    murder.kubectl("annotate", "murder", "quickstart", "murder.cyrus.dev/paused-")
    wait_for("three frontends", lambda: murder.status()["readyFrontends"] == "3/3")
    murder.kubectl("scale", "murder", "quickstart", "--replicas=2")
    murder.wait_until_settled()


def test_an_invalid_spec_changes_nothing_and_says_why(murder):
    before = murder.uids()
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p", json.dumps({"spec": {"mupdate": {"engine": "native"}}}))
    stalled = wait_for("it stalls", lambda: murder.condition("Stalled"))
    assert stalled["reason"] == "InvalidSpec" and "spec.mupdate.engine" in stalled["message"]
    assert murder.uids() == before
    murder.kubectl("patch", "murder", "quickstart", "--type=merge", "-p", json.dumps({"spec": {"mupdate": {"engine": "cyrus"}}}))
    murder.wait_until_settled()


def test_the_operator_can_be_killed(murder, operator):
    operator.stop(9)
    murder.kubectl("scale", "murder", "quickstart", "--replicas=3")
    murder.kubectl("delete", "service", "quickstart-be1")
    operator.start()
    wait_for("three frontends", lambda: murder.status()["readyFrontends"] == "3/3")
    wait_for("the Service is back", lambda: "quickstart-be1" in murder.kubectl("get", "services"))
    murder.wait_until_settled()
    assert murder.imap("alice", "select INBOX") == [["1"]]


def test_a_user_moves_by_annotation_while_mail_comes(murder):
    source = murder.place_of("user.alice")
    destination = "be2" if source == "be1" else "be1"
    before = int(murder.imap("alice", "select INBOX")[0][0])
    murder.kubectl("annotate", "murder", "quickstart", f"murder.cyrus.dev/move=user.alice={destination}!p2")
    sent = 0

    def ended():
        nonlocal sent
        murder.deliver("alice", f"while it moves, {sent}")
        sent += 1
        moves = murder.get("mailboxmoves")["items"]
        return next((move for move in moves if move.get("status", {}).get("phase") in ENDS), None)

    move = wait_for("the move has ended", ended)
    assert move["status"]["phase"] == "Completed", move["status"]
    assert murder.place_of("user.alice") == destination
    assert int(murder.imap("alice", "select INBOX")[0][0]) == before + sent
    assert "murder.cyrus.dev/move" not in murder.get("murder", "quickstart")["metadata"].get("annotations", {})
    assert "Moved" in murder.kubectl("get", "events", "--field-selector=involvedObject.kind=MurderCluster")
    murder.wait_until_settled()


def test_moves_that_make_no_sense_are_answered(murder):
    murder.kubectl("annotate", "murder", "quickstart", "murder.cyrus.dev/move=user.alice=be9,user.nobody=be1")

    def refused():
        moves = [move for move in murder.get("mailboxmoves")["items"] if move.get("status", {}).get("phase") == "Failed"]
        return len(moves) == 2 and {move["spec"]["mailbox"]: move["status"]["reason"] for move in moves}

    assert wait_for("both are refused", refused) == {"user.alice": "UnknownBackend", "user.nobody": "MailboxNotFound"}
    murder.kubectl("annotate", "murder", "quickstart", "murder.cyrus.dev/move=user.alice")
    wait_for("the mistake is told", lambda: "nothing is moved" in murder.kubectl("get", "events"))
    assert "murder.cyrus.dev/move" not in murder.get("murder", "quickstart")["metadata"].get("annotations", {})
    murder.kubectl("delete", "mailboxmoves", "--all")


def test_a_person_decides_whose_copy_is_right(murder):
    """Two backends hold `twice`: held back and named, until an annotation says which it is."""
    addresses = {name: murder.ip_of(name) for name in ("be1", "be2")}
    murder.imap("cyrus", "create twice", host=addresses["be1"])
    murder.imap("cyrus", "xatom LOCALCREATE twice", host=addresses["be2"])
    murder.kubectl("delete", "pod", murder.pod_of("be2")["metadata"]["name"])  # An agent pushes when it starts.
    conflict = wait_for("the conflict", lambda: murder.condition("MailboxConflict", "mbe", "be2"))
    assert conflict["status"] == "True" and "twice" in conflict["message"]
    wait_for("it is told", lambda: murder.condition("Degraded")["reason"] == "MailboxConflict")
    named = murder.get("mbe", "be2")["status"]["conflicts"]
    assert [each["mailbox"] for each in named] == ["twice"] and murder.place_of("twice") == "be1"

    murder.kubectl("annotate", "mbe", "be2", "murder.cyrus.dev/resolve-conflicts=twice=here")
    wait_for("it is carried out", lambda: murder.place_of("twice") == "be2")
    wait_for("be2 agrees", lambda: murder.condition("Synced", "mbe", "be2")["status"] == "True")
    assert "murder.cyrus.dev/resolve-conflicts" not in murder.get("mbe", "be2")["metadata"].get("annotations", {})
    murder.kubectl("annotate", "mbe", "be1", "murder.cyrus.dev/resolve-conflicts=twice=master")
    wait_for("the other copy is kept as a deleted one", lambda: any(
        "DELETED.twice" in line for line in murder.imap("cyrus", 'list "" DELETED.*', host=addresses["be1"])[0] if line))
    murder.wait_until_settled()
    assert murder.place_of("twice") == "be2"


def test_passwords_are_made_once(murder):
    before = murder.get("secret", "quickstart-passwords")["data"]
    murder.kubectl("annotate", "murder", "quickstart", "touched=yes")
    murder.wait_until_settled()
    assert murder.get("secret", "quickstart-passwords")["data"] == before


def test_nothing_is_left_but_volumes(murder, operator):
    murder.kubectl("delete", "-f", ROOT / "examples/quickstart.yaml", "--timeout=120s")
    selector = "app.kubernetes.io/managed-by=murder-operator"
    wait_for("its objects are gone", lambda: not murder.get(
        "pods,statefulsets,deployments,services,configmaps,secrets,networkpolicies,pdb,serviceaccounts", "-l", selector)["items"])
    assert murder.get("pvc", "-l", selector)["items"]
    murder.cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=120s")
    errors = [line for line in operator.lines() if line["level"] == "error"]
    assert not errors
