"""Examples of request bodies: each body has one that its own schema accepts."""

import json
from collections.abc import Iterator

import jsonschema
import pytest

from tests.support.factories import make_api

pytestmark = pytest.mark.django_db


@pytest.fixture
def description() -> dict:
    found: dict = json.loads(make_api().get("/api/v1/openapi.json").content)
    return found


def bodies(description: dict) -> Iterator[tuple[str, dict]]:
    """The name and body of every request."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
                yield f"{method} {path} {media_type}", body


def test_every_body_has_an_example_that_its_schema_accepts(description):
    found = list(bodies(description))
    assert len(found) > 30
    for where, body in found:
        assert body["examples"], where
        for name, example in body["examples"].items():
            schema = {**body["schema"], "components": description["components"]}
            errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(example["value"])]
            assert errors == [], f"{where} {name}"


@pytest.mark.parametrize("address", ["/api/v1/messages/", "/api/v1/group-messages/"])
def test_every_kind_of_message_has_an_example(description, address):
    body = description["paths"][address]["post"]["requestBody"]["content"]["application/json"]
    schema = description["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
    assert set(body["examples"]) == set(schema["discriminator"]["mapping"])
