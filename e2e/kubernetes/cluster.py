"""The throw-away Kubernetes of ./dev cluster, as a test uses it."""

import json
import os
import pathlib
import subprocess

import helm

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "e2e/kubernetes/cluster"


class Cluster:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        kube = os.environ.get("MURDER_KUBE", ROOT / "build/cluster/kube")
        self.environment = os.environ | {"MURDER_CLUSTER": str(self.directory), "MURDER_KUBE": str(kube)}

    def run(self, script, *arguments, stdin=None):
        """Runs a script of the cluster; its output, or an error that has it."""
        ended = subprocess.run(
            [SCRIPTS / script, *map(str, arguments)],
            env=self.environment, input=stdin, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
        )
        assert ended.returncode == 0, f"{script} {' '.join(map(str, arguments))}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def kubectl(self, *arguments, stdin=None):
        return self.run("kubectl", *arguments, stdin=stdin)

    def helm(self, *arguments):
        return self.run("enter", helm.program(), *arguments)

    def apply(self, *objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.kubectl("apply", "--server-side", "-f", "-", stdin=text)

    def get(self, *arguments):
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))
