"""Operations of migrations that let an installation work while a large table gets an index."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.migrations.operations import AddIndex
from django.db.migrations.operations.base import Operation

NO_TRIGRAMS = (
    "Search needs PostgreSQL's extension pg_trgm. Install the package postgresql-contrib, or let the owner of the "
    "database run CREATE EXTENSION pg_trgm in it; then migrate again."
)


class AddIndexOnline(AddIndex):
    """`AddIndex` that locks no writers on PostgreSQL. Its migration has `atomic = False`, and may be run again."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        drop_index(schema_editor, self.index.name)  # the remains of an interrupted run
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, concurrently=True)


class AddSearchIndex(Operation):
    """The index of `core.text_search` over a column; nothing on SQLite.

    Its migration has `atomic = False`, so that no writer is locked out, or makes the table as well. Not in
    `Meta.indexes`: Django would have SQLite build it too.
    """

    reversible = True
    condition = ""

    def __init__(self, model_name: str, field: str, name: str) -> None:
        self.model_name, self.field, self.name = model_name, field, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        add_trigrams(schema_editor)
        drop_index(schema_editor, self.name)
        model = to_state.apps.get_model(app_label, self.model_name)
        quoted = schema_editor.quote_name
        expression = self.expression(quoted(model._meta.get_field(self.field).column))
        where = f" WHERE {self.condition}" if self.condition else ""
        schema_editor.execute(
            f"CREATE INDEX {concurrently(schema_editor)}{quoted(self.name)} ON {quoted(model._meta.db_table)} "
            f"USING gin ({expression}){where}"
        )

    def expression(self, column: str) -> str:
        """The columns of the index, in SQL."""
        return rf"(REGEXP_REPLACE(UPPER({column}), '(.)', '\1\1', 'g')) gin_trgm_ops"

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drop_index(schema_editor, self.name)

    def describe(self) -> str:
        return f"Index the words of {self.field} on {self.model_name}"


class AddListIndex(AddSearchIndex):
    """An index over a column that has a list of JSON, to find the rows whose list contains a value; as above.

    `condition` is SQL, for an index of some rows only: queries must say the same.
    """

    def __init__(self, model_name: str, field: str, name: str, condition: str = "") -> None:
        super().__init__(model_name, field, name)
        self.condition = condition

    def expression(self, column: str) -> str:
        return f"{column} jsonb_path_ops"


class RemoveListIndex(AddListIndex):
    """Removes such an index, and builds it when a migration is taken back."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Remove the index {self.name}"


def add_trigrams(schema_editor: Any) -> None:
    """Add the extension. Raises `ImproperlyConfigured` if the server lacks it, or we may not add it."""
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise ImproperlyConfigured(NO_TRIGRAMS) from error


def drop_index(schema_editor: Any, name: str) -> None:
    """Drop an index without a lock on its table, if it exists."""
    schema_editor.execute(f"DROP INDEX {concurrently(schema_editor)}IF EXISTS {schema_editor.quote_name(name)}")


def concurrently(schema_editor: Any) -> str:
    """PostgreSQL refuses it in a transaction."""
    return "" if schema_editor.connection.in_atomic_block else "CONCURRENTLY "
