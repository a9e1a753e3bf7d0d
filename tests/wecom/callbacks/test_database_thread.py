"""The thread of the reception keeps its connection for as long as the process lives."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections

from wecom.callbacks.database_thread import DatabaseThread

pytestmark = [pytest.mark.django_db(transaction=True)]


def made(path: Path, word: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE words AS SELECT ? AS word", [word])
        database.commit()
    return path


def word() -> str:
    with connections["default"].cursor() as cursor:
        return str(cursor.execute("SELECT word FROM words").fetchone()[0])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite is a file.")
def test_a_database_that_is_restored_beneath_it_counts_at_once(tmp_path, monkeypatch):
    file = made(tmp_path / "some.sqlite3", "before")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))

    async def ask() -> list[str]:
        thread = DatabaseThread()
        first = await thread.run(word, patience=30.0)
        os.replace(made(tmp_path / "restored", "after"), file)
        return [first, await thread.run(word, patience=30.0)]

    assert asyncio.run(ask()) == ["before", "after"]
