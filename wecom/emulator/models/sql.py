"""SQL for the few queries that every API call runs.

Django needs several times as long to build such a query and unpack its rows as SQLite needs to run it. Use this on the
path of every API call, and Django's managers everywhere else. Rows are instances of the models.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from sqlite3 import Connection, Cursor
from typing import Any, TypeVar, cast

from django.db import connection, models

R = TypeVar("R", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A model's table: its columns in order, and the positions of those that hold JSON."""

    name: str
    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    json_positions: tuple[int, ...]

    @property
    def insert(self) -> str:
        """The INSERT of all columns except the primary key, which comes first."""
        marks = ", ".join("?" for _ in self.columns[1:])
        return f"INSERT INTO {self.name} ({', '.join(self.columns[1:])}) VALUES ({marks})"  # noqa: S608 - no values


def execute(sql: str, *values: object) -> Cursor:
    """Run a statement, with `?` for each value, in the open transaction."""
    if connection.connection is None:
        connection.ensure_connection()
    return cast(Connection, connection.connection).execute(sql, values)


def fetch(model: type[R], where: str, *values: object) -> list[R]:
    """The matching rows. `where` calls the model's table `it` and may begin with joins."""
    return [_row(model, record) for record in execute(_select(model) + where, *values)]


def first(model: type[R], where: str, *values: object) -> R | None:
    """The first matching row."""
    row = execute(f"{_select(model)}{where} LIMIT 1", *values).fetchone()
    return None if row is None else _row(model, row)


def add(row: R) -> R:
    """Insert a row and set its primary key."""
    table, values = table_of(type(row)), row.__dict__
    columns = [values[name] for name in table.attributes]
    for position in table.json_positions:
        columns[position] = None if columns[position] is None else json.dumps(columns[position])
    row.pk = execute(_insert(type(row)), *columns[1:]).lastrowid
    row._state.adding, row._state.db = False, connection.alias
    return row


@cache
def table_of(model: type[models.Model]) -> Table:
    fields = model._meta.concrete_fields
    return Table(
        name=f'"{model._meta.db_table}"',
        columns=tuple(f'"{field.column}"' for field in fields),
        attributes=tuple(field.attname for field in fields),
        json_positions=tuple(position for position, field in enumerate(fields) if isinstance(field, models.JSONField)),
    )


@cache
def _select(model: type[models.Model]) -> str:
    table = table_of(model)
    return f"SELECT {', '.join(f'it.{column}' for column in table.columns)} FROM {table.name} it "  # noqa: S608


@cache
def _insert(model: type[models.Model]) -> str:
    return table_of(model).insert


def _row(model: type[R], record: Sequence[Any]) -> R:
    table, values = table_of(model), list(record)
    for position in table.json_positions:
        if values[position] is not None:
            values[position] = json.loads(values[position])
    return model.from_db(connection.alias, table.attributes, values)
