"""The CustomResourceDefinitions of crds/ and `murder validate` judge the same manifests alike.

Judged as an API server does with fieldValidation=Strict: YAML 1.1, nulls pruned, unknown fields refused, list maps
and sets unique, integers or strings, patterns. CEL rules need an API server: CEL_ONLY names the manifests that only
they refuse. A real one judges all of them in e2e/kubernetes/test_crds.py.
"""
import pathlib
import re
import subprocess

import jsonschema
import pytest
import yaml

SOURCES = pathlib.Path(__file__).parents[2]
MURDER = SOURCES / "build/release/bin/murder"
TESTDATA = SOURCES / "operator/api/testdata"
GOOD = sorted((SOURCES / "examples/manifests").glob("*.yaml"))
BAD = sorted((TESTDATA / "bad").glob("*.yaml"))
BEYOND = sorted((TESTDATA / "beyond").glob("*.yaml"))

# Rules between fields, and of keys of maps.
CEL_ONLY = {
    "backend-without-imap", "default-domain-without-domains", "default-partition-unknown", "exclude-without-mode",
    "grace-within-drain", "limit-without-mode", "load-balancer-class-inside", "name-begins-with-a-digit", "override-key-with-blank",
    "owned-by-a-field", "owned-by-service", "owned-by-the-operator", "owned-in-backend",
    "pod-annotation-of-the-operator", "pod-label-key", "pod-label-of-the-operator", "resource-unknown",
    "saslauthd-without-store", "service-annotation-of-the-operator", "service-local-inside", "source-ranges-inside",
    "status-referrals-alone", "user-is-admin", "users-of-saslauthd",
}
# What an API server is not asked: its names are not in this group, or its client cannot read it at all.
BEYOND_REFUSED = {"list-of-kubernetes", "nested-deeply"}  # the latter is of a wrong type as well


class Loader(yaml.SafeLoader):
    """Types as Go's YAML 1.1 reader gives them: kubectl's."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern in [
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"),
    ("int", r"[-+]?(0|[1-9][0-9_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+)"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
    ("merge", r"<<"),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)
# Go's reader decodes it into a string, as JSON has no octets.
Loader.add_constructor("tag:yaml.org,2002:binary",
                       lambda loader, node: yaml.SafeLoader.construct_yaml_binary(loader, node).decode())


def schemas():
    found = {}
    for path in (SOURCES / "crds").glob("*.yaml"):
        crd = yaml.safe_load(path.read_text())
        version = crd["spec"]["versions"][0]
        api_version = crd["spec"]["group"] + "/" + version["name"]
        found[api_version, crd["spec"]["names"]["kind"]] = version["schema"]["openAPIV3Schema"]
    return found


SCHEMAS = schemas()
METADATA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 63, "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z"},
        "namespace": {"type": "string"},
        "labels": {"additionalProperties": {"type": "string", "maxLength": 63, "pattern": r"^[-A-Za-z0-9_.]*\Z"}},
        "annotations": {"additionalProperties": {"type": "string"}},
    },
}


def strict(schema):
    """OpenAPI v3 as JSON Schema, with what the API server adds of its own."""
    schema = dict(schema)
    if "pattern" in schema:
        schema["pattern"] = re.sub(r"\$$", r"\\Z", schema["pattern"])  # Python's $ is also before a line break
    if "properties" in schema:
        schema["properties"] = {name: strict(of) for name, of in schema["properties"].items()}
        schema["additionalProperties"] = False
    elif "additionalProperties" in schema:
        schema["additionalProperties"] = strict(schema["additionalProperties"])
    if "items" in schema:
        schema["items"] = strict(schema["items"])
    return schema


def pruned(value):
    """Without nulls: those of fields are taken as absent."""
    if isinstance(value, dict):
        return {name: pruned(item) for name, item in value.items() if item is not None}
    return [pruned(item) for item in value] if isinstance(value, list) else value


def repeated(value, schema):
    if isinstance(value, dict):
        for name, item in value.items():
            of = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if isinstance(of, dict):
                yield from repeated(item, of)
    elif isinstance(value, list) and "items" in schema:
        keys = schema.get("x-kubernetes-list-map-keys")
        seen = [tuple(item.get(key) for key in keys) if keys else item for item in value
                if not keys or isinstance(item, dict)]
        if schema.get("x-kubernetes-list-type") in ("map", "set") and len(set(map(str, seen))) < len(seen):
            yield "the same twice"
        for item in value:
            yield from repeated(item, schema["items"])


def refusals(path):
    try:
        documents = list(yaml.load_all(path.read_text(), Loader))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        return [str(error)]
    found = []
    for document in documents:
        if not isinstance(document, dict):
            found.append("no object")
            continue
        schema = SCHEMAS.get((document.get("apiVersion"), document.get("kind")))
        if schema is None:
            found.append("no such kind")
            continue
        schema = dict(schema, properties=dict(schema["properties"], metadata=METADATA))
        document = pruned(document)
        found += [error.message for error in jsonschema.Draft7Validator(strict(schema)).iter_errors(document)]
        found += repeated(document, schema)
    return found


def murder_refuses(path):
    return subprocess.run([MURDER, "validate", "-f", path], capture_output=True).returncode == 3


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_both_accept(path):
    assert not murder_refuses(path)
    assert refusals(path) == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_both_refuse(path):
    assert murder_refuses(path)
    assert bool(refusals(path)) != (path.stem in CEL_ONLY), refusals(path)


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: path.stem)
def test_only_murder_refuses(path):
    assert murder_refuses(path)
    assert bool(refusals(path)) == (path.stem in BEYOND_REFUSED), refusals(path)


def test_every_rule_refuses_something():
    """A CEL rule that no bad manifest breaks would be held by nothing."""
    words = "".join(path.read_text() for path in (TESTDATA / "bad").glob("*.expected"))

    def messages(schema):
        for rule in schema.get("x-kubernetes-validations", []):
            if "oldSelf" not in rule["rule"]:
                yield rule["message"]
        for of in [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]:
            if isinstance(of, dict):
                yield from messages(of)

    for schema in SCHEMAS.values():
        for message in messages(schema["properties"]["spec"]):
            same = message.replace("each key must be ", " is not ")
            if message.startswith("options that the operator writes cannot be overridden"):
                same = "cannot be overridden"
            assert same in words


def test_every_crd_fits_an_annotation():
    """kubectl's client-side apply keeps a copy in an annotation, and all annotations share 256 KiB."""
    for path in (SOURCES / "crds").glob("*.yaml"):
        assert path.stat().st_size < 200 << 10, path
