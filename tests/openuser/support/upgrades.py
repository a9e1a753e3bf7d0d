"""Databases that were upgraded: from one version to the next, with the rows that each had."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import sqlparse
from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from core.sqlite.base import close_idle
from tests.conftest import server
from tests.runner.database_templates import replaced, templates

# Columns that stay where a database is upgraded, for processes of the version before.
KEPT = {("avatars_digitalhuman", "origin"), ("avatars_voice", "origin")}
# Django's introspection of SQLite reads statements with it: several times each, and most are the same after an upgrade.
parsed = cache(sqlparse.parse)
Tables = dict[str, tuple[list[Any], list[Any]]]
# A version, and what writes its rows.
Step = tuple[tuple[str, str], Callable[[Any], None]]


class ReleasedLoader(MigrationLoader):
    """Finds the migrations of some apps as they were released, and not those that have replaced them since."""

    def __init__(self, app_labels: Collection[str]) -> None:
        self._app_labels = app_labels
        super().__init__(connection)

    def load_disk(self) -> None:
        super().load_disk()
        last = {key: one.replaces[-1] for key, one in self.disk_migrations.items() if self._is_left_out(key, one)}
        self.disk_migrations = {key: one for key, one in self.disk_migrations.items() if key not in last}
        for one in self.disk_migrations.values():
            found: Any = one  # django-stubs has these for the class's, not for its own
            found.dependencies = [last.get(key, key) for key in found.dependencies]

    def _is_left_out(self, key: tuple[str, str], migration: Migration) -> bool:
        return key[0] in self._app_labels and bool(migration.replaces)


def as_released(*app_labels: str) -> MigrationExecutor:
    """With the migrations of these apps as they were released."""
    executor = MigrationExecutor(connection)
    executor.loader = ReleasedLoader(app_labels)
    return executor


def as_they_are() -> MigrationExecutor:
    """With the migrations that replace others, where the database has not begun with those."""
    return MigrationExecutor(connection)


def tables() -> Tables:
    """Columns and constraints of every table. Names of constraints tell how a table was called when it was made."""
    found: Tables = {}
    with mock.patch("sqlparse.parse", parsed), connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            described = connection.introspection.get_table_description(cursor, name)
            columns = [column[:2] + column[4:] for column in described if (name, column.name) not in KEPT]
            constraints = connection.introspection.get_constraints(cursor, name).values()
            found[name] = (sorted(map(str, columns)), sorted(map(str, constraints)))
    return found


@contextmanager
def upgraded(*steps: tuple[Callable[[], MigrationExecutor], Step]) -> Iterator[Tables]:
    """The test database is one that went through these steps until today, as long as the block lasts.

    Yields how it was when it was new.
    """
    empty, _ = templates(settings.RUN_FOLDER, server())
    name = connection.settings_dict["NAME"]
    new = tables()
    with let_go():
        replaced(server(), name)
    try:
        for migrations, (version, rows) in steps:
            executor = migrations()
            executor.migrate([version])
            rows(executor.loader.project_state([version]).apps)
        executor = as_they_are()
        executor.migrate(executor.loader.graph.leaf_nodes())
        yield new
    finally:
        with let_go():
            empty.copy_database(name)


@contextmanager
def upgraded_for_a_module(
    blocker: Any, media: Path, *steps: tuple[Callable[[], MigrationExecutor], Step]
) -> Iterator[Tables]:
    """`upgraded`, outside of a test, with its files in a folder."""
    with blocker.unblock(), override_settings(MEDIA_ROOT=media), upgraded(*steps) as new:
        yield new


def different(before: Tables) -> set[str]:
    """The tables of today that are not as they were when the database was new."""
    now = tables()
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


@contextmanager
def let_go() -> Iterator[None]:
    """Nothing is connected to the database while it is replaced."""
    opened: Any = connection
    opened.close()
    if opened.vendor == "postgresql":
        opened.close_pool()
    else:
        close_idle()
    yield
