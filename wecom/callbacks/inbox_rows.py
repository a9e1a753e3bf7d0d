"""Callbacks as rows to insert: any number in one commit, and repeats left out.

Compiling an insert, a transaction around each row, and an instance of the model cost more than the row does.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

from wecom.models import Callback

Values = dict[str, Any]  # by column, as they are stored


def values_of(*, body: str, **columns: Any) -> Values:
    """A new row: the columns that are given, the body encrypted, and the defaults of all others."""
    return {**_defaults(), **columns, "body": _columns()["body"].get_prep_value(body)}


def values_in(document: Values) -> Values:
    """What JSON made of a row; a column that it lacks, of an older version, has its default.

    Raises `ValueError` if it is no row.
    """
    try:
        found = {name: field.to_python(document[name]) for name, field in _columns().items() if name in document}
    except (TypeError, ValidationError) as error:
        raise ValueError("This is no callback.") from error
    return {**_defaults(), **found}


def is_queued(values: Values) -> bool:
    """Whether there is anything to do for a callback."""
    return bool(values["status"] == Callback.Status.QUEUED)


def insert(connection: BaseDatabaseWrapper, rows: Sequence[Values]) -> list[int | None]:
    """Insert callbacks in their order, in one commit; the ID of each, None for a repeat.

    Raises `django.db.DatabaseError`; nothing is stored then.
    """
    moment = str if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value
    # One parameter for all rows: a thousand would take the driver longer than the database takes to insert them.
    given = json.dumps(rows, default=moment)
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.alias, connection.vendor), [given])
        found = {(row[1], row[2]): row[0] for row in cursor.fetchall()}
    # A repeat in the same commit is one too, so that the first of both takes the ID.
    return [found.pop((row["application_id"], row["identity"]), None) for row in rows]


@cache
def _columns() -> dict[str, "Field[Any, Any]"]:
    return {str(field.column): field for field in Callback._meta.local_concrete_fields if not field.primary_key}


@cache
def _defaults() -> Values:
    return {name: field.get_prep_value(field.get_default()) for name, field in _columns().items()}


@cache
def _statement(alias: str, vendor: str) -> str:
    """One statement, which commits by itself."""
    names = ", ".join(f'"{name}"' for name in _columns())
    if vendor == "postgresql":
        types = ", ".join(f'"{name}" {field.db_type(connections[alias])}' for name, field in _columns().items())
        given = f"SELECT {names} FROM json_to_recordset(%s) AS given({types})"  # noqa: S608 - names of our own columns
    else:
        values = ", ".join(f"json_extract(value, '$.{name}')" for name in _columns())
        given = f"SELECT {values} FROM json_each(%s) WHERE TRUE"  # noqa: S608
    return (
        f'INSERT INTO "{Callback._meta.db_table}" ({names}) {given} '
        'ON CONFLICT ("application_id", "identity") DO NOTHING RETURNING "id", "application_id", "identity"'
    )
