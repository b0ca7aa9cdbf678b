"""A real Kubernetes runs the images of all three Cyrus releases, strictly confined, and leaves nothing when it ends."""

import json
import pathlib
import shutil
import subprocess

import pytest

import cyrus_pods
from cluster import ROOT, Cluster

# Cyrus's release, the storage class that its volume is of.
BACKENDS = {"3.6": "standard", "3.10": "fast", "3.12": "standard"}


def backend(release):
    return "cyrus-" + release.replace(".", "-")


def image(release):
    return f"localhost/cyrus-murder/cyrus:{release}"


@pytest.fixture(scope="module")
def murder(cluster):
    cluster.apply(cyrus_pods.NAMESPACE_OBJECT)
    nodes = [("master", "master", 3905, "3.10", "standard")]
    nodes += [(backend(release), "backend", 143, release, storage) for release, storage in BACKENDS.items()]
    for name, role, port, release, storage in nodes:
        cluster.apply(
            cyrus_pods.claim(name, storage), cyrus_pods.service(name, port), cyrus_pods.settings(name, role, port),
            cyrus_pods.pod(name, image(release)),
        )
    try:
        cluster.kubectl("wait", "-n", cyrus_pods.NAMESPACE, "--for=condition=Ready", "pods", "--all", "--timeout=90s")
    except AssertionError as error:
        logs = [cluster.kubectl("logs", "-n", cyrus_pods.NAMESPACE, name, "--all-containers", "--tail=20") for name, *_ in nodes]
        state = cluster.kubectl("describe", "pods", "-n", cyrus_pods.NAMESPACE)
        raise AssertionError("\n".join([str(error), *logs, state])) from error
    return cluster


@pytest.mark.parametrize("release", BACKENDS)
def test_every_release_serves_imap_in_a_confined_pod(murder, release):
    # Through the Service, by its name, from another pod.
    greeting = murder.kubectl(
        "exec", "-n", cyrus_pods.NAMESPACE, "master", "-c", "cyrus", "--", "bash", "-c",
        f"exec 3<>/dev/tcp/{backend(release)}/143; head -n 1 <&3",
    )
    assert greeting.startswith("* OK")
    assert f"Cyrus IMAP {release}." in greeting


@pytest.mark.parametrize("release", BACKENDS)
def test_the_volume_is_of_its_class_and_cyrus_writes_to_it(murder, release):
    claim = murder.get("pvc", "-n", cyrus_pods.NAMESPACE, backend(release))
    assert claim["status"]["phase"] == "Bound"
    volume = murder.get("pv", claim["spec"]["volumeName"])
    assert volume["spec"]["storageClassName"] == BACKENDS[release]
    databases = list(pathlib.Path(murder.directory, "node/volumes", volume["metadata"]["name"]).glob("conf/mailboxes.db"))
    assert databases and databases[0].stat().st_uid == 143


def test_a_claim_grows(murder):
    name = backend("3.10")
    patch = '{"spec": {"resources": {"requests": {"storage": "2Gi"}}}}'
    murder.kubectl("patch", "pvc", "-n", cyrus_pods.NAMESPACE, name, "--type=merge", "-p", patch)
    murder.kubectl("wait", "-n", cyrus_pods.NAMESPACE, f"pvc/{name}", "--timeout=30s",
                   "--for=jsonpath={.status.capacity.storage}=2Gi")


def test_the_agent_writes_cyruss_log(murder):
    log = murder.kubectl("logs", "-n", cyrus_pods.NAMESPACE, backend("3.12"), "-c", "agent")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    recovered = [line for line in lines if line["msg"] == "done recovering cyrus databases"]
    assert recovered and recovered[0]["program"] == "ctl_cyrusdb" and recovered[0]["node"] == backend("3.12")


def test_what_is_not_confined_is_refused(murder):
    loose = cyrus_pods.pod("loose", image("3.10"))
    del loose["spec"]["containers"][0]["securityContext"]
    with pytest.raises(AssertionError, match="violates PodSecurity"):
        murder.apply(loose)


def test_down_leaves_nothing(tmp_path):
    def what_there_is():
        shims = subprocess.run(["pgrep", "-f", "kube kubelet|containerd-shim"], stdout=subprocess.PIPE, text=True).stdout
        mounts = pathlib.Path("/proc/mounts").read_text().splitlines()
        cgroups = {str(path) for path in pathlib.Path("/sys/fs/cgroup").glob("*/murder-cluster*")}
        namespaces = subprocess.run(["ip", "netns", "list"], stdout=subprocess.PIPE, text=True, check=True).stdout
        links = {path.name for path in pathlib.Path("/sys/class/net").iterdir()}
        places = {str(path) for parent in ("/var/lib", "/run", "/var/log") for path in pathlib.Path(parent).iterdir()}
        return {"processes": set(shims.split()), "mounts": set(mounts), "cgroups": cgroups, "namespaces": namespaces,
                "links": links, "places": places}

    before = what_there_is()
    cluster = Cluster(tmp_path / "cluster")
    cluster.directory.mkdir()
    cluster.run("up")
    assert what_there_is()["processes"] > before["processes"]
    cluster.run("up")  # Is up already: says so.
    cluster.run("down")
    assert what_there_is() == before
    assert not (cluster.directory / "node").exists()
    cluster.run("down")  # Nothing to do: succeeds.
    shutil.rmtree(cluster.directory)


def test_an_api_server_alone_needs_no_node(tmp_path):
    cluster = Cluster(tmp_path / "cluster")
    cluster.directory.mkdir()
    cluster.run("up", "--api-only", "--address", "127.99.0.1")
    try:
        assert cluster.kubectl("get", "nodes", "-o", "name") == ""
        cluster.kubectl("apply", "-f", ROOT / "crds")
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    finally:
        cluster.run("down")
