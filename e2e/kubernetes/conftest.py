"""One cluster a file of tests."""

import os
import pathlib

import pytest

from cluster import ROOT, Cluster
from murder import Operator


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    images = pathlib.Path(os.environ.get("MURDER_CLUSTER", ROOT / "build/cluster")) / "images"
    directory = tmp_path_factory.mktemp("cluster")
    (directory / "images").symlink_to(images.resolve())
    cluster = Cluster(directory)
    cluster.run("up")
    yield cluster
    cluster.run("down")


@pytest.fixture(scope="module")
def operator(cluster, tmp_path_factory):
    cluster.kubectl("apply", "--server-side", "-f", ROOT / "crds")
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    operator = Operator(cluster, tmp_path_factory.mktemp("operator") / "log")
    operator.start()
    yield operator
    operator.stop()
