"""A real API server with crds/ judges manifests as `murder validate` does: schema and CEL there, C++ here.

Manifests go the way of a person's: read by kubectl, judged by the server (dry run, unknown fields refused), all files
of a folder in one call. What holds between two versions of an object, only the server can know.
"""

import json
import re
import subprocess
import sys

import pytest
from cluster import ROOT, Cluster

sys.path.append(str(ROOT / "e2e/crds"))
from test_crd_judges_manifests import BAD, BEYOND, BEYOND_REFUSED, CEL_ONLY, GOOD, MURDER, TESTDATA  # noqa: E402

# A List is kubectl's to take apart.
REFUSED = BEYOND_REFUSED - {"list-of-kubernetes"}
EXAMPLES = ROOT / "examples/manifests"


def namespaces():
    texts = [path.read_text(errors="replace") for path in [*GOOD, *BEYOND]]
    return {name for text in texts for name in re.findall(r"^  namespace: (\S+)$", text, re.MULTILINE)} - {"default"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.run("up", "--api-only", "--address", "127.99.0.5")
    try:
        # Not client-side apply: its annotation would hold the whole of a CRD.
        cluster.kubectl("apply", "--server-side", "-f", ROOT / "crds")
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        cluster.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces()))
        yield cluster
    finally:
        cluster.run("down")


@pytest.fixture(scope="module")
def said(server):
    """What kubectl and the server say of all files. One call, as kubectl names the files only when it has several
    refusals to tell."""
    folders = [part for folder in [EXAMPLES, TESTDATA / "bad", TESTDATA / "beyond"] for part in ("-f", folder)]
    with pytest.raises(AssertionError) as refusals:
        server.kubectl("create", "--dry-run=server", "--validate=strict", *folders)
    return str(refusals.value)


def refusals(said, path):
    return [line for line in said.splitlines() if re.search(rf"{re.escape(str(path))}\b", line)]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_accepts(said, path):
    assert refusals(said, path) == []


def test_the_good_ones_were_judged(said):
    documents = sum(len(re.findall(r"^kind:", path.read_text(), re.MULTILINE)) for path in GOOD)
    assert said.count("created (server dry run)") >= documents


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_refuses(said, path):
    assert refusals(said, path)


@pytest.mark.parametrize("path", [path for path in BAD if path.stem in CEL_ONLY], ids=lambda path: path.stem)
def test_a_rule_blames_what_murder_blames(said, path):
    # The name is checked by a rule of the whole object, which has no field to blame.
    line = refusals(said, path)[0].replace('<nil>: Invalid value: "object": metadata.name', "metadata.name: Invalid value")
    fields = re.findall(r"(?:is invalid: \[?|, )(\S+): Invalid value", line)
    blamed = re.findall(r"^\S+:\d+: (.+?): ", path.with_suffix(".expected").read_text(), re.MULTILINE)
    assert blamed
    for field in blamed:  # of a map's keys the server knows the map alone
        assert any(f"{field}.".startswith(f"{known}.") for known in fields), (field, line)


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: path.stem)
def test_cannot_know(said, path):
    assert bool(refusals(said, path)) == (path.stem in REFUSED), refusals(said, path)


@pytest.mark.parametrize("name", ["everything", "kubernetes", "smallest"])
def test_the_servers_defaults_are_murders(server, tmp_path, name):
    """What the server hands back, with its defaults written out, is the same murder."""
    path = EXAMPLES / f"{name}.yaml"
    answer = server.kubectl("create", "--dry-run=server", "-o", "json", "-f", path).replace("\n}\n{", "\n}\n---\n{")

    def rendered(text, to):
        manifest = tmp_path / f"{to}.yaml"
        # Paths on this machine have the namespace in them; the server always names one.
        manifest.write_text(re.sub(r'\n *"?namespace"?: "?default"?,?(?=\n)', "", text))
        subprocess.run([MURDER, "render", "-f", manifest, "--cyrus", "3.6", "--to", tmp_path / to], check=True)
        return {str(file.relative_to(tmp_path / to)): file.read_text()
                for file in (tmp_path / to).rglob("*") if file.is_file()}

    written = rendered(path.read_text(), "written")
    assert written
    assert rendered(answer, "answered") == written


@pytest.fixture(scope="module")
def murder(server):
    server.kubectl("create", "-f", EXAMPLES / "kubernetes.yaml")
    return server


def change(murder, resource, spec):
    return murder.kubectl("patch", resource, "--dry-run=server", "--type=merge", "-p", json.dumps({"spec": spec}))


@pytest.mark.parametrize("resource, spec, why", [
    ("backend/be1", {"storage": {"size": "19Gi"}}, "spec.storage.size: .* cannot be made smaller: volumes only grow"),
    ("backend/be1", {"storage": {"size": 1073741824}}, "spec.storage.size: .* cannot be made smaller"),
    ("backend/be1", {"partitions": [{"name": "main", "size": "499Gi", "storageClassName": "bulk"}]},
     r"spec.partitions\[0\].size: .* cannot be made smaller"),
    ("backend/be1", {"storage": {"storageClassName": "slow"}}, "storageClassName cannot be changed"),
    ("backend/be1", {"storage": {"storageClassName": None}}, "storageClassName cannot be added or removed later"),
    ("backend/be2", {"storage": {"storageClassName": "fast"}}, "storageClassName cannot be added or removed later"),
    ("backend/be1", {"clusterRef": {"name": "other"}}, "clusterRef cannot be changed"),
    ("murdercluster/mail", {"mupdate": {"storage": {"size": "4Gi"}}}, "spec.mupdate.storage.size: .* volumes only grow"),
    ("murdercluster/mail", {"mupdate": {"storage": None}}, "volumes only grow"),
    ("murdercluster/mail", {"domain": "example.org"}, "domain cannot be added or removed later"),
    ("murdercluster/mail", {"namespace": {"altNamespace": True}}, "altNamespace cannot be changed"),
    ("murdercluster/mail", {"frontend": {"service": {"loadBalancerClass": "other.example.org/tcp"}}},
     "spec.frontend.service.loadBalancerClass: .* cannot be changed while type is LoadBalancer"),
    ("murdercluster/mail", {"frontend": {"service": {"loadBalancerClass": None}}},
     "spec.frontend.service.loadBalancerClass: .* cannot be changed while type is LoadBalancer"),
])
def test_refuses_a_change(murder, resource, spec, why):
    with pytest.raises(AssertionError, match=why):
        change(murder, resource, spec)


@pytest.mark.parametrize("resource, spec", [
    ("backend/be1", {"storage": {"size": "20480Mi"}}),  # the same
    ("backend/be1", {"storage": {"size": "40Gi"}}),
    ("backend/be1", {"partitions": [{"name": "more", "size": "1Gi"}]}),  # no earlier one of that name
    ("backend/be2", {"pod": None, "volumeRetention": "Retain"}),
    ("murdercluster/mail", {"frontend": {"pod": {"affinity": None, "resources": {"limits": {"cpu": 3}}}}}),
    ("murdercluster/mail", {"frontend": {"service": {
        "type": "ClusterIP", "loadBalancerClass": None, "loadBalancerSourceRanges": None,
        "externalTrafficPolicy": "Cluster"}}}),
])
def test_accepts_a_change(murder, resource, spec):
    assert "patched" in change(murder, resource, spec)
