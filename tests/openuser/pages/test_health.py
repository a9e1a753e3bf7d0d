"""The pages that supervisors and load balancers ask."""

import pytest
from django.db import connection
from django.test import Client

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
