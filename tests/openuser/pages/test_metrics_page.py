"""/metrics is for Prometheus alone, and costs one reading in five seconds."""

import tomllib
from ipaddress import ip_network

import pytest
from django.test import Client

from openuser.pages import metrics_page
from openuser.settings.environment import BASE_DIR
from openuser.version import VERSION

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def page(settings, monkeypatch):
    settings.METRICS = {"TOKEN": "letmein", "NETWORKS": [ip_network("10.1.0.0/16")]}
    monkeypatch.setattr(metrics_page, "page", metrics_page.Page())


def test_a_request_with_the_token_gets_the_metrics():
    answer = Client().get("/metrics", headers={"Authorization": "Bearer letmein"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert 'openuser_build_info{python="3.' in answer.text
    assert f'version="{VERSION}"' in answer.text


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("10.2.2.3", 404), ("::1", 404)])
def test_an_allowed_network_needs_no_token(address: str, status: int):
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == status


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic letmein", "Bearer é"])
def test_anybody_else_finds_no_such_page(header: str):
    answer = Client().get("/metrics", headers={"Authorization": header})
    assert (answer.status_code, answer.content) == (404, b"")


def test_the_page_is_off_where_nothing_is_set(settings):
    settings.METRICS = {"TOKEN": "", "NETWORKS": []}
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_prometheus_may_ask_by_an_address_and_without_tls(settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["openuser.example.com"], True
    header = {"Authorization": "Bearer letmein", "Host": "10.0.0.7:8000"}
    assert Client().get("/metrics", headers=header).status_code == 200
    assert Client().get("/healthz/ready", headers=header).status_code == 200


def test_two_questions_within_five_seconds_cost_one_reading(django_assert_num_queries):
    Client().get("/metrics", REMOTE_ADDR="10.1.0.1")
    with django_assert_num_queries(0):
        Client().get("/metrics", REMOTE_ADDR="10.1.0.1")


def test_the_version_is_that_of_the_project():
    document = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    assert document["project"]["version"] == VERSION
