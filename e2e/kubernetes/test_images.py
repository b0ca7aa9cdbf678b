"""What is in the images: as their archives say, without starting any."""

import json
import os
import pathlib
import tarfile

import pytest

from cluster import ROOT

IMAGES = pathlib.Path(os.environ.get("MURDER_CLUSTER", ROOT / "build/cluster")) / "images"
CYRUS = {"3.6": "bookworm", "3.10": "trixie", "3.12": "forky"}
MB = 1_000_000


class Image:
    """A docker-archive: its configuration, its layers, and the files that are in the end."""

    def __init__(self, path):
        self.archive = tarfile.open(path)
        manifest = json.load(self.archive.extractfile("manifest.json"))[0]
        self.names = manifest["RepoTags"]
        self.configuration = json.load(self.archive.extractfile(manifest["Config"]))
        self.layers = [tarfile.open(fileobj=self.archive.extractfile(name)) for name in manifest["Layers"]]

    def bytes_of(self, layers):
        return sum(member.size for layer in layers for member in layer.getmembers())

    def read(self, path):
        for layer in reversed(self.layers):
            if path in layer.getnames():
                return layer.extractfile(path).read()
        raise AssertionError(f"{path} is not in {self.names}")

    def setuid(self):
        return {member.name for layer in self.layers for member in layer.getmembers() if member.isfile() and member.mode & 0o6000}


def cyrus(release):
    return Image(IMAGES / f"cyrus-{release}.tar")


def operator():
    [path] = IMAGES.glob("operator-*.tar")
    return Image(path)


def packages(image):
    document = json.loads(image.read("usr/share/sbom/cyrus-murder.spdx.json"))
    assert document["spdxVersion"] == "SPDX-2.3" and document["packages"]
    return {package["name"]: package["versionInfo"] for package in document["packages"] if "versionInfo" in package}


@pytest.mark.parametrize("release", CYRUS)
def test_of_cyrus(release):
    image = cyrus(release)
    assert image.bytes_of(image.layers) <= 300 * MB
    run = image.configuration["config"]
    assert run["User"] == "143:8" and run["Entrypoint"] == ["/usr/bin/murder-agent"]
    assert run["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert run["Labels"]["org.opencontainers.image.base.name"].endswith(f"debian:{CYRUS[release]}-slim")
    assert len(run["Labels"]["org.opencontainers.image.revision"]) == 40
    inside = packages(image)
    assert inside["cyrus-imapd"].startswith(release + ".")
    assert "libgrpc++-dev" in inside  # what is linked into the agent


def test_of_the_operator():
    image = operator()
    base, *ours = image.layers
    assert image.bytes_of(ours) <= 40 * MB
    run = image.configuration["config"]
    assert run["User"] == "10144:10144" and run["Entrypoint"] == ["/usr/bin/murder-operator"]
    assert run["Labels"]["org.opencontainers.image.title"] == "cyrus-murder operator"
    assert "libgrpc++-dev" in packages(image)
    for program in ("murder-operator", "murder"):
        assert image.read(f"usr/bin/{program}").startswith(b"\x7fELF")
