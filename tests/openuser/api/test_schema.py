"""The OpenAPI schema: true, complete, and shown offline."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from openuser.api.openapi import views
from tests.openuser.api.test_pagination import OF_SETTINGS
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
DESCRIPTION = ("/api/v1/openapi.json", "/api/v1/docs/", "/api/v1/docs/?script=")


@cache
def served() -> dict:
    """Of half a megabyte; here it is only read."""
    answer = make_api().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict = json.loads(answer.content)
    return found


@pytest.fixture
def description() -> dict:
    return served()


def operations(description: dict) -> list[tuple[str, str, dict]]:
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_has_a_summary_a_scope_and_its_problems(description):
    found = operations(description)
    assert len(found) > 10
    for path, method, operation in found:
        where = f"{method} {path}"
        assert operation.get("summary"), where
        assert "Scope: `" in operation["description"], where
        assert {"401", "403", "429"} <= set(operation["responses"]), where
        assert operation["responses"]["401"]["content"].keys() == {"application/problem+json"}, where
        assert {"token": []} in operation["security"], where


def test_every_post_takes_an_idempotency_key(description):
    for path, method, operation in operations(description):
        names = [parameter["name"] for parameter in operation.get("parameters", ())]
        assert ("Idempotency-Key" in names) is (method == "post"), path


def test_what_a_client_sends_is_called_a_request_once(description):
    names = [name for name in description["components"]["schemas"] if "Request" in name]
    assert {"TextRequest", "MessageRequest", "SessionRequest"} <= set(names)
    assert [name for name in names if name.count("Request") > 1] == []


def test_every_list_is_a_page_that_takes_filters(description):
    lists = [entry for entry in operations(description) if entry[2]["operationId"].endswith("_list")]
    assert lists
    for path, _method, operation in lists:
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert path in OF_SETTINGS or {"cursor", "page_size"} <= names, path


def test_every_operation_asks_for_a_scope_that_there_is(description):
    nobody = make_api()
    for path, method, operation in operations(description):
        answer = nobody.generic(method.upper(), re.sub(r"{\w+}", "1", path), "{}", content_type="application/json")
        assert answer.status_code == 403, f"{method} {path}"
        scope = operation["description"].rsplit("Scope: `", 1)[1].rstrip("`")
        able = make_api(scope)
        answer = able.generic(method.upper(), re.sub(r"{\w+}", "1", path), "{}", content_type="application/json")
        assert answer.status_code != 403, f"{method} {path}"


def test_the_pages_of_the_documentation_bring_all_they_need():
    page = make_api().get("/api/v1/docs/").content.decode()
    assert "swagger-ui" in page
    assert "cdn" not in page
    assert "https://" not in page


def test_a_read_only_choice_may_be_blank_where_its_column_may(description):
    endpoint = description["components"]["schemas"]["WebhookEndpoint"]["properties"]
    assert {"$ref": "#/components/schemas/BlankEnum"} in endpoint["off_because"]["oneOf"]
    message = description["components"]["schemas"]["Message"]["properties"]
    assert {"$ref": "#/components/schemas/BlankEnum"} in message["reason"]["oneOf"]


@pytest.mark.parametrize("address", DESCRIPTION)
def test_the_description_is_for_all_who_may_log_in(address, client):
    assert make_api().get(address).status_code == 200
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(address).status_code == 200
    client.force_login(User.objects.create_user("former", is_staff=False))
    assert client.get(address).status_code in (302, 401)
    refused = client.get(address, headers={"Authorization": "Bearer ou_wrong"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


def test_a_visitor_reads_no_description_and_is_led_to_the_log_in():
    visitor = Client()
    assert visitor.get("/api/v1/openapi.json").status_code == 401
    for address in ("/api/v1/docs/", "/api/v1/docs/?script="):
        answer = visitor.get(address)
        assert (answer.status_code, answer.url) == (302, f"/admin/login/?{urlencode({'next': address}, safe='/')}")


@pytest.mark.parametrize("address", DESCRIPTION)
def test_a_setting_opens_the_description_to_all(address, settings):
    settings.API = settings.API | {"PUBLIC_DOCS": True}
    assert Client().get(address).status_code == 200


def test_the_description_is_english_in_every_language(description):
    answer = make_api().get("/api/v1/openapi.json", {"lang": "zh-hans"}, headers={"Accept-Language": "zh-hans"})
    assert answer.json() == description
    assert "The pagination cursor value." in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_command_writes_the_description_that_is_served(description, tmp_path, language):
    path = tmp_path / "openapi.json"
    with translation.override(language):
        call_command("spectacular", "--format", "openapi-json", "--file", str(path))
    assert json.loads(path.read_text()) == description


def test_the_description_is_written_once():
    assert views.description() is views.description()


def enums_within(value: Any, where: str) -> Iterator[str]:
    """The places of all sets of choices in a part of the description."""
    if isinstance(value, dict) and isinstance(value.get("enum"), list):
        yield where
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in entries:
        yield from enums_within(inner, f"{where}/{name}")


def test_every_set_of_choices_has_a_chosen_name(description):
    blank = "BlankEnum"  # drf-spectacular's own, for columns that may be empty
    chosen = {f"/components/schemas/{name}" for name in (*settings.ENUM_NAMES, blank)}
    assert set(enums_within(description, "")) == chosen
    assert all(name.isalpha() and not name.endswith("Enum") for name in settings.ENUM_NAMES)


def test_a_filter_names_its_choices_as_bodies_do(description):
    found = {
        (path, parameter["name"]): parameter["schema"]
        for path, _method, operation in operations(description)
        for parameter in operation.get("parameters", ())
    }
    assert found["/api/v1/renders/", "mode"] == {"$ref": "#/components/schemas/RenderMode"}
    assert found["/api/v1/messages/", "outcome"] == {"$ref": "#/components/schemas/DeliveryStatus"}
    assert found["/api/v1/schedules/", "paused"] == {"type": "boolean"}
    assert [where for where, schema in found.items() if "title" in schema] == []
