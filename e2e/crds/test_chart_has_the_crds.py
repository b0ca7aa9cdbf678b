"""The chart brings the CustomResourceDefinitions of crds/: `./dev generate` writes both."""
import pathlib

SOURCES = pathlib.Path(__file__).parents[2]


def files(folder):
    return {path.name: path.read_text() for path in (SOURCES / folder).iterdir()}


def test_the_charts_crds_are_the_repositorys():
    assert files("charts/cyrus-murder/files/crds") == files("crds")
