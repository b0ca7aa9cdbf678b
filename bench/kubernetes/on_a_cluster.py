"""`./dev bench kubernetes`: what the operator costs on a real API server, beside the same objects applied by hand.

Needs root. Requests are those that the operator's own metrics count. Ends with 1 when a target is missed.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "e2e/kubernetes"), str(ROOT / "bench")]

from api_client import ApiClient  # noqa: E402
from cluster import Cluster  # noqa: E402
from many import measure_latency, measure_many, memory_mib, synced_after  # noqa: E402
from murder import Murder, Operator, wait_for  # noqa: E402
from run import Report  # noqa: E402

MANIFEST = ROOT / "examples/quickstart.yaml"
BENCH = ROOT / "build/release/bin/kubernetes_bench"
# Of this process: another may measure, too.
ADDRESS = f"127.{1 + os.getpid() % 254}.{1 + os.getpid() // 254 % 254}.6"
MADE = "serviceaccounts,networkpolicies,pdb,secrets,configmaps,services,pvc,statefulsets,deployments"


def requests(operator):
    """Method → how many requests have ended: watches end when they are renewed, and are told apart by nothing, so GET is
    that of lists and watches together."""
    text = operator.metrics()
    counts = {}
    for labels, count in re.findall(r"^rest_client_requests_total\{([^}]*)\} (\S+)$", text, re.M):
        method = re.search(r'method="([^"]*)"', labels)[1]
        counts[method] = counts.get(method, 0) + int(float(count))
    return counts


def wait_until_quiet(operator):
    """Until nothing is sent and nothing worked on: the counters are the same for five seconds."""
    seen, since = None, time.monotonic()

    def quiet():
        nonlocal seen, since
        text = operator.metrics()
        now = re.findall(r"^(?:rest_client_requests_total|controller_runtime_reconcile_total)\{.*$", text, re.M)
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > 5

    wait_for("the operator is quiet", quiet)


def namespace(cluster, name):
    cluster.kubectl("create", "namespace", name)


def ready_pods(murder):
    pods = murder.get("pods")["items"]
    ready = [pod for pod in pods if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))]
    return len(ready) == len(pods) == 5


def by_operator(cluster, name):
    murder = Murder(cluster, "quickstart", name)
    namespace(cluster, name)
    begin = time.monotonic()
    murder.kubectl("apply", "-f", MANIFEST)
    murder.wait("Ready")
    return murder, time.monotonic() - begin


def plain_objects(murder, name):
    """What the operator has made, as a person would have written it."""
    objects = []
    for item in murder.get(MADE, "-l", "app.kubernetes.io/managed-by=murder-operator")["items"]:
        metadata = item["metadata"]
        item["metadata"] = {"name": metadata["name"], "labels": metadata["labels"], "namespace": name}
        item.pop("status", None)
        spec = item.get("spec", {})
        for field in ("clusterIP", "clusterIPs", "volumeName", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
            if field != "clusterIP" or spec.get("clusterIP") != "None":
                spec.pop(field, None)
        if item["kind"] == "Service" and spec.get("clusterIP") == "None":
            spec.pop("clusterIPs", None)
        objects.append(json.loads(json.dumps(item).replace(f".{murder.namespace}.svc", f".{name}.svc")))
    return objects


def in_secrets(objects, old, new):
    """Host names are in the files that Secrets hold, too."""
    import base64
    for item in objects:
        if item["kind"] == "Secret":
            item["data"] = {key: base64.b64encode(base64.b64decode(value).replace(f".{old}.svc".encode(), f".{new}.svc".encode())).decode()
                            for key, value in item["data"].items()}
    return objects


def by_hand(cluster, name, objects):
    murder = Murder(cluster, "quickstart", name)
    namespace(cluster, name)
    begin = time.monotonic()
    cluster.apply(*objects)
    wait_for("pods applied by hand are ready", lambda: ready_pods(murder))
    return time.monotonic() - begin


def apply_crds(cluster):
    cluster.kubectl("apply", "--server-side", "-f", ROOT / "crds")
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")


def measure_decoding(report):
    """Of the best of five: others work on this machine, too."""
    output = subprocess.run([BENCH, "--benchmark_filter=^framing_and_lean_parsing$", "--benchmark_repetitions=5", "--benchmark_format=json"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    runs = [run["bytes_per_second"] / 1e6 for run in json.loads(output)["benchmarks"] if run["run_type"] == "iteration"]
    report.add("watch decoding", f"{max(runs):.0f} MB/s", "150 MB/s", max(runs) >= 150, f"({min(runs):.0f} at worst)")


def measure(cluster, directory, report):
    operator = Operator(cluster, directory / "log")
    apply_crds(cluster)
    operator.start()
    try:
        synced = synced_after(operator)
        report.add("start to synced", f"{synced} ms", "300 ms", synced <= 300)
        wait_until_quiet(operator)
        idle = memory_mib(operator, "VmRSS")
        report.add("resident, idle", f"{idle:.1f} MiB", "20 MiB", idle <= 20)

        before = requests(operator)
        murder, took = by_operator(cluster, "ours")
        murder.wait_until_settled()
        made = plain_objects(murder, "hand")
        writes = {method: count - before.get(method, 0) for method, count in requests(operator).items() if method != "GET"}
        each = sum(writes.values()) / len(made)
        report.add("requests for each object made", f"{each:.2f}", "3", each <= 3, f"{writes} for {len(made)} objects")

        wait_until_quiet(operator)  # Events are sent behind.
        before = requests(operator)
        for i in range(100):
            murder.kubectl("annotate", "murder", "quickstart", f"bench={i}", "--overwrite")
        wait_until_quiet(operator)
        after = requests(operator)
        more = {method: after[method] - before.get(method, 0) for method in after if after[method] != before.get(method, 0)}
        report.add("requests of 100 forced passes when converged", str(sum(more.values())), "0", not more, str(more or ""))

        hand = by_hand(cluster, "hand", in_secrets(made, "ours", "hand"))
        report.add("kubectl apply to Ready, to the same by hand", f"{took / hand:.2f}", "1.2", took <= 1.2 * hand,
                   f"({took:.1f} s, {hand:.1f} s)")
    finally:
        operator.stop()


@contextlib.contextmanager
def up(directory, *arguments):
    cluster = Cluster(directory)
    cluster.run("up", *arguments)
    try:
        yield cluster
    finally:
        cluster.run("down")


def main():
    report = Report()
    measure_decoding(report)
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        # Nothing but the operator and the API server is on the machine's mind.
        with up(directory / "api", "--api-only", "--address", ADDRESS) as cluster:
            apply_crds(cluster)
            api = ApiClient(cluster.directory / "node/pki", ADDRESS)
            measure_latency(cluster, api, ADDRESS, directory, report)
            measure_many(cluster, api, ADDRESS, directory, report, wait_until_quiet)
        place = directory / "cluster"
        place.mkdir()
        images = pathlib.Path(os.environ.get("MURDER_CLUSTER", ROOT / "build/cluster")) / "images"
        (place / "images").symlink_to(images.resolve())
        with up(place) as cluster:
            measure(cluster, directory, report)
    return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main())
