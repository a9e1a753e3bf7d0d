"""The tables of version 0.5 are made anew as today's, and their rows are copied.

All of an app happens in one transaction, on SQLite and PostgreSQL alike: an update that is interrupted has changed
nothing of the app, and is run again. A new database, and one of the version before, are left alone. What others made on
the tables of PostgreSQL, such as rights and views, is made again.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from core.migration_operations.dependent_objects import obstacles
from core.migration_operations.indexes import AddSearchIndex
from core.migration_operations.models import RenamePermissions
from core.migration_operations.object_definitions import Definitions, Lost
from core.migration_operations.released import Origin, origin

# Gets the models of today and the editor, when the rows are there and the tables of before too.
Step = Callable[[Any, BaseDatabaseSchemaEditor], None]
# Columns of 0.5 that there are no more.
COLUMNS_OF_0_5 = {"avatars_digitalhuman": {"origin"}, "avatars_voice": {"origin"}}


def before(table: str) -> str:
    """The name under which a table of before can be read in a step."""
    return f"before_{table}"


class RebuildTables(Operation):
    """Makes the tables of an app anew where they are those of 0.5.

    Args:
        initial: its first migration, whose operations beside the models are run too.
        renamed_models: the names of models before and now, for rights and the history of the admin.
        renamed_tables: the names of tables before and now.
        steps: the changes of the rows.

    Attributes:
        lost: what others made on the tables and does not fit those of today; also in a file.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(
        self,
        initial: type[migrations.Migration],
        *,
        renamed_models: Iterable[tuple[str, str]] = (),
        renamed_tables: Iterable[tuple[str, str]] = (),
        steps: Sequence[Step] = (),
    ) -> None:
        self.initial, self.steps = initial, steps
        self.renamed_models, self.renamed_tables = list(renamed_models), dict(renamed_tables)
        self.lost: list[Lost] = []

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        if origin(app_label, MigrationRecorder(connection).applied_migrations()) is not Origin.RELEASED:
            return
        models = _models(app_label, to_state)
        tables = _Tables(schema_editor, {table for model in models for table in _tables(model)}, self.renamed_tables)
        if left := self.obstacles(app_label, connection, to_state):
            raise DatabaseError("\n".join(left))  # made after the command looked
        tables.put_aside()
        for model in models:
            schema_editor.create_model(model)
        for model in models:
            tables.copy(model)
            for field in model._meta.local_many_to_many:
                if field.remote_field.through._meta.auto_created:
                    tables.copy(field.remote_field.through)
        tables.count_on()
        for operation in self.initial.operations:
            if isinstance(operation, (AddSearchIndex, migrations.RunPython)):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)
        for old, new in self.renamed_models:
            _rename(to_state.apps, schema_editor, app_label, old.lower(), new.lower())
        for step in self.steps:
            step(to_state.apps, schema_editor)
        tables.finish()
        while schema_editor.deferred_sql:  # here, because Django leaves the transaction open when one of these fails
            schema_editor.execute(schema_editor.deferred_sql.pop(0), None)
        self.lost = tables.give_back()
        _write(lost_file(app_label), self.lost)

    def obstacles(self, app_label: str, connection: Any, state: ProjectState) -> list[str]:
        """What others made on the tables of before and cannot be made again, each with a remedy; only on PostgreSQL."""
        if connection.vendor != "postgresql":
            return []
        columns: dict[str, set[str]] = {}
        for model in _models(app_label, state):
            links = [field.remote_field.through for field in model._meta.local_many_to_many]
            for table in [model, *(link for link in links if link._meta.auto_created)]:
                name = table._meta.db_table
                columns[name] = {field.column for field in table._meta.local_concrete_fields}
                columns[name] |= COLUMNS_OF_0_5.get(name, set())
        for old, new in self.renamed_tables.items():
            columns[old] = columns[new]
        return obstacles(connection, columns)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Does nothing: the former tables are in the backup."""

    def describe(self) -> str:
        return "Make the tables of 0.5 anew"


class _Tables:
    """The tables of an app, put aside until their rows are in the new ones."""

    def __init__(self, editor: Any, now: set[str], renamed: dict[str, str]) -> None:
        self._editor, self._connection = editor, editor.connection
        self._postgresql = self._connection.vendor == "postgresql"
        with self._connection.cursor() as cursor:
            there = set(self._connection.introspection.table_names(cursor))
        self._before = {name: name for name in now & there}
        self._before |= {new: old for old, new in renamed.items() if old in there and new not in there}
        self._counters: dict[str, int] = {}
        self._references: list[tuple[str, str, str]] = []
        self._definitions: Definitions | None = None

    def put_aside(self) -> None:
        """Keys of other tables on these are noted, and come back at the end; SQLite's stay, by name."""
        quoted = self._editor.quote_name
        if self._postgresql:
            self._note_what_goes()
        for new, old in self._before.items():
            if counter := self._counter(old):
                self._counters[new] = counter
            if self._postgresql:
                self._references += self._references_on(old)
            self._run(f"CREATE TABLE {quoted(before(new))} AS SELECT * FROM {quoted(old)}")  # noqa: S608 - our own names
        for old in self._before.values():
            self._run(f"DROP TABLE {quoted(old)}{' CASCADE' if self._postgresql else ''}")

    def _note_what_goes(self) -> None:
        """Nobody changes the tables from now on; they have the names of today, and none of their rows is hidden."""
        quoted = self._editor.quote_name
        for old in self._before.values():
            self._run(f"LOCK TABLE {quoted(old)} IN ACCESS EXCLUSIVE MODE")
        for new, old in self._before.items():
            if new != old:
                self._run(f"ALTER TABLE {quoted(old)} RENAME TO {quoted(new)}")
                self._run(f"ALTER SEQUENCE {quoted(f'{old}_id_seq')} RENAME TO {quoted(f'{new}_id_seq')}")
        self._before = {name: name for name in self._before}
        self._definitions = Definitions(self._connection, list(self._before))
        self._definitions.show_all_rows()

    def give_back(self) -> list[Lost]:
        """Other tables have their keys again, and the tables what others made on them. Returns what does not fit."""
        if self._definitions is None:
            return []
        self._definitions.restore_parts()
        for table, name, definition in self._references:
            self._run(f"ALTER TABLE {table} ADD CONSTRAINT {self._editor.quote_name(name)} {definition}")
        return self._definitions.restore()

    def copy(self, model: Any) -> None:
        """A column that is new stays empty if it may, since its default is for rows made from now on."""
        table, quoted = model._meta.db_table, self._editor.quote_name
        if table not in self._before:
            return
        with self._connection.cursor() as cursor:
            described = self._connection.introspection.get_table_description(cursor, before(table))
        there = {column.name for column in described}
        columns, values, given = [], [], []
        for field in model._meta.local_concrete_fields:
            if field.column in there:
                values.append(quoted(field.column))
            elif field.null or field.has_db_default():
                continue
            else:
                values.append("%s")
                given.append(self._editor.effective_default(field))
            columns.append(quoted(field.column))
        self._run(
            f"INSERT INTO {quoted(table)} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608 - our own names
            f"FROM {quoted(before(table))}",
            given,
        )

    def count_on(self) -> None:
        """New rows get the numbers after those that were ever given."""
        quoted = self._editor.quote_name
        for table, counter in self._counters.items():
            if self._postgresql:
                self._run("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [quoted(table), counter])
            else:
                self._run("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                self._run("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, counter])

    def finish(self) -> None:
        """Nothing is left of the tables of before."""
        quoted = self._editor.quote_name
        for table in self._before:
            self._run(f"DROP TABLE {quoted(before(table))}")

    def _counter(self, table: str) -> int:
        """The last number that a row got; 0 if none did."""
        with self._connection.cursor() as cursor:
            if not self._postgresql:
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            else:
                cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [self._editor.quote_name(table)])
                (sequence,) = cursor.fetchone()
                cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - our own name
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _references_on(self, table: str) -> list[tuple[str, str, str]]:
        """The keys of tables that stay, such as those of your own apps."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'f' AND conparentid = 0 "  # those of partitions come with their table's
                "AND confrelid = %s::regclass AND conrelid <> ALL(%s::regclass[])",
                [self._editor.quote_name(table), [self._editor.quote_name(name) for name in self._before.values()]],
            )
            return [(str(table), str(name), str(definition)) for table, name, definition in cursor.fetchall()]

    def _run(self, sql: str, given: Sequence[Any] = ()) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, given or None)


def lost_file(app_label: str) -> Path:
    """Where an update leaves the statements of what it could not give back."""
    return Path(settings.VAR_DIR) / f"not-given-back-{app_label}.sql"


def _write(path: Path, lost: list[Lost]) -> None:
    """Before the transaction ends: an update that is killed after it has lost nothing in silence."""
    with suppress(OSError):  # of a container whose disk is not to be written: the command prints it, too
        path.unlink(missing_ok=True)
        if lost:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n\n".join(map(str, lost)) + "\n", encoding="utf-8")


def _models(app_label: str, state: ProjectState) -> list[Any]:
    return [state.apps.get_model(app_label, name) for app, name in state.models if app == app_label]


def _tables(model: Any) -> list[str]:
    links = [field.remote_field.through._meta for field in model._meta.local_many_to_many]
    return [model._meta.db_table, *(link.db_table for link in links if link.auto_created)]


def _rename(apps: Any, editor: BaseDatabaseSchemaEditor, app_label: str, old: str, new: str) -> None:
    types = apps.get_model("contenttypes", "ContentType").objects.using(editor.connection.alias)
    types.filter(app_label=app_label, model=old).update(model=new)
    RenamePermissions(app_label, old, new).code(apps, editor)
