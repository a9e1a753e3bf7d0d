"""The few statements that every call runs, handed to SQLite as they are.

Django takes several times as long to build and unpack them as SQLite to run them. Rows are the models' own; use this
where a call of the API is measured, and Django's managers everywhere else.
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
class Shape:
    """What a model's rows look like: its columns in order, and where they hold JSON."""

    table: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    json: tuple[int, ...]

    @property
    def insert(self) -> str:
        """A statement for all columns but the number, which comes first."""
        marks = ", ".join("?" for _ in self.columns[1:])
        return f"INSERT INTO {self.table} ({', '.join(self.columns[1:])}) VALUES ({marks})"  # noqa: S608 - no values


def execute(sql: str, *values: object) -> Cursor:
    """Run a statement with `?` for each value, in the transaction that is open."""
    if connection.connection is None:
        connection.ensure_connection()
    return cast(Connection, connection.connection).execute(sql, values)


def fetch(model: type[R], where: str, *values: object) -> list[R]:
    """The rows that fit, of `model` under the name `it`; `where` may begin with joins."""
    return [_row(model, found) for found in execute(_select(model) + where, *values)]


def first(model: type[R], where: str, *values: object) -> R | None:
    """The first row that fits."""
    found = execute(f"{_select(model)}{where} LIMIT 1", *values).fetchone()
    return None if found is None else _row(model, found)


def add(row: R) -> R:
    """Store a new row; it has its number then."""
    shape, values = shape_of(type(row)), row.__dict__
    given = [values[name] for name in shape.names]
    for place in shape.json:
        given[place] = None if given[place] is None else json.dumps(given[place])
    row.pk = execute(_insert(type(row)), *given[1:]).lastrowid
    row._state.adding, row._state.db = False, connection.alias
    return row


@cache
def shape_of(model: type[models.Model]) -> Shape:
    fields = model._meta.concrete_fields
    return Shape(
        table=f'"{model._meta.db_table}"',
        columns=tuple(f'"{field.column}"' for field in fields),
        names=tuple(field.attname for field in fields),
        json=tuple(place for place, field in enumerate(fields) if isinstance(field, models.JSONField)),
    )


@cache
def _select(model: type[models.Model]) -> str:
    shape = shape_of(model)
    return f"SELECT {', '.join(f'it.{column}' for column in shape.columns)} FROM {shape.table} it "  # noqa: S608


@cache
def _insert(model: type[models.Model]) -> str:
    return shape_of(model).insert


def _row(model: type[R], found: Sequence[Any]) -> R:
    shape, values = shape_of(model), list(found)
    for place in shape.json:
        if values[place] is not None:
            values[place] = json.loads(values[place])
    return model.from_db(connection.alias, shape.names, values)
