"""Updates that Django's `update` cannot do: rows come back as they are afterwards, or each gets values of its own."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)


def update_returning(rows: "models.QuerySet[M]", **values: Any) -> list[M]:
    """Update the rows of a query; they come back as they are afterwards, in no order.

    The query has conditions only. As with `update`, nothing else can come between: what comes back is what was written.
    """
    try:
        sql, params = returning(rows, **values)
    except EmptyResultSet:  # conditions that no row can meet, which Django does not ask the database about
        return []
    return list(rows.model._base_manager.using(rows.db).raw(sql, params))


def returning(rows: "models.QuerySet[M]", **values: Any) -> tuple[str, tuple[Any, ...]]:
    """The SQL of `update_returning`, and its parameters. Raises `EmptyResultSet`."""
    sql, params = _update(rows, values)
    quote = connections[rows.db].ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in rows.model._meta.concrete_fields)
    return f"{sql} RETURNING {names}", params


def update_each(rows: "models.QuerySet[M]", each: Mapping[int, Mapping[str, Any]], **values: Any) -> set[int]:
    """Update the rows of a query, which has conditions only, with `values` for all and others for `each` by its ID.

    Returns the IDs of those that were updated. What differs are texts, whole numbers or bytes, of the same fields for
    all. `bulk_update` would write a `CASE` with a branch for every row, which takes ten times as long to make.
    """
    if not each:
        return set()
    connection, quote = connections[rows.db], connections[rows.db].ops.quote_name
    table, key = quote(rows.model._meta.db_table), quote(str(rows.model._meta.pk.column))
    names = next(iter(each.values())).keys()
    fields: list[Any] = [field for field in rows.model._meta.concrete_fields if field.name in names]
    columns = [quote(str(field.column)) for field in fields]
    sql, params = _update(
        rows,
        {field.name: RawSQL(f"fresh.{column}", ()) for field, column in zip(fields, columns, strict=True)}  # noqa: S611
        | values,
    )
    changed, conditions = sql.split(" WHERE ", 1)
    line = f"({', '.join(['%s'] * (1 + len(fields)))})"
    lines = ", ".join([line] * len(each))
    given: list[Any] = []
    for pk, own in each.items():
        given += [pk, *(field.get_db_prep_save(own[field.name], connection) for field in fields)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH fresh ({', '.join([key, *columns])}) AS (VALUES {lines}) {changed} FROM fresh"
            f" WHERE {table}.{key} = fresh.{key} AND {conditions} RETURNING {table}.{key}",
            [*given, *params],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _update(rows: "models.QuerySet[M]", values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    query: Any = rows.query.chain(UpdateQuery)
    query.clear_ordering(force=True)
    query.add_update_values(dict(values))
    sql, params = query.get_compiler(connection=connections[rows.db]).as_sql()
    return sql, tuple(params)
