"""Rows that the database writes from its own tables (INSERT … SELECT): a million need no memory here."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models


def insert_select(model: type[models.Model], rows: "models.QuerySet[Any, Any]", values: Mapping[str, Any]) -> int:
    """Write a row for each of `rows`; returns how many. Rows that a unique constraint refuses are left out.

    `values` has the value of a column for all rows, or an expression over `rows`; other columns get their defaults.
    """
    quoted = connection.ops.quote_name
    selected = {name: value for name, value in values.items() if hasattr(value, "resolve_expression")}
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    # Names of their own, for an expression must not hide a column that it reads.
    query = rows.annotate(**{f"the_{name}": value for name, value in selected.items()})
    query = query.values(*(f"the_{name}" for name in selected))
    try:
        inner, parameters = query.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # rows of which none can be, which Django does not ask the database about
        return 0
    written, constants = [], []
    for field in fields:
        if field.name in selected:
            written.append(f"found.{quoted(f'the_{field.name}')}")
        else:
            value = values.get(field.name, field.get_default())
            value = value.pk if isinstance(value, models.Model) else value
            constants.append(field.get_db_prep_save(value, connection))
            written.append("%s")
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(model._meta.db_table)} ({columns})"  # noqa: S608 - names of ours
            # Without a condition SQLite would take ON for that of a join.
            f" SELECT {', '.join(written)} FROM ({inner}) AS found WHERE 1 = 1 ON CONFLICT DO NOTHING",
            [*constants, *parameters],
        )
        return int(cursor.rowcount)
