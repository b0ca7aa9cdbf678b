"""Helm and this repository's chart, as a test uses them."""

import os
import pathlib
import re
import shutil
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/cyrus-murder"
NAMESPACE = "mail-system"


def program():
    """Made by `e2e/kubernetes/cluster/build --helm`; MURDER_HELM names one that several checkouts share."""
    found = pathlib.Path(os.environ.get("MURDER_HELM", ROOT / "build/cluster/helm"))
    assert found.exists(), f"{found} is not built: e2e/kubernetes/cluster/build --helm"
    return found


def run(*arguments, stdin=None):
    """What has no cluster to talk to."""
    return subprocess.run([program(), *map(str, arguments)], input=stdin, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def template(values=None, release="mail", namespace=NAMESPACE, chart=CHART):
    """The objects that the chart makes of these values."""
    ended = run("template", release, chart, "--namespace", namespace, "--values", "-", stdin=yaml.safe_dump(values or {}))
    assert ended.returncode == 0, ended.stderr
    return [thing for thing in yaml.safe_load_all(ended.stdout) if thing]


def refusal(values, release="mail"):
    """What the chart has against these values."""
    ended = run("template", release, CHART, "--namespace", NAMESPACE, "--values", "-", stdin=yaml.safe_dump(values))
    assert ended.returncode != 0, "the chart accepts " + str(values)
    return ended.stderr


def with_version(directory, version, app_version=None):
    """This chart under another version, in `directory`."""
    chart = directory / version / CHART.name
    shutil.copytree(CHART, chart)
    metadata = yaml.safe_load((chart / "Chart.yaml").read_text()) | {"version": version}
    if app_version:
        metadata["appVersion"] = app_version
    (chart / "Chart.yaml").write_text(yaml.safe_dump(metadata))
    return chart


def previous(directory):
    """The chart as it was one commit ago; a clone without history has this one alone."""
    if subprocess.run(["git", "-C", ROOT, "rev-parse", "--verify", "--quiet", "HEAD^"], stdout=subprocess.DEVNULL).returncode:
        return CHART
    archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD^", CHART.relative_to(ROOT)], check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", directory], input=archive.stdout, check=True)
    return directory / CHART.relative_to(ROOT)


def requests(metrics):
    """{(code, method): number}: what the operator counts of its requests to the API server."""
    counts = {}
    for line in metrics.splitlines():
        if line.startswith("rest_client_requests_total{"):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            counts[labels["code"], labels["method"]] = float(line.rsplit(" ", 1)[1])
    return counts
