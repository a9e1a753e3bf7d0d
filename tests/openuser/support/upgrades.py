"""Databases that were upgraded: from one version to the next, with the rows that each had."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.conftest import server
from tests.runner.database_templates import replaced, templates

# Columns that stay where a database is upgraded, for processes of the version before.
KEPT = {("avatars_digitalhuman", "origin"), ("avatars_voice", "origin")}
Tables = dict[str, tuple[list[Any], list[Any]]]
# A version, and what writes its rows.
Step = tuple[tuple[str, str], Callable[[Any], None]]


class ReleasedLoader(MigrationLoader):
    """Finds the migrations of an app as they were released, and not those that have replaced them since."""

    def __init__(self, app_label: str) -> None:
        self._app_label = app_label
        super().__init__(connection)

    def load_disk(self) -> None:
        super().load_disk()
        self.disk_migrations = {
            key: migration
            for key, migration in self.disk_migrations.items()
            if key[0] != self._app_label or not migration.replaces
        }


def as_released(app_label: str = "") -> MigrationExecutor:
    """With the migrations of an app, or of all, as they were released."""
    executor = MigrationExecutor(connection)
    if app_label:
        executor.loader = ReleasedLoader(app_label)
        return executor
    loader: Any = executor.loader
    loader.replace_migrations = False
    loader.build_graph()
    return executor


def as_they_are() -> MigrationExecutor:
    """With the migrations that replace others, where the database has not begun with those."""
    return MigrationExecutor(connection)


def tables() -> Tables:
    """Columns and constraints of every table. Names of constraints tell how a table was called when it was made."""
    found: Tables = {}
    with connection.cursor() as cursor:
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
def let_go() -> Iterator[None]:
    """Nothing is connected to the database while it is replaced."""
    opened: Any = connection
    opened.close()
    if opened.vendor == "postgresql":
        opened.close_pool()
    yield
