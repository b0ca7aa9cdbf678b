"""`./dev bench`: ours beside Cyrus configured by hand, in one run, printed as ratios against their targets.

Needs root (standard ports, mount namespaces). Ends with 1 when a target is missed.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import imap
from by_hand import MurderByHand

HERE = pathlib.Path(__file__).resolve().parent
MURDER = HERE.parent / "build/release/bin/murder"


class Report:
    def __init__(self):
        self.rows = []

    def add(self, what, value, target, met, note=""):
        self.rows.append((what, value, target, "ok" if met else "MISSED", note))
        print(f"  {what}: {value} (target {target}) {'ok' if met else 'MISSED'} {note}", flush=True)

    def print(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(4)]
        print("\n" + "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) + "  " + row[4]
                               for row in self.rows))
        return all(row[3] == "ok" for row in self.rows)


def manifest(backends, frontends):
    documents = [{"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "MurderCluster", "metadata": {"name": "bench"},
                  "spec": {"frontend": {"replicas": frontends}, "authentication": {"users": ["alice", "bob"]}}}]
    documents += [{"apiVersion": "murder.cyrus.dev/v1alpha1", "kind": "Backend", "metadata": {"name": f"be{i + 1}"},
                   "spec": {"clusterRef": {"name": "bench"}, "partitions": [{"name": "p1"}, {"name": "p2"}]}}
                  for i in range(backends)]
    return "".join("---\n" + json.dumps(document) + "\n" for document in documents)


def state_of(folder):
    return ["--state", str(pathlib.Path(folder) / "state")]


@contextlib.contextmanager
def ours(folder, backends, frontends):
    """Brings our murder up; yields what `up` reported and how long it took to the first message read."""
    file = pathlib.Path(folder) / "bench.yaml"
    file.write_text(manifest(backends, frontends))
    state = state_of(folder)
    began = time.monotonic()
    up = subprocess.run([MURDER, "local", "up", *state, "-o", "json", "-f", file], stdout=subprocess.PIPE,
                        check=True)
    seconds = time.monotonic() - began
    try:
        yield json.loads(up.stdout), seconds
    finally:
        subprocess.run([MURDER, "local", "down", *state, "--delete-data"], check=True, stdout=subprocess.DEVNULL)


def sessions_per_second(address, user, password, clients, count):
    def run(times):
        for _ in range(times):
            imap.session(address, 143, user, password)

    threads = [threading.Thread(target=run, args=(count // clients,)) for _ in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.monotonic() - began)


def memory(pid):
    """Resident memory of a process in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmRSS of {pid}")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bench_up(report, folder):
    for backends, frontends, target in ((2, 2, 5.0), (5, 5, 10.0)):
        seconds = []
        for _ in range(3):
            with ours(folder, backends, frontends) as (_, took):
                seconds.append(took)
        with tempfile.TemporaryDirectory(dir=folder) as root:
            os.chmod(root, 0o755)
            hand = MurderByHand(root, backends=backends, frontends=frontends)
            hand.configure()
            began = time.monotonic()
            try:
                hand.start()
                frontend = hand.address("fe1")
                imap.create(frontend, 143, "cyrus", "cyruspw", "user.alice")
                imap.deliver(frontend, 2003, "alice")
                imap.session(hand.address("fe2"), 143, "alice", "alicepw")
                by_hand = time.monotonic() - began
            finally:
                hand.stop()
        ours_seconds = statistics.median(seconds)
        report.add(f"up to first message read, {backends} backends, {frontends} frontends", f"{ours_seconds:.2f} s",
                   f"{target:.0f} s", ours_seconds <= target, f"{ours_seconds / by_hand:.2f} x by hand ({by_hand:.2f} s)")


def bench_sessions_and_cost(report, folder, idle_seconds):
    with tempfile.TemporaryDirectory(dir=folder) as root, ours(folder, 2, 2) as (up, _):
        os.chmod(root, 0o755)
        with MurderByHand(root) as hand:
            imap.create(hand.address("fe1"), 143, "cyrus", "cyruspw", "user.alice")
            passwords = json.loads(pathlib.Path(up["passwords"]).read_text())
            frontend = next(node for node in up["nodes"] if node["node"] == "fe1")["address"]
            cost(report, folder, idle_seconds)
            for clients in (1, 8):
                ratios, rates = [], []
                for _ in range(5):
                    # One after the other, in turn, so that what else the machine does falls on both.
                    by_hand = sessions_per_second(hand.address("fe1"), "alice", "alicepw", clients, 64)
                    we = sessions_per_second(frontend, "alice", passwords["user.alice"], clients, 64)
                    ratios.append(we / by_hand)
                    rates.append(we)
                ratio = statistics.median(ratios)
                report.add(f"sessions/s through a frontend, {clients} client{'s' if clients > 1 else ''}",
                           f"{ratio:.2f} x by hand", ">= 0.98", ratio >= 0.98, f"{statistics.median(rates):.0f}/s")


def cost(report, folder, idle_seconds):
    """Memory and processor of what runs beside Cyrus, when nobody does anything."""
    status = json.loads(subprocess.run([MURDER, "local", "status", *state_of(folder), "-o", "json"],
                                       stdout=subprocess.PIPE, check=True).stdout)
    agents = [node["agent"]["pid"] for node in status["nodes"]]
    supervisor, guard = status["supervisor"], status["guard"]
    before = {pid: cpu_seconds(pid) for pid in (*agents, supervisor, guard)}
    time.sleep(idle_seconds)  # the measurement itself: processor time used while nothing is asked
    used = {pid: (cpu_seconds(pid) - before[pid]) / idle_seconds for pid in before}
    largest = max(memory(pid) for pid in agents)
    report.add("largest agent, resident", f"{largest:.1f} MiB", "20 MiB", largest <= 20)
    busiest = max(used[pid] for pid in agents)
    report.add("busiest agent, idle", f"{busiest:.3%} of a core", "0.1 %", busiest <= 0.001)
    resident = memory(supervisor)
    report.add("supervisor, resident", f"{resident:.1f} MiB", "25 MiB", resident <= 25,
               f"its guard {memory(guard):.1f} MiB, mostly the same pages; idle {used[supervisor] + used[guard]:.3%}")


def bench_apply(report, folder):
    with ours(folder, 2, 2):
        file = pathlib.Path(folder) / "bench.yaml"

        def apply():
            began = time.monotonic()
            subprocess.run([MURDER, "local", "apply", *state_of(folder), "-f", file], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return time.monotonic() - began

        nothing = statistics.median(apply() for _ in range(9)) * 1000
        report.add("apply without a change", f"{nothing:.0f} ms", "100 ms", nothing <= 100)
        file.write_text(manifest(2, 10))
        scaled = apply()
        report.add("apply that scales from 2 to 10 frontends, until all serve", f"{scaled:.1f} s", "5 s", scaled <= 5)


def bench_render(report, folder):
    file = pathlib.Path(folder) / "large.yaml"
    file.write_text(manifest(200, 2))
    rendered = pathlib.Path(folder) / "rendered"

    def milliseconds(*to):
        shutil.rmtree(rendered, ignore_errors=True)
        began = time.monotonic()
        subprocess.run([MURDER, "render", "-f", file, *to], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return (time.monotonic() - began) * 1000

    shown = statistics.median(milliseconds() for _ in range(7))
    written = statistics.median(milliseconds("--to", rendered) for _ in range(3))
    report.add("render of 200 backends", f"{shown:.0f} ms", "100 ms", shown <= 100,
               f"{written:.0f} ms with --to, most of it the kernel's for 1015 files and 409 folders")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("only", nargs="*", help="up, sessions, apply, render; all when absent")
    parser.add_argument("--idle", type=float, default=60, help="seconds over which idle processor time is measured")
    arguments = parser.parse_args()
    wanted = set(arguments.only or ("render", "up", "apply", "sessions"))
    if os.geteuid() != 0:
        sys.exit("bench: needs root, for standard ports and mount namespaces")
    # Interrupted or told to end, it stops the murders that it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    report = Report()
    with tempfile.TemporaryDirectory(prefix="murder-bench-") as folder:
        os.chmod(folder, 0o755)
        if "render" in wanted:
            bench_render(report, folder)
        if "up" in wanted:
            bench_up(report, folder)
        if "apply" in wanted:
            bench_apply(report, folder)
        if "sessions" in wanted:
            bench_sessions_and_cost(report, folder, arguments.idle)
    sys.exit(0 if report.print() else 1)


if __name__ == "__main__":
    main()
