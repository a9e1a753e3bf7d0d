"""Callbacks as rows to insert: any number in one commit, and repeats left out.

Compiling an insert, and a transaction around each row, cost more than the row does.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

from wecom.models import Callback

Values = list[Any]
CONFLICT = 'ON CONFLICT ("application_id", "identity") DO NOTHING RETURNING "id"'


def values_of(row: Callback) -> Values:
    """The columns of an unsaved callback as they are stored, with its body encrypted."""
    return [field.get_prep_value(getattr(row, field.attname)) for field in _columns()]


def document(values: Values) -> dict[str, Any]:
    """The same by the names of the columns, as JSON has it."""
    return dict(zip(_names(), values, strict=True))


def values_in(document: dict[str, Any]) -> Values:
    """What `document` was made of; a column that it lacks, of an older version, has its default.

    Raises `ValueError` if it is no such document.
    """
    try:
        return [
            field.to_python(document[name]) if name in document else field.get_default()
            for name, field in zip(_names(), _columns(), strict=True)
        ]
    except (TypeError, ValidationError) as error:
        raise ValueError("This is no callback.") from error


def is_queued(values: Values) -> bool:
    """Whether there is anything to do for a callback."""
    return bool(values[_place("status")] == Callback.Status.QUEUED)


def insert(connection: BaseDatabaseWrapper, rows: Sequence[Values]) -> list[int | None]:
    """Insert callbacks in their order, in one commit; the ID of each, None for a repeat.

    Raises `django.db.DatabaseError`; nothing is stored then.
    """
    if connection.vendor == "postgresql":
        return _insert_document(connection, rows)
    if len(rows) == 1:  # which commits by itself
        return _insert_each(connection, rows)
    with transaction.atomic(using=connection.alias):
        return _insert_each(connection, rows)


def _insert_document(connection: BaseDatabaseWrapper, rows: Sequence[Values]) -> list[int | None]:
    """One parameter for all rows: a thousand of them would take the driver longer than the server takes to insert."""
    given = json.dumps([document(row) for row in rows], default=datetime.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_document_statement(connection.alias), [given])
        found = {(row[1], row[2]): row[0] for row in cursor.fetchall()}
    application, identity = _place("application_id"), _place("identity")
    # A repeat in the same commit is one too, so that the first of both takes the ID.
    return [found.pop((row[application], row[identity]), None) for row in rows]


def _insert_each(connection: BaseDatabaseWrapper, rows: Sequence[Values]) -> list[int | None]:
    inserted: list[int | None] = []
    with connection.cursor() as cursor:
        for row in rows:
            values = [
                field.get_db_prep_value(value, connection, prepared=True)
                for field, value in zip(_columns(), row, strict=True)
            ]
            cursor.execute(_row_statement(), values)
            found = cursor.fetchall()
            inserted.append(found[0][0] if found else None)
    return inserted


@cache
def _columns() -> list["Field[Any, Any]"]:
    return [field for field in Callback._meta.local_concrete_fields if not field.primary_key]


@cache
def _place(column: str) -> int:
    return _names().index(column)


@cache
def _names() -> list[str]:
    return [str(field.column) for field in _columns()]


@cache
def _row_statement() -> str:
    places = ", ".join(["%s"] * len(_columns()))
    return f"INSERT INTO {_target()} VALUES ({places}) {CONFLICT}"  # noqa: S608 - names of our own columns


@cache
def _document_statement(alias: str) -> str:
    types = ", ".join(f'"{field.column}" {field.db_type(connections[alias])}' for field in _columns())
    names = ", ".join(f'"{name}"' for name in _names())
    return (
        f"INSERT INTO {_target()} SELECT {names} FROM json_to_recordset(%s) AS given({types}) "  # noqa: S608 - our own
        f'{CONFLICT}, "application_id", "identity"'
    )


@cache
def _target() -> str:
    names = ", ".join(f'"{name}"' for name in _names())
    return f'"{Callback._meta.db_table}" ({names})'
