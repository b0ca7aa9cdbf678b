"""The chart: what it makes of its values, and what it refuses. What a real API server says to it is in
test_chart_installs.py."""

import http.server
import itertools
import json
import os
import re
import subprocess
import threading

import pytest
import yaml

import helm
from helm import CHART, NAMESPACE, ROOT

CHART_YAML = yaml.safe_load((CHART / "Chart.yaml").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())


def of_kind(objects, *kinds):
    return [thing for thing in objects if thing["kind"] in kinds]


def the_one(objects, kind):
    found = of_kind(objects, kind)
    assert len(found) == 1, [thing["metadata"]["name"] for thing in found]
    return found[0]


def arguments(objects):
    """{flag: value}; a flag without a value has None."""
    words = the_one(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"]
    flags = [at for at, word in enumerate(words) if word.startswith("--")]
    assert flags[0] == 0
    return {words[at]: (words[at + 1:end] or [None])[0] for at, end in itertools.pairwise([*flags, len(words)])}


def test_lint():
    ended = helm.run("lint", "--strict", CHART)
    assert ended.returncode == 0, ended.stdout + ended.stderr


# --- values ---


def resolved(schema):
    return SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def objects_of(schema, path=""):
    """(path, schema) of every object in the schema."""
    schema = resolved(schema)
    if schema.get("type") == "object":
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from objects_of(inner, f"{path}.{name}")
    if "items" in schema:
        yield from objects_of(schema["items"], path + "[]")


def test_no_object_takes_unknown_fields():
    """But those of Kubernetes, which judges them itself, and of other charts."""
    kubernetes = re.compile(r"^\.(global|affinity\.\w+|topologySpreadConstraints\[]|networkPolicy\.from\[]\.\w+)$")
    loose = [path for path, schema in objects_of(SCHEMA) if "additionalProperties" not in schema]
    assert [path for path in loose if not kubernetes.match(path)] == []


def test_schema_and_defaults_name_the_same_values():
    def compare(values, schema, path):
        schema = resolved(schema)
        if "properties" not in schema or schema.get("additionalProperties") is not False:
            return
        names = set(schema["properties"]) - ({"global"} if path == "" else set())
        if values:  # {} and [] are the user's to fill
            assert set(values) == names, path
            for name, value in values.items():
                if isinstance(value, dict):
                    compare(value, schema["properties"][name], f"{path}.{name}")

    compare(VALUES, SCHEMA, "")


@pytest.mark.parametrize("values, field", [
    ({"replica": 2}, "replica"),
    ({"image": {"registry": "x"}}, "registry"),
    ({"leaderElection": {"leaseDurationSeconds": 60}}, "leaseDurationSeconds"),
    ({"replicas": "2"}, "/replicas"),
    ({"replicas": -1}, "/replicas"),
    ({"image": {"digest": "sha256:abc"}}, "/image/digest"),
    ({"image": {"repository": ""}}, "/image/repository"),
    ({"cyrus": {"image": "localhost/cyrus-murder/cyrus:3.10"}}, "/cyrus/image"),  # one image for all versions
    ({"watchNamespaces": "mail"}, "/watchNamespaces"),
    ({"watchNamespaces": ["mail,other"]}, "/watchNamespaces/0"),
    ({"watchNamespaces": ["mail", "mail"]}, "/watchNamespaces"),
    ({"logLevel": "verbose"}, "/logLevel"),
    ({"leaderElection": {"leaseDuration": 60}}, "/leaderElection/leaseDuration"),
    ({"leaderElection": {"retryPeriod": "0s"}}, "/leaderElection/retryPeriod"),
    ({"runAsUser": 0}, "/runAsUser"),
    ({"terminationGracePeriodSeconds": 30}, "/terminationGracePeriodSeconds"),
    ({"http": {"port": 80}}, "/http/port"),
    ({"podDisruptionBudget": {"maxUnavailable": 0}}, "/podDisruptionBudget/maxUnavailable"),
    ({"podDisruptionBudget": {"maxUnavailable": "0%"}}, "/podDisruptionBudget/maxUnavailable"),
    ({"resources": {"limits": {"memory": "128 MB"}}}, "/resources/limits/memory"),
    ({"fullnameOverride": "x" * 64}, "/fullnameOverride"),
    ({"crds": {"keep": "yes"}}, "/crds/keep"),
])
def test_a_wrong_value_is_refused_by_name(values, field):
    told = helm.refusal(values)
    assert field.removeprefix("/") in re.sub(r"(?<=\w)[./](?=\w)", "/", told), told


def paths(values, above=()):
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from paths(value, (*above, name))


@pytest.mark.parametrize("path", list(paths(VALUES)), ids=".".join)
def test_null_is_no_value_or_is_refused_by_name(path):
    """Helm takes null for "not this default"."""
    values = None
    for name in reversed(path):
        values = {name: values}
    ended = helm.run("template", "mail", CHART, "--values", "-", stdin=yaml.safe_dump(values))
    assert ended.returncode == 0 or re.search(rf"missing propert.*{path[-1]}|{'.'.join(path)}: ", ended.stderr), ended.stderr


@pytest.mark.parametrize("values, text", [
    ({"replicas": 2, "leaderElection": {"enabled": False}}, "leaderElection.enabled: with more than one replica"),
    ({"leaderElection": {"renewDeadline": "60s"}}, "leaderElection.renewDeadline: 60s is not less than"),
    ({"leaderElection": {"retryPeriod": "34s"}}, "leaderElection.retryPeriod: 34s leaves no second try"),
    ({"serviceAccount": {"create": False}}, "serviceAccount.name: needed"),
    ({"metrics": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}}, "everything is counted twice"),
    ({"commonLabels": {"app.kubernetes.io/name": "x"}}, "app.kubernetes.io/name is set by the chart"),
    ({"podLabels": {"app.kubernetes.io/instance": "x"}}, "app.kubernetes.io/instance is set by the chart"),
])
def test_values_that_do_not_go_together_are_refused(values, text):
    assert text in helm.refusal(values)


# --- CustomResourceDefinitions; that the chart's are the repository's is in e2e/crds ---


def test_crds_are_rendered_whole():
    wanted = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / "crds").glob("*.yaml")}
    rendered = of_kind(helm.template(), "CustomResourceDefinition")
    assert len(rendered) == len(wanted) == 3
    for crd in rendered:
        group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
        of_file = wanted[f"{group}_{plural}.yaml"]
        assert crd["spec"] == of_file["spec"]
        assert crd["metadata"]["name"] == of_file["metadata"]["name"]
        assert crd["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
        # What kubectl's client-side apply puts into an annotation, of which there may be 256 KiB.
        assert len(json.dumps(crd)) < 200 * 1024


def test_crds_can_be_let_go_and_left_out():
    for crd in of_kind(helm.template({"crds": {"keep": False}}), "CustomResourceDefinition"):
        assert "annotations" not in crd["metadata"]
    assert not of_kind(helm.template({"crds": {"enabled": False}}), "CustomResourceDefinition")


# --- rights ---

OWNED = {"get", "list", "watch", "create", "patch", "delete"}
RIGHTS = {
    ("murder.cyrus.dev", "murderclusters"): {"get", "list", "watch", "patch"},
    ("murder.cyrus.dev", "backends"): {"get", "list", "watch", "patch"},
    ("murder.cyrus.dev", "mailboxmoves"): OWNED,
    ("murder.cyrus.dev", "murderclusters/status"): {"patch"},
    ("murder.cyrus.dev", "backends/status"): {"patch"},
    ("murder.cyrus.dev", "mailboxmoves/status"): {"patch"},
    ("", "configmaps"): OWNED,
    ("", "secrets"): OWNED,
    ("", "services"): OWNED,
    ("", "serviceaccounts"): OWNED,
    ("", "persistentvolumeclaims"): OWNED,
    ("murder.cyrus.dev", "murderclusters/finalizers"): {"update"},
    ("", "pods"): {"get", "list", "watch", "patch", "delete"},
    ("apps", "statefulsets"): OWNED,
    ("apps", "deployments"): OWNED,
    ("policy", "poddisruptionbudgets"): OWNED,
    ("networking.k8s.io", "networkpolicies"): OWNED,
    ("events.k8s.io", "events"): {"create", "patch"},
}
LEASE = {("coordination.k8s.io", "leases"): {"create"}, ("coordination.k8s.io", "leases", "mail-cyrus-murder"): {"get", "update"}}


def granted(role):
    """{(group, resource[, name]): verbs}. Each is granted once."""
    found = {}
    for rule in role["rules"]:
        names = [(name,) for name in rule.get("resourceNames", [])] or [()]
        for group, resource, name in itertools.product(rule["apiGroups"], rule["resources"], names):
            assert (group, resource, *name) not in found, resource
            assert len(rule["verbs"]) == len(set(rule["verbs"]))
            found[group, resource, *name] = set(rule["verbs"])
        assert set(rule) <= {"apiGroups", "resources", "verbs", "resourceNames"}
    return found


def rights_of_the_operator(objects):
    """{namespace or None: rights}, by the bindings to its account."""
    roles = {(role["kind"], role["metadata"].get("namespace"), role["metadata"]["name"]): role
             for role in of_kind(objects, "Role", "ClusterRole")}
    account = the_one(objects, "Deployment")["spec"]["template"]["spec"]["serviceAccountName"]
    found = {}
    for binding in of_kind(objects, "RoleBinding", "ClusterRoleBinding"):
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}]
        namespace = binding["metadata"].get("namespace")
        role = roles.pop((binding["roleRef"]["kind"], namespace, binding["roleRef"]["name"]))
        found.setdefault(namespace, {}).update(granted(role))
    # What is bound to nobody must be for people.
    for role in roles.values():
        assert any(label.startswith("rbac.authorization.k8s.io/aggregate-to-") for label in role["metadata"]["labels"])
    return found


def test_rights_in_all_namespaces():
    assert rights_of_the_operator(helm.template()) == {None: RIGHTS}


def test_rights_in_some_namespaces():
    objects = helm.template({"watchNamespaces": ["mail", NAMESPACE], "replicas": 2})
    assert rights_of_the_operator(objects) == {"mail": RIGHTS, NAMESPACE: RIGHTS | LEASE}
    assert arguments(objects)["--namespaces"] == "mail," + NAMESPACE


def test_rights_can_be_somebody_elses():
    objects = helm.template({"rbac": {"create": False, "aggregate": False}, "replicas": 2})
    assert not of_kind(objects, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def test_rights_of_people():
    roles = {role["metadata"]["name"].rsplit(":", 1)[1]: role for role in of_kind(helm.template(), "ClusterRole")}
    kinds = ["murderclusters", "backends", "mailboxmoves"]
    group = "murder.cyrus.dev"
    assert granted(roles["view"]) == {(group, kind): {"get", "list", "watch"} for kind in kinds} | {
        (group, kind): {"get"} for kind in [*(kind + "/status" for kind in kinds), "murderclusters/scale"]}
    assert granted(roles["edit"]) == {(group, kind): {"create", "update", "patch", "delete", "deletecollection"} for kind in kinds} | {
        (group, "murderclusters/scale"): {"update", "patch"}}


# --- the operator's pod ---


def test_one_replica_has_no_election_and_never_a_second_pod():
    objects = helm.template()
    assert not [flag for flag in arguments(objects) if "lease" in flag or "leader" in flag]
    assert the_one(objects, "Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    assert not of_kind(objects, "PodDisruptionBudget", "FlowSchema", "Role")


def test_more_replicas_elect():
    objects = helm.template({"replicas": 2, "leaderElection": {"flowSchema": {"enabled": True}}})
    assert {flag: value for flag, value in arguments(objects).items() if "lease" in flag or "leader" in flag} == {
        "--leader-elect": None, "--lease-name": "mail-cyrus-murder", "--lease-namespace": NAMESPACE,
        "--lease-duration": "60s", "--lease-renew-deadline": "40s", "--lease-retry": "10s",
    }
    assert the_one(objects, "Deployment")["spec"]["strategy"]["type"] == "RollingUpdate"
    assert the_one(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    subject = the_one(objects, "FlowSchema")["spec"]["rules"][0]["subjects"][0]["serviceAccount"]
    assert subject == {"name": "mail-cyrus-murder", "namespace": NAMESPACE}


def test_one_replica_can_elect():
    assert "--leader-elect" in arguments(helm.template({"leaderElection": {"enabled": True}}))


def test_arguments():
    given = {"cyrus": {"image": "example.test/cyrus:{version}-2"}, "clusterDomain": "k.test", "logLevel": "debug",
             "http": {"address": "[::]", "port": 9090}}
    assert arguments(helm.template(given)) == {
        "--http": "[::]:9090", "--cyrus-image": "example.test/cyrus:{version}-2", "--cluster-domain": "k.test",
        "--log-level": "debug",
    }


def test_image():
    def image(**values):
        return the_one(helm.template({"image": values}), "Deployment")["spec"]["template"]["spec"]["containers"][0]["image"]

    digest = "sha256:" + "0" * 64
    assert image() == "localhost/cyrus-murder/operator:" + CHART_YAML["appVersion"]
    assert image(repository="r.test:5000/o", tag="1.2.3") == "r.test:5000/o:1.2.3"
    assert image(repository="r.test/o", tag="1.2.3", digest=digest) == "r.test/o@" + digest


def test_the_user_can_be_the_clusters_choice():
    objects = helm.template({"runAsUser": None, "runAsGroup": None})
    for pod in [the_one(objects, "Deployment")["spec"]["template"], the_one(objects, "Pod")]:
        assert pod["spec"]["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def test_what_selects_the_operators_pods_selects_nothing_else():
    objects = helm.template({"replicas": 2, "podLabels": {"team": "mail"}, "metrics": {"serviceMonitor": {"enabled": True}}})
    deployment = the_one(objects, "Deployment")["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    selectors = [deployment["selector"]["matchLabels"], the_one(objects, "Service")["spec"]["selector"]] + [
        the_one(objects, kind)["spec"]["selector"]["matchLabels"] for kind in ["PodDisruptionBudget", "ServiceMonitor"]
    ] + [the_one(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]]
    test = the_one(objects, "Pod")["metadata"]["labels"]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= test.items()
        assert selector["app.kubernetes.io/name"] != "cyrus-murder"  # that of the murders' pods
    assert labels["team"] == "mail"


def test_a_new_chart_of_the_same_operator_restarts_nothing(tmp_path):
    def pod(chart):
        return the_one(helm.template(chart=chart), "Deployment")["spec"]["template"]

    assert pod(CHART) == pod(helm.with_version(tmp_path, "99.0.0"))


@pytest.mark.parametrize("status, ends", [(200, 0), (503, 1), (None, 1)])
def test_helm_test_believes_readiness_alone(status, ends):
    """Its script, against a server that is ready, one that is not, and none."""
    class Operator(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

    container = the_one(helm.template(), "Pod")["spec"]["containers"][0]
    assert {variable["name"] for variable in container["env"]} == {"HOST", "PORT"}
    with http.server.HTTPServer(("127.0.0.1", 0), Operator) as server:
        port = server.server_address[1]
        if status is None:
            server.server_close()
        else:
            threading.Thread(target=server.handle_request, daemon=True).start()
        ended = subprocess.run([*container["command"], *container["args"]], timeout=30, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=os.environ | {"HOST": "127.0.0.1", "PORT": str(port)})
    assert ended.returncode == ends, ended.stdout + ended.stderr
    assert status is None or f"/readyz: {status}" in ended.stdout


# --- names ---


@pytest.mark.parametrize("release", ["mail", "m" * 53, "cyrus-murder", "a.b"])
@pytest.mark.parametrize("values", [{}, {"fullnameOverride": "f" * 63}, {"nameOverride": "n" * 63}])
def test_names_fit(release, values):
    objects = helm.template(values | {"replicas": 2, "watchNamespaces": ["mail"]}, release=release)
    for thing in objects:
        if thing["kind"] not in ("CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"):
            assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", thing["metadata"]["name"]), thing["kind"]
        for value in thing["metadata"]["labels"].values():
            assert len(value) <= 63
    full_names = [(thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"]) for thing in objects]
    assert len(full_names) == len(set(full_names))


def test_two_releases_of_one_name_share_nothing():
    def names(namespace):
        values = {"crds": {"enabled": False}, "replicas": 2, "leaderElection": {"flowSchema": {"enabled": True}}}
        return {(thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"])
                for thing in helm.template(values, namespace=namespace)}

    assert not names("one") & names("two")


def test_extra_objects():
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}}
    text = "{apiVersion: v1, kind: Secret, metadata: {name: '{{ .Release.Name }}-two'}}"
    objects = helm.template({"extraObjects": [config, text]})
    assert the_one(objects, "ConfigMap") == config
    assert the_one(objects, "Secret")["metadata"]["name"] == "mail-two"


# --- what Artifact Hub is told ---


def test_versions_are_the_projects():
    project = re.search(r"project\(cyrus-murder VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert CHART_YAML["appVersion"] == project
    images = yaml.safe_load(CHART_YAML["annotations"]["artifacthub.io/images"])
    assert images[0]["image"] == "localhost/cyrus-murder/operator:" + project


def test_artifact_hub_knows_the_resources():
    crds = [yaml.safe_load(path.read_text()) for path in (ROOT / "crds").glob("*.yaml")]
    told = yaml.safe_load(CHART_YAML["annotations"]["artifacthub.io/crds"])
    assert {(crd["name"], crd["kind"], crd["version"]) for crd in told} == {
        (crd["metadata"]["name"], crd["spec"]["names"]["kind"], crd["spec"]["versions"][0]["name"]) for crd in crds}
    examples = yaml.safe_load(CHART_YAML["annotations"]["artifacthub.io/crdsExamples"])
    assert {example["kind"] for example in examples} == {crd["kind"] for crd in told}
