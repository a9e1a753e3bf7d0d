"""`manage.py migrate` lets those pass that use a table, and tries again."""

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from openuser.management.commands import migrate
from openuser.models import ApiClient

pytestmark = [pytest.mark.databases, pytest.mark.django_db(transaction=True)]
APP = "otp_static"  # on which nothing depends


class Reader:
    """Another process whose transaction reads a table. It ends when `migrate` says that it tries again."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._connection = connection.copy()
        self._connection.set_autocommit(False)
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM openuser_apiclient")

    def write(self, words: str) -> None:
        self.told.append(words)
        self.end()

    def end(self) -> None:
        self._connection.rollback()
        self._connection.close()


@pytest.fixture
def reader(settings, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, and no locks of tables")
    settings.MIGRATION_MODULES = {APP: "tests.openuser.support.waiting_migrations"}
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)
    reader = Reader()
    yield reader
    reader.end()
    call_command("migrate", APP, "zero", verbosity=0)


def columns() -> set[str]:
    with connection.cursor() as cursor:
        table = ApiClient._meta.db_table
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def test_a_change_of_a_table_in_use_is_tried_again(reader):
    call_command("migrate", APP, verbosity=0, stderr=reader)
    assert "probe" in columns()
    assert len(reader.told) == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_after_the_last_try_it_fails(reader, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 1)
    with pytest.raises(OperationalError):
        call_command("migrate", APP, verbosity=0, stderr=reader)
    assert "probe" not in columns()


def test_a_database_gives_no_cause_to_warn():
    call_command("check", databases=["default"], fail_level="WARNING")
