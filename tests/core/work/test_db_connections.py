"""Connections beside the pool, and past a pooler."""

import pytest
from django.db import connection, transaction

from core.work.db_connections import past_pooler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_without_a_pooler_the_thread_keeps_its_connection(settings):
    settings.DATABASE_DIRECT = None
    before = connection.settings_dict
    with past_pooler():
        assert connection.settings_dict is before


def test_past_a_pooler_is_another_connection_to_the_same_rows(settings):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no pooler.")
    settings.DATABASE_DIRECT = settings.DATABASE_DIRECT or {**connection.settings_dict}
    pooled = process()
    with past_pooler():
        assert process() != pooled
        assert "pool" not in connection.settings_dict["OPTIONS"]
        with transaction.atomic():
            assert process() == process()
    assert process() == pooled


def process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
