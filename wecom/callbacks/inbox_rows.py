"""Callbacks as rows to insert: any number in one commit, and repeats left out.

Compiling an insert, a transaction around each row, and an instance of the model cost more than the row does.
"""

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Field

from core.work import clock
from wecom.models import Callback

# What a new callback leaves at the defaults, unless it is settled at once, as what is too old.
UNTOUCHED = (
    *("status", "reason", "attempts", "lease_owner", "lease_until"),
    *("gave_way", "woken_at", "started_at", "finished_at"),
)
# Without these a row is none, or nobody knows whose; every version wrote them.
NEEDED = {"application_id", "identity", "from_user_id", "body", "created_at"}
_untouched = itemgetter(*UNTOUCHED)
Values = dict[str, Any]  # by column, as they are stored


def values_of(*, body: str, **columns: Any) -> Values:
    """A new row: the columns that are given, the body encrypted, and the defaults of all others."""
    return {**_defaults(), **columns, "body": _columns()["body"].get_prep_value(body)}


def values_in(document: object) -> Values:
    """A row from its JSON; a missing column, of an older version, has its default.

    Raises `ValueError` if it is no row.
    """
    if not isinstance(document, dict) or not document.keys() >= NEEDED:
        raise ValueError("This is no callback.")
    try:
        found = {name: field.to_python(document[name]) for name, field in _columns().items() if name in document}
    except (TypeError, ValidationError) as error:
        raise ValueError("This is no callback.") from error
    if any(value is None and not _columns()[name].null for name, value in found.items()):
        raise ValueError("This is no callback.")
    return {**_defaults(), **found}


def is_queued(values: Values) -> bool:
    """Whether there is anything to do for a callback."""
    return bool(values["status"] == Callback.Status.QUEUED)


def insert(connection: BaseDatabaseWrapper, rows: Sequence[Values]) -> list[int | None]:
    """Insert callbacks in their order, in one commit; the ID of each, None for a repeat.

    Raises `django.db.DatabaseError`; nothing is stored then.
    """
    if clock.ahead():
        rows = [row | {name: clock.by_database(row[name]) for name in _shared_times()} for row in rows]
    if connection.vendor == "postgresql":
        # One parameter for all rows: a thousand would take the driver longer than the database takes to insert them.
        statement, given = _statement_of_json(connection.alias), [json.dumps(rows, default=str)]
    else:  # SQLite would look into the JSON for each column, and its driver is quick
        are_usual = all(_untouched(row) == _untouched(_defaults()) for row in rows)
        names = _touched() if are_usual else tuple(_columns())
        statement, given = _statement_of_values(len(rows), names), _values_on_sqlite(connection, rows, names)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
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
def _shared_times() -> tuple[str, ...]:
    """The columns that hold moments by the database's clock, which a field would turn them to."""
    return tuple(name for name, field in _columns().items() if isinstance(field, clock.SharedTimeField))


@cache
def _touched() -> tuple[str, ...]:
    """The columns that differ from callback to callback; of the others SQLite need not be told for each row."""
    return tuple(name for name in _columns() if name not in UNTOUCHED)


def _values_on_sqlite(connection: BaseDatabaseWrapper, rows: Sequence[Values], names: tuple[str, ...]) -> list[Any]:
    moment = cache(connection.ops.adapt_datetimefield_value)  # a row has the moment of its arrival twice
    columns = _moments(names)
    return [moment(row[name]) if is_moment else row[name] for row in rows for name, is_moment in columns]


@cache
def _moments(names: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Each column, and whether it is a moment."""
    return [(name, isinstance(_columns()[name], DateTimeField)) for name in names]


@cache
def _statement_of_json(alias: str) -> str:
    """One statement, which commits by itself."""
    types = ", ".join(f'"{name}" {field.db_type(connections[alias])}' for name, field in _columns().items())
    return _insertion(f"SELECT {_names()} FROM json_to_recordset(%s) AS given({types})")  # noqa: S608 - our own columns


@lru_cache(maxsize=300)
def _statement_of_values(count: int, names: tuple[str, ...]) -> str:
    """With a parameter for each of these columns, and the defaults of the others as they are."""
    quote = connections[DEFAULT_DB_ALIAS].schema_editor().quote_value
    values = ["%s" if name in names else str(quote(_defaults()[name])) for name in _columns()]
    row = f"({', '.join(values)})"
    return _insertion(f"VALUES {', '.join([row] * count)}")


def _insertion(given: str) -> str:
    return (
        f'INSERT INTO "{Callback._meta.db_table}" ({_names()}) {given} '
        'ON CONFLICT ("application_id", "identity") DO NOTHING RETURNING "id", "application_id", "identity"'
    )


def _names() -> str:
    return ", ".join(f'"{name}"' for name in _columns())
