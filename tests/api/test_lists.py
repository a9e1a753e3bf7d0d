"""A page of a list asks the database as often for many rows as for few."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openuser.models import ApiClient
from tests.factories import make_api
from tests.rows import make_row

pytestmark = pytest.mark.django_db
ROWS = {
    "/api/v1/digital-humans/": "avatars.DigitalHuman",
    "/api/v1/voices/": "avatars.Voice",
    "/api/v1/renders/": "avatars.Render",
}


@pytest.fixture
def api():
    return make_api(*ApiClient.Scope.values)


def test_no_list_is_forgotten_here(client: Client):
    paths = json.loads(client.get("/api/v1/openapi.json").content)["paths"]
    lists = {path for path, methods in paths.items() if methods.get("get", {}).get("operationId", "").endswith("_list")}
    assert lists == set(ROWS)


@pytest.mark.parametrize("url", ROWS)
def test_a_list_asks_as_often_for_twenty_rows_as_for_two(api, url):
    model = apps.get_model(ROWS[url])
    for _ in range(2):
        make_row(model)
    api.get(url)
    with CaptureQueriesContext(connection) as few:
        found = api.get(url).json()["results"]
    before = len(found)
    for _ in range(18):
        make_row(model)
    with CaptureQueriesContext(connection) as many:
        found = api.get(url).json()["results"]
    assert len(found) >= before + 18
    assert len(many) == len(few), [query["sql"] for query in many.captured_queries]
