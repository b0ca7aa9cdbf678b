"""The chart in a real API server: everything it can make is accepted, as confined as can be, and what people have made is
there after an upgrade and after an uninstall."""

import itertools
import json
import os
import re
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml

import helm
from cluster import Cluster
from helm import CHART, NAMESPACE, ROOT
from murder import OPERATOR, wait_for

WATCHED = ["mail", "mail-two"]
ADDRESS = "127.99.0.2"
OWNED = ["serviceaccounts", "networkpolicies", "poddisruptionbudgets", "secrets", "configmaps", "services", "statefulsets",
         "deployments", "persistentvolumeclaims"]
OF_NO_NAMESPACE = {"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "FlowSchema"}
VALUES = {
    "defaults": {},
    "two replicas": {"replicas": 2, "leaderElection": {"flowSchema": {"enabled": True}}},
    "some namespaces": {"replicas": 3, "watchNamespaces": WATCHED, "serviceAccount": {"annotations": {"a": "b"}}},
    "everything": {
        "replicas": 2, "imagePullSecrets": [{"name": "registry"}], "image": {"digest": "sha256:" + "0" * 64},
        "leaderElection": {"enabled": True, "leaseName": "leader", "flowSchema": {"enabled": True}},
        "crds": {"keep": False}, "http": {"address": "[::]", "port": 9090},
        "resources": {"requests": {"cpu": 1, "memory": "64Mi"}, "limits": {"cpu": "1500m"}},
        "metrics": {"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
        "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}], "egress": {"enabled": True}},
        "podDisruptionBudget": {"maxUnavailable": "50%"},
        "nodeSelector": {"kubernetes.io/os": "linux"}, "tolerations": [{"key": "mail", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
        "priorityClassName": "system-cluster-critical",
        "commonLabels": {"team": "mail"}, "podLabels": {"tier": "control"}, "podAnnotations": {"note": "5"},
        "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}}],
    },
    "service monitor": {"metrics": {"serviceMonitor": {"enabled": True}}, "runAsUser": None, "runAsGroup": None,
                        "rbac": {"create": False, "aggregate": False}, "serviceAccount": {"create": False, "name": "mine"}},
}


def monitor(kind):
    """As much of the Prometheus operator as lets its kinds be sent."""
    names = {"kind": kind, "listKind": kind + "List", "plural": kind.lower() + "s", "singular": kind.lower()}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": names["plural"] + ".monitoring.coreos.com"},
        "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced", "names": names,
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}]},
    }


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.run("up", "--api-only", "--address", ADDRESS)
    try:
        cluster.apply(*map(namespace, [NAMESPACE, *WATCHED]), *map(monitor, ["PodMonitor", "ServiceMonitor"]))
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        # There is no controller that would make them.
        cluster.apply(*({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
                        for name in [NAMESPACE, *WATCHED]))
        yield cluster
    finally:
        cluster.run("down")


def put(cluster, *objects):
    """Sends them strictly, and keeps nothing. The server's answers."""
    for thing in objects:
        if thing["kind"] not in OF_NO_NAMESPACE:
            thing["metadata"].setdefault("namespace", NAMESPACE)  # as Helm does it
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    answer = cluster.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", "-o", "json",
                             stdin=text)
    return json.loads(answer)


@pytest.mark.parametrize("name", VALUES)
def test_the_server_takes_everything(cluster, name):
    objects = helm.template(VALUES[name])
    accepted = put(cluster, *objects)["items"]
    assert [(thing["kind"], thing["metadata"]["name"]) for thing in accepted] == [
        (thing["kind"], thing["metadata"]["name"]) for thing in objects]


@pytest.mark.parametrize("name", VALUES)
def test_pods_are_confined_as_the_restricted_standard_asks(cluster, name):
    """The namespace enforces it, on pods alone."""
    objects = helm.template(VALUES[name])
    template = next(thing for thing in objects if thing["kind"] == "Deployment")["spec"]["template"]
    account = template["spec"]["serviceAccountName"]
    cluster.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": NAMESPACE}})
    try:
        metadata = {"name": "operator", "namespace": NAMESPACE}
        put(cluster, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
        loose = {"containers": [{"name": "c", "image": "i"}]}
        with pytest.raises(AssertionError, match="violates PodSecurity"):
            put(cluster, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": loose})
    finally:
        cluster.kubectl("delete", "serviceaccount", "-n", NAMESPACE, account)


# --- install, upgrade, uninstall ---


def names(cluster, *arguments):
    return set(cluster.kubectl("get", *arguments, "-o", "name").split())


def uid(cluster, kind, name, *arguments):
    return cluster.get(kind, name, *arguments)["metadata"]["uid"]


CRDS = {f"customresourcedefinition.apiextensions.k8s.io/{kind}.murder.cyrus.dev"
        for kind in ["murderclusters", "backends", "mailboxmoves"]}


@pytest.fixture
def release(cluster):
    """A name to install under; all of it is gone afterwards."""
    yield "mail"
    if "mail" in cluster.helm("list", "-n", NAMESPACE, "-q").split():
        cluster.helm("uninstall", "mail", "-n", NAMESPACE)
    if left := names(cluster, "crd") & CRDS:
        cluster.kubectl("delete", *left)


def older(directory):
    """This chart as it may have been: another version, less in a CRD, other templates."""
    chart = helm.with_version(directory, "0.0.1", app_version="0.0.1")
    path = chart / "files/crds/murder.cyrus.dev_backends.yaml"
    text, columns = re.subn(r"\n {6}additionalPrinterColumns:\n(?: {8}.*\n)+", "\n", path.read_text())
    assert columns == 1
    path.write_text(text)
    (chart / "templates/service.yaml").unlink()
    return chart


def columns(cluster):
    return len(cluster.get("crd", "backends.murder.cyrus.dev")["spec"]["versions"][0].get("additionalPrinterColumns", []))


def test_an_upgrade_brings_new_crds_and_keeps_what_is_there(cluster, release, tmp_path):
    notes = cluster.helm("install", release, older(tmp_path), "-n", NAMESPACE)
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    assert columns(cluster) == 0
    # The notes' next command, as it stands there.
    manifests = re.search(r"apply -f - <<'END'\n(.*?)\nEND", notes, re.DOTALL)[1]
    cluster.kubectl("apply", "-n", "mail", "-f", "-", stdin=manifests)
    before = uid(cluster, "crd", "backends.murder.cyrus.dev"), uid(cluster, "backend.murder.cyrus.dev", "be1", "-n", "mail")

    cluster.helm("upgrade", release, CHART, "-n", NAMESPACE)
    assert columns(cluster) > 0
    assert before == (uid(cluster, "crd", "backends.murder.cyrus.dev"),
                      uid(cluster, "backend.murder.cyrus.dev", "be1", "-n", "mail"))
    assert names(cluster, "service", "-n", NAMESPACE) == {"service/mail-cyrus-murder"}

    # Uninstalled, the murders' descriptions stay; installed again, the release takes them back.
    everything = "deployment,service,serviceaccount,role,rolebinding,networkpolicy,poddisruptionbudget"
    cluster.helm("uninstall", release, "-n", NAMESPACE)
    assert names(cluster, everything, "-n", NAMESPACE) == {"serviceaccount/default"}
    assert not [name for name in names(cluster, "clusterrole,clusterrolebinding") if "cyrus-murder" in name]
    assert CRDS <= names(cluster, "crd")
    assert uid(cluster, "backend.murder.cyrus.dev", "be1", "-n", "mail") == before[1]
    cluster.helm("install", release, CHART, "-n", NAMESPACE)
    assert uid(cluster, "backend.murder.cyrus.dev", "be1", "-n", "mail") == before[1]


def test_crds_of_another_release_are_taken_when_that_is_said(cluster, release):
    cluster.helm("install", "first", CHART, "-n", NAMESPACE)
    cluster.helm("uninstall", "first", "-n", NAMESPACE)
    with pytest.raises(AssertionError, match="invalid ownership metadata"):
        cluster.helm("install", release, CHART, "-n", NAMESPACE)
    cluster.helm("install", release, CHART, "-n", NAMESPACE, "--take-ownership")


def test_crds_go_when_that_is_said(cluster, release):
    cluster.helm("install", release, CHART, "-n", NAMESPACE, "--set", "crds.keep=false")
    cluster.helm("uninstall", release, "-n", NAMESPACE, "--wait")
    assert not CRDS & names(cluster, "crd")


def test_crds_can_be_applied_beforehand(cluster, release):
    """For those who may not touch CustomResourceDefinitions, or let something else do it."""
    cluster.kubectl("apply", "--server-side", "-f", ROOT / "crds")
    cluster.helm("install", release, CHART, "-n", NAMESPACE, "--set", "crds.enabled=false")
    cluster.helm("uninstall", release, "-n", NAMESPACE)
    assert CRDS <= names(cluster, "crd")


def test_the_examples_are_right(cluster, release):
    cluster.helm("install", release, CHART, "-n", NAMESPACE)
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    metadata = yaml.safe_load((CHART / "Chart.yaml").read_text())["annotations"]
    put(cluster, *yaml.safe_load(metadata["artifacthub.io/crdsExamples"]))


@pytest.mark.parametrize("watched", [[], WATCHED[:1]])
def test_the_server_gives_the_operator_its_rights(cluster, release, watched):
    cluster.helm("install", release, CHART, "-n", NAMESPACE, "--set", "replicas=2", "--set-json",
                 "watchNamespaces=" + json.dumps(watched))
    account = f"system:serviceaccount:{NAMESPACE}:mail-cyrus-murder"

    def may(verb, resource, where=None):
        scope = ["-n", where] if where else ["--all-namespaces"]
        try:
            cluster.kubectl("auth", "can-i", verb, resource, *scope, "--as", account)
        except AssertionError as refused:
            assert str(refused).splitlines()[0].endswith(": no"), refused
            return False
        return True

    assert may("patch", "secrets", "mail")
    assert may("patch", "murderclusters.murder.cyrus.dev/status", "mail")
    assert not may("list", "storageclasses")
    assert not may("get", "namespaces")
    assert may("patch", "secrets", "mail-two") == (not watched)
    assert may("list", "secrets") == (not watched)
    assert may("update", "lease/mail-cyrus-murder", NAMESPACE)
    assert not may("update", "lease/other", NAMESPACE)
    assert not may("create", "leases", "mail")
    assert not may("create", "pods", "mail")
    assert not may("create", "pods/exec", "mail")
    assert not may("update", "murderclusters.murder.cyrus.dev", "mail")
    assert not may("delete", "backends.murder.cyrus.dev", "mail")
    assert not may("create", "clusterrolebindings")


# --- the operator with exactly these rights ---


class Operator:
    """murder-operator of this build, as the account and with the arguments that the chart gives it."""

    def __init__(self, cluster, directory):
        self.cluster = cluster
        container = cluster.get("deployment", "mail-cyrus-murder", "-n", NAMESPACE)["spec"]["template"]["spec"]["containers"][0]
        arguments = list(container["args"])
        self.http = f"{ADDRESS}:8080"
        arguments[arguments.index("--http") + 1] = self.http
        kubeconfig = yaml.safe_load((cluster.directory / "node/pki/kubeconfig").read_text())
        kubeconfig["clusters"][0]["cluster"]["certificate-authority"] = str(cluster.directory / "node/pki/ca.crt")
        token = cluster.kubectl("create", "token", "mail-cyrus-murder", "-n", NAMESPACE).strip()
        kubeconfig["users"] = [{"name": user["name"], "user": {"token": token}} for user in kubeconfig["users"]]
        (directory / "kubeconfig").write_text(json.dumps(kubeconfig))
        self.log = directory / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [OPERATOR, *arguments, "--kubeconfig", directory / "kubeconfig"], stdout=log, stderr=log,
                env=os.environ | {"POD_NAME": "operator", "POD_NAMESPACE": NAMESPACE},
            )

    def get(self, path):
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://{self.http}{path}", timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.URLError:  # not yet, or 503
            return None

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, self.log.read_text()


@pytest.mark.parametrize("place, values", [("all", {}), ("some", {"watchNamespaces": ["some"]}), ("elected", {"replicas": 2})])
def test_the_operator_is_refused_nothing(cluster, release, tmp_path, place, values):
    """There are no nodes, so nothing starts; but all objects are made, and those of a Backend that goes are taken away."""
    cluster.apply(namespace(place))
    cluster.helm("install", release, CHART, "-n", NAMESPACE, *itertools.chain.from_iterable(
        ("--set-json", f"{name}={json.dumps(value)}") for name, value in values.items()))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    operator = Operator(cluster, tmp_path)
    try:
        wait_for("it is ready", lambda: operator.get("/readyz"), 60)
        cluster.kubectl("apply", "-n", place, "-f", ROOT / "examples/quickstart.yaml")
        wait_for("its status", lambda: "conditions" in cluster.get("murder", "quickstart", "-n", place).get("status", {}), 60)
        ours = "app.kubernetes.io/managed-by=murder-operator"

        def made(kinds):
            return {thing["kind"] for thing in cluster.get(kinds, "-n", place, "-l", ours)["items"]}

        # Each kind that it has rights for; pods are made by others.
        wait_for("all kinds", lambda: len(made(",".join(OWNED))) == len(OWNED), 60)
        wait_for("an Event", lambda: cluster.get("events", "-n", place)["items"], 60)
        # Nobody can say whether it holds mail: it goes when a person says that it may.
        cluster.kubectl("delete", "mbe", "be2", "-n", place, "--wait=false")
        cluster.kubectl("annotate", "mbe", "be2", "-n", place, "murder.cyrus.dev/force-delete=true")
        wait_for("be2 is gone", lambda: names(cluster, "mbe", "-n", place) == {"backend.murder.cyrus.dev/be1"}, 60)
        counts = helm.requests(operator.get("/metrics"))
        assert sum(count for (code, _), count in counts.items() if code.startswith("2")) > 20, counts
        refused = {key: count for key, count in counts.items() if key[0] in ("401", "403")}
        assert not refused and "forbidden" not in operator.log.read_text(), operator.log.read_text()
        if "--leader-elect" in cluster.kubectl("get", "deployment", "-n", NAMESPACE, "-o", "yaml"):
            holder = cluster.get("lease", "mail-cyrus-murder", "-n", NAMESPACE)["spec"]["holderIdentity"]
            assert holder.startswith("operator_")
    finally:
        if operator.process.poll() is None:
            operator.stop()
        for backend in names(cluster, "mbe", "-n", place):
            cluster.kubectl("patch", backend, "-n", place, "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
