"""A large murder, and how soon the operator answers: 200 Backends, and 2,000 pods in one namespace.

The API server and etcd are real, and the operator makes all that it makes of Backends. There are no nodes: the pods are
objects with the status of running pods (pod.json: its status is written by hand, in the shape that a kubelet gives it)
but without an address, so no agent is asked.
"""

import copy
import json
import os
import pathlib
import re
import statistics
import time

from murder import Operator, wait_for
from wire import Wire, from_event_to_request

HERE = pathlib.Path(__file__).resolve().parent
BACKENDS, FRONTENDS, PODS = 200, 1000, 2000
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
    """As its StatefulSet would have made it, in another murder."""
    own = template["metadata"]
    old_cluster, old_node = (own["labels"]["murder.cyrus.dev/" + label] for label in ("cluster", "node"))
    text = json.dumps({"metadata": {key: own[key] for key in ("annotations", "labels", "ownerReferences")},
                       "spec": template["spec"], "status": template["status"]})
    for old, new in ((own["name"], name), (f"{old_cluster}-{old_node}", f"{cluster}-{node}"), (f'"{old_node}"', f'"{node}"'),
                     (f'"{old_cluster}"', f'"{cluster}"'), (f"{old_cluster}-", f"{cluster}-")):
        text = text.replace(old, new)
    pod = json.loads(text)
    pod["metadata"] |= {"name": name, "namespace": namespace}
    for field in ("podIP", "podIPs"):
        pod["status"].pop(field)
    return pod


def make_pods(api, namespace, cluster):
    """One for each Backend and frontend; the others are of a murder whose resources are gone."""
    template = json.loads((HERE / "pod.json").read_text())
    path = f"/api/v1/namespaces/{namespace}/pods"

    def make(i):
        node = f"be{i + 1}" if i < BACKENDS else "fe"
        whose = cluster if i < BACKENDS + FRONTENDS else "gone"
        pod = pod_like(template, f"{whose}-{node}-{i}", namespace, whose, node)
        pod["spec"]["serviceAccountName"] = f"{cluster}-backend"
        made = api.request("POST", path, pod)
        made["status"] = copy.deepcopy(pod["status"])
        api.request("PUT", f"{path}/{made['metadata']['name']}/status", made)

    api.at_once(make, range(PODS))


def memory_mib(operator, line):
    status = pathlib.Path(f"/proc/{operator.process.pid}/status").read_text()
    return int(re.search(line + r":\s+(\d+)", status)[1]) / 1024


def processor_seconds(operator):
    fields = pathlib.Path(f"/proc/{operator.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reconciles(operator):
    """How many passes over murders have ended, and the seconds that they took together."""
    text = operator.metrics()
    return [float(re.search(r'^controller_runtime_reconcile_time_seconds_%s\{controller="murdercluster"\} (\S+)$' % what, text, re.M)[1])
            for what in ("count", "sum")]


def synced_after(operator):
    return wait_for("the operator has synced", lambda: [line for line in operator.lines() if line["msg"] == "synced"])[-1]["ms"]


def measure_latency(cluster, api, address, directory, report):
    """With a small murder, whose passes are short: what is measured is the way there."""
    wire = Wire(cluster.directory / "node/pki", address)
    operator = Operator(cluster, directory / "latency.log", "--kubeconfig", wire.kubeconfig(directory / "kubeconfig"),
                        http=f"{address}:8080")
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


def measure_many(cluster, api, address, directory, report, wait_until_quiet):
    operator = Operator(cluster, directory / "many.log", http=f"{address}:8080")
    operator.start()
    try:
        synced_after(operator)
        make_murder(api, "mail", "many", BACKENDS, FRONTENDS)
        sets = "/apis/apps/v1/namespaces/many/statefulsets"
        wait_for("all StatefulSets", lambda: len(api.request("GET", sets)["items"]) == BACKENDS + 1, 300)
        make_pods(api, "many", "mail")
        wait_until_quiet(operator)
    finally:
        operator.stop()

    what = f"{BACKENDS} Backends and {PODS:,} pods"
    operator = Operator(cluster, directory / "again.log", http=f"{address}:8080")
    operator.start()
    try:
        synced = synced_after(operator)
        report.add(f"start to synced, {what}", f"{synced} ms", "300 ms", synced <= 300)
        wait_until_quiet(operator)
        resident = memory_mib(operator, "VmRSS")
        report.add(f"resident, {what}", f"{resident:.1f} MiB", "45 MiB", resident <= 45,
                   f"(at most {memory_mib(operator, 'VmHWM'):.1f} MiB)")
        before, busy = reconciles(operator), processor_seconds(operator)
        for i in range(20):
            api.patch(f"{GROUP}/namespaces/many/murderclusters/mail", {"metadata": {"annotations": {"bench": str(i)}}})
            wait_for("a pass", lambda: reconciles(operator)[0] > before[0] + i)
        count, seconds = (after - was for after, was in zip(reconciles(operator), before))
        # By the clock it says what else the machine was doing.
        each = 1000 * (processor_seconds(operator) - busy) / count
        report.add(f"a pass over {BACKENDS} Backends that are as they should be", f"{each:.0f} ms", "100 ms", each <= 100,
                   f"(of processor time, {1000 * seconds / count:.0f} ms by the clock)")
    finally:
        operator.stop()
