"""A large murder, and how soon the operator answers: 200 Backends, and 2,000 pods of theirs in one namespace.

The API server and etcd are real, and the operator makes all that it makes of Backends. There are no nodes: the pods are
objects with the status of running pods (pod.json, as a kubelet left it) but without an address, so no agent is asked.
"""

import copy
import json
import pathlib
import re
import statistics
import time

from murder import Operator, wait_for
from wire import Wire, from_event_to_request

HERE = pathlib.Path(__file__).resolve().parent
BACKENDS, PODS = 200, 2000
GROUP = "/apis/murder.cyrus.dev/v1alpha1"
CHANGES = 200


def murder_cluster(name, namespace, frontends):
    return {"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "MurderCluster",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"frontend": {"replicas": frontends}, "authentication": {"users": ["alice", "bob"]}}}


def backend(name, namespace, cluster):
    return {"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "Backend", "metadata": {"name": name, "namespace": namespace},
            "spec": {"clusterRef": {"name": cluster}, "partitions": [{"name": "p1"}, {"name": "p2"}]}}


def make_murder(api, name, namespace, backends, frontends):
    api.request("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    api.request("POST", f"{GROUP}/namespaces/{namespace}/murderclusters", murder_cluster(name, namespace, frontends))
    api.at_once(lambda i: api.request("POST", f"{GROUP}/namespaces/{namespace}/backends",
                                      backend(f"be{i + 1}", namespace, name)), range(backends))


def pod_like(template, name, namespace, cluster, node):
    """As its StatefulSet would have made it, of another node."""
    text = json.dumps(template)
    own = template["metadata"]
    text = text.replace(own["name"], name).replace(f'"{own["labels"]["murder.cyrus.dev/node"]}"', f'"{node}"')
    pod = json.loads(text)
    metadata = pod["metadata"]
    pod["metadata"] = {"name": name, "namespace": namespace, "annotations": metadata["annotations"],
                       "ownerReferences": metadata["ownerReferences"],
                       "labels": metadata["labels"] | {"murder.cyrus.dev/cluster": cluster, "app.kubernetes.io/instance": cluster}}
    for name in ("podIP", "podIPs"):
        pod["status"].pop(name, None)
    pod["spec"].pop("priority", None)
    return pod


def make_pods(api, namespace, cluster):
    """One for each Backend; frontends are the others."""
    template = json.loads((HERE / "pod.json").read_text())
    path = f"/api/v1/namespaces/{namespace}/pods"

    def make(i):
        node = f"be{i + 1}" if i < BACKENDS else "fe"
        pod = pod_like(template, f"{cluster}-{node}-{i}", namespace, cluster, node)
        made = api.request("POST", path, pod)
        made["status"] = copy.deepcopy(pod["status"])
        api.request("PUT", f"{path}/{made['metadata']['name']}/status", made)

    api.at_once(make, range(PODS))


def memory_mib(operator, line):
    status = pathlib.Path(f"/proc/{operator.process.pid}/status").read_text()
    return int(re.search(line + r":\s+(\d+)", status)[1]) / 1024


def reconciles(cluster):
    """How many passes over murders have ended, and the seconds that they took together."""
    text = cluster.run("enter", "curl", "-fsS", "http://127.0.0.1:8080/metrics")
    return [float(re.search(r'^controller_runtime_reconcile_time_seconds_%s\{controller="murdercluster"\} (\S+)$' % what, text, re.M)[1])
            for what in ("count", "sum")]


def synced_after(operator):
    return wait_for("the operator has synced", lambda: [line for line in operator.lines() if line["msg"] == "synced"])[-1]["ms"]


def measure_latency(cluster, api, address, directory, report):
    """With a small murder, whose passes are short: what is measured is the way there."""
    wire = Wire(cluster.directory / "node/pki", address)
    operator = Operator(cluster, directory / "latency.log", "--kubeconfig", wire.kubeconfig(directory / "kubeconfig"))
    operator.start()
    try:
        synced_after(operator)
        make_murder(api, "small", "small", 2, 2)
        path = "/apis/apps/v1/namespaces/small/deployments/small-fe"
        wait_for("the frontends' Deployment", lambda: exists(api, path))
        wait_for("rest", lambda: wire.quiet_for(2))
        took = []
        for i in range(CHANGES):
            change = {"spec": {"frontend": {"replicas": 3 + i % 2}}}
            took.append(1000 * from_event_to_request(
                wire, lambda: api.patch(f"{GROUP}/namespaces/small/murderclusters/small", change)))
        took.sort()
        p99 = took[int(0.99 * (len(took) - 1))]
        report.add("event to first request on the wire, p99", f"{p99:.1f} ms", "5 ms", p99 <= 5,
                   f"(median {statistics.median(took):.1f} ms, of {len(took)} changes of a murder)")
    finally:
        operator.stop()
        wire.close()


def exists(api, path):
    try:
        return api.request("GET", path)
    except AssertionError:
        return None


def measure_many(cluster, api, directory, report, wait_until_quiet):
    operator = Operator(cluster, directory / "many.log")
    operator.start()
    synced_after(operator)
    make_murder(api, "mail", "many", BACKENDS, PODS - BACKENDS)
    sets = "/apis/apps/v1/namespaces/many/statefulsets"
    wait_for("all StatefulSets", lambda: len(api.request("GET", sets)["items"]) == BACKENDS + 1, 300)
    make_pods(api, "many", "mail")
    wait_until_quiet(cluster)
    operator.stop()

    what = f"{BACKENDS} Backends and {PODS:,} pods"
    operator = Operator(cluster, directory / "again.log")
    operator.start()
    try:
        synced = synced_after(operator)
        report.add(f"start to synced, {what}", f"{synced} ms", "300 ms", synced <= 300)
        wait_until_quiet(cluster)
        resident = memory_mib(operator, "VmRSS")
        report.add(f"resident, {what}", f"{resident:.1f} MiB", "45 MiB", resident <= 45,
                   f"(at most {memory_mib(operator, 'VmHWM'):.1f} MiB)")
        before = reconciles(cluster)
        for i in range(20):
            api.patch(f"{GROUP}/namespaces/many/murderclusters/mail", {"metadata": {"annotations": {"bench": str(i)}}})
            wait_for("a pass", lambda: reconciles(cluster)[0] > before[0] + i)
        count, seconds = (after - was for after, was in zip(reconciles(cluster), before))
        each = 1000 * seconds / count
        report.add(f"a pass over {BACKENDS} Backends that are as they should be", f"{each:.0f} ms", "100 ms", each <= 100)
    finally:
        operator.stop()
