"""docs/settings.md names only fields and tests that exist, and every field of the CRDs is documented."""
import pathlib
import re

import yaml

SOURCES = pathlib.Path(__file__).parents[2]
SETTINGS = (SOURCES / "docs/settings.md").read_text()
RESOURCES = (SOURCES / "docs/resources.md").read_text()


def fields(schema, path):
    for name, of in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from fields(of, f"{path}.{name}")
        yield from fields(of.get("items", {}), f"{path}.{name}[]")


def fields_of_all_specs():
    for path in (SOURCES / "crds").glob("*.yaml"):
        version = yaml.safe_load(path.read_text())["spec"]["versions"][0]
        yield from fields(version["schema"]["openAPIV3Schema"]["properties"]["spec"], "spec")


def test_every_field_that_is_named_exists():
    named = set(re.findall(r"`(spec\.[^`]+)`", SETTINGS))
    assert len(named) > 50
    assert named - set(fields_of_all_specs()) == set()


def test_every_field_is_documented():
    assert [field for field in fields_of_all_specs() if f"| `{field}` |" not in RESOURCES] == []


def test_every_test_that_is_named_exists():
    sources = "".join(path.read_text() for path in (SOURCES / "operator").rglob("*_test.cc"))
    known = {".".join(name) for name in re.findall(r"\bTEST(?:_P|_F)?\((\w+), (\w+)\)", sources)}
    for path in (SOURCES / "e2e").rglob("test_*.py"):
        known |= set(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))
    held_by = [row.split("|")[4] for row in SETTINGS.splitlines() if row.count("|") == 5]
    named = {name for cell in held_by for name in re.findall(r"`([^`]+)`", cell)}
    assert len(named) > 10
    assert named - known == set()


def test_the_manuals_options_all_appear():
    manual = """configdirectory partition-default admins mupdate_server mupdate_username mupdate_authname mupdate_realm
        mupdate_password servername proxyservers lmtp_admins proxy_authname partition_select_mode
        partition_select_exclude partition_select_usage_reinit partition_select_soft_usage_limit serverlist
        serverlist_select_mode serverlist_select_usage_reinit serverlist_select_soft_usage_limit allowallsubscribe
        mupdatepush imap imaps pop3 pop3s kpop nntp nntps http https sieve lmtp""".split()
    assert [option for option in manual if not re.search(rf"`[^`]*\b{option}\b[^`]*`", SETTINGS)] == []
