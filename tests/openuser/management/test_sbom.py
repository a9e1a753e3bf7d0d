"""The software bill of materials names each pinned package with its licence."""

import json
from datetime import UTC, datetime
from importlib import metadata

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from django.core.management import call_command

from openuser.management import sbom

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def test_each_installed_package_is_named_with_version_and_licence():
    components = {one["name"]: one for one in sbom.document(now=NOW)["components"]}
    django = components["django"]
    assert (django["version"], django["purl"]) == (metadata.version("django"), f"pkg:pypi/django@{django['version']}")
    assert django["licenses"] == [{"license": {"name": "BSD-3-Clause"}}]
    assert len(components) > 100
    assert {"celery", "kombu", "psycopg"} <= set(components)


def test_the_bill_keeps_to_the_schema_of_cyclonedx():
    bill = json.dumps(sbom.document(now=NOW))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    broken = bill.replace('"library"', '"book"', 1)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_no_package_has_an_unknown_licence():
    assert [name for name, _version, licence in sbom.installed() if licence == "unknown"] == []


def test_the_command_writes_a_file(tmp_path):
    file = tmp_path / "openuser.cdx.json"
    call_command("sbom", output=file)
    assert json.loads(file.read_text())["bomFormat"] == "CycloneDX"
