"""The chart's operator on a real Kubernetes, as its own image and account: tested by `helm test`, followed by another when
it is lost, upgraded without a murder's noticing, and uninstalled without a murder's ending."""

import json

import pytest

import helm
from cluster import ROOT
from murder import Murder, wait_for

RELEASE = NAMESPACE = "cyrus-murder"
VALUES = {"replicas": 2, "leaderElection": {"leaseDuration": "15s", "renewDeadline": "10s", "retryPeriod": "2s"}}


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}


@pytest.fixture(scope="module")
def release(cluster, tmp_path_factory):
    cluster.apply(namespace(NAMESPACE), namespace("mail"))
    values = tmp_path_factory.mktemp("values") / "values.yaml"
    values.write_text(json.dumps(VALUES))
    # Upgraded below, so that what the tests before say is true of the chart of the commit before.
    cluster.helm("install", RELEASE, helm.previous(values.parent), "-n", NAMESPACE, "--values", values, "--wait", "--timeout", "2m")
    return RELEASE


@pytest.fixture(scope="module")
def murder(cluster, release):
    murder = Murder(cluster, "quickstart", "mail")
    murder.kubectl("apply", "-f", ROOT / "examples/quickstart.yaml")
    murder.wait("Ready")
    murder.wait_until_settled()
    return murder


def operators(cluster):
    pods = cluster.get("pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/name=cyrus-murder-operator")["items"]
    return {pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}


def leader(cluster):
    return cluster.get("lease", RELEASE, "-n", NAMESPACE)["spec"]["holderIdentity"].rsplit("_", 1)[0]


def frontends(murder, number):
    murder.kubectl("scale", "murder", murder.name, f"--replicas={number}")
    wait_for(f"{number} frontends", lambda: murder.status()["readyFrontends"] == f"{number}/{number}")
    murder.wait_until_settled()


def refused(cluster):
    """What the API server refused to the operators that are there."""
    found = {}
    for pod in operators(cluster):
        counts = helm.requests(cluster.kubectl("get", "--raw", f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}:8080/proxy/metrics"))
        assert any(code.startswith("2") for code, _ in counts), counts
        found |= {(pod, *key): count for key, count in counts.items() if key[0] in ("401", "403")}
    return found


def test_helm_test(cluster, release):
    assert "Phase:          Succeeded" in cluster.helm("test", release, "-n", NAMESPACE)


def test_the_operator_has_the_rights_that_it_needs(cluster, murder):
    frontends(murder, 3)
    assert leader(cluster) in operators(cluster)
    assert refused(cluster) == {}


def test_another_leads_when_the_leader_is_lost(cluster, murder):
    lost = leader(cluster)
    cluster.kubectl("delete", "pod", "-n", NAMESPACE, lost, "--force", "--grace-period=0")
    wait_for("another leads", lambda: leader(cluster) not in ("", lost), 60)
    frontends(murder, 2)
    assert refused(cluster) == {}


def test_an_upgrade_restarts_no_pod_of_a_murder(cluster, murder, tmp_path):
    before, operators_before = murder.uids(), operators(cluster)
    cluster.helm("upgrade", RELEASE, helm.with_version(tmp_path, "99.0.0"), "-n", NAMESPACE, "--reuse-values",
                 "--set", "logLevel=debug", "--wait", "--timeout", "2m")
    cluster.kubectl("rollout", "status", "-n", NAMESPACE, f"deployment/{RELEASE}", "--timeout=120s")
    wait_for("the old operators are gone", lambda: not operators(cluster) & operators_before)
    wait_for("a new one leads", lambda: leader(cluster) in operators(cluster), 60)
    frontends(murder, 3)  # It works...
    assert before.items() <= murder.uids().items()  # ...and what was there is the same.
    frontends(murder, 2)
    assert refused(cluster) == {}


def test_a_murder_outlives_the_release(cluster, murder):
    before = murder.uids()
    cluster.helm("uninstall", RELEASE, "-n", NAMESPACE, "--wait")
    wait_for("the operators are gone", lambda: not operators(cluster))
    assert murder.uids() == before
    assert murder.condition("Ready")["status"] == "True"
    murder.imap("cyrus", "create user.alice")
    cluster.helm("install", RELEASE, helm.CHART, "-n", NAMESPACE, "--wait", "--timeout", "2m")
    frontends(murder, 1)
    assert murder.uids("backend").items() <= before.items()
    assert refused(cluster) == {}
