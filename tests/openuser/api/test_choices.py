"""An unknown choice is answered with the choices."""

import json
from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from openuser.models import ApiClient
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db


@pytest.fixture
def description() -> dict:
    found: dict = json.loads(make_api().get("/api/v1/openapi.json").content)
    return found


@pytest.fixture
def api() -> APIClient:
    found = make_api(*ApiClient.Scope.values)
    found.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


def target(description: dict, schema: dict) -> dict:
    """The component that a schema refers to."""
    found: dict = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def choices_of(description: dict, schema: dict) -> list[str]:
    """The values of a schema that refers to a set of choices; none for other schemas."""
    parts = [part for part in schema.get("oneOf", schema.get("allOf", [schema])) if "$ref" in part]
    return [value for part in parts for value in target(description, part).get("enum", ()) if value]


def choices_in_filters(description: dict) -> Iterator[tuple[str, str, list[str]]]:
    """Address, name and choices."""
    for path, methods in description["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if choices := choices_of(description, parameter["schema"]):
                yield path, parameter["name"], choices


def choices_in_bodies(description: dict) -> Iterator[tuple[str, str, str, list[str]]]:
    """Address, media type, name and choices."""
    for path, methods in description["paths"].items():
        bodies = methods.get("post", {}).get("requestBody", {}).get("content", {}) if "{" not in path else {}
        for media_type, body in bodies.items():
            for name, schema in target(description, body["schema"]).get("properties", {}).items():
                if choices := choices_of(description, schema):
                    yield path, media_type, name, choices


def listed(error: dict) -> list[str]:
    """The choices in the words of an error."""
    return sorted(error["detail"].removeprefix("Choose one of: ").removesuffix(".").split(", "))


def test_a_filter_answers_an_unknown_choice_with_the_choices(api, description):
    found = list(choices_in_filters(description))
    assert len(found) > 20
    for path, name, choices in found:
        (error,) = api.get(path, {name: "nonsense"}).json()["errors"]
        assert (error["field"], error["code"]) == (name, "invalid_choice"), path
        assert listed(error) == sorted(choices), path


def test_a_body_answers_an_unknown_choice_with_the_choices(api, description):
    found = list(choices_in_bodies(description))
    assert len(found) > 10
    for path, media_type, name, choices in found:
        kind = "json" if media_type == "application/json" else "multipart"
        errors = api.post(path, {name: "nonsense"}, format=kind).json()["errors"]
        (error,) = [one for one in errors if one["field"] == name]
        assert error["code"] == "invalid_choice", path
        assert listed(error) == sorted(choices), path


@pytest.mark.parametrize("address", ["/api/v1/messages/", "/api/v1/group-messages/"])
def test_an_unknown_kind_is_answered_with_the_kinds(api, address):
    answer = api.post(address, {"kind": "hologram"})
    (error,) = answer.json()["errors"]
    assert error["code"] == "invalid_choice"
    assert error["detail"].startswith("Choose one of: text, ")
    assert "mpnews" in error["detail"]


def test_a_value_with_a_percent_sign_is_answered_too(api):
    answer = api.get("/api/v1/renders/", {"mode": "%(value)s"}, headers={"Accept-Language": "zh-hans"})
    assert answer.json()["detail"].startswith("请从以下选项中选择：lipsync, ")
