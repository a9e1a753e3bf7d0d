"""The pages that supervisors and load balancers ask."""

import json
import threading
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncRequestFactory, Client

from openuser.pages import health
from tests.support.database_away import unreachable

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def test_a_process_with_a_database_and_room_is_ready(client: Client):
    response = client.get("/healthz/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readiness_reports_a_full_disk(client: Client, settings):
    settings.DISK_MIN_MB = 10**12
    response = client.get("/healthz/ready")
    if connection.vendor == "sqlite":
        assert (response.status_code, response.json()) == (503, {"status": "disk_full"})
    else:  # callbacks are still accepted
        assert (response.status_code, response.json()) == (200, {"status": "ok", "disk": "full"})


@pytest.mark.parametrize("mute", [False, True])
def test_without_the_database_the_spool_makes_a_process_ready(settings, tmp_path: Path, mute: bool, caplog):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    by_asgi = AsyncRequestFactory().get("/healthz/ready")
    with unreachable(mute=mute):
        for response in (Client().get("/healthz/ready"), health.ready(by_asgi)):  # every server keeps callbacks
            assert (response.status_code, json.loads(response.content)["database"]) == (200, "away")
        (tmp_path / "spool").write_text("no folder")  # as good as a disk that takes nothing
        assert Client().get("/healthz/ready").status_code == 503
        assert health.ready(by_asgi).status_code == 503
    assert "django.request" not in {line.name for line in caplog.records}  # a supervisor asks every few seconds


@pytest.fixture
def unknown(monkeypatch):
    """A process that has not asked for the migrations yet."""
    for name in ("_is_migrated", "_was_ready"):
        monkeypatch.setattr(health, name, threading.Event())


def test_a_process_is_not_ready_before_its_migrations(unknown, monkeypatch, client: Client):
    missing = frozenset({("wecom", "9999_of_this_version")})
    monkeypatch.setattr(health, "_leaves", lambda: missing)
    answers = [client.get(f"/healthz/{page}") for page in ("ready", "start")]
    assert [(one.status_code, one.json()) for one in answers] == [(503, {"status": "migrations"})] * 2


def test_a_newer_database_does_not_stop_an_old_process(unknown, client: Client):
    MigrationRecorder(connection).record_applied("wecom", "9999_of_the_next_version")
    assert client.get("/healthz/ready").status_code == 200


def test_a_start_is_over_once_the_process_was_ready(unknown, client: Client, settings):
    assert client.get("/healthz/start").status_code == 200
    settings.DISK_MIN_MB = 10**12
    assert client.get("/healthz/start").status_code == 200
