"""Updates that Django's `update` cannot do: rows come back as they are afterwards, or each gets values of its own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)


def update_returning(rows: "models.QuerySet[M]", **values: Any) -> list[M]:
    """Update the rows of a query; they come back as they are afterwards, in no order.

    The query has conditions only. As with `update`, no other write can come between: the rows are as they were written.
    """
    try:
        sql, params = returning(rows, **values)
    except EmptyResultSet:  # conditions that no row can meet, which Django does not ask the database about
        return []
    return list(rows.model._base_manager.using(rows.db).raw(sql, params))


def returning(
    rows: "models.QuerySet[M]", along: Mapping[str, Any] | None = None, **values: Any
) -> tuple[str, tuple[Any, ...]]:
    """The SQL of `update_returning`, and its parameters. Raises `EmptyResultSet`.

    The subqueries in `along` become attributes of the rows.
    """
    sql, params = _update(rows, values)
    quote = connections[rows.db].ops.quote_name
    names = [quote(str(field.column)) for field in rows.model._meta.concrete_fields]
    compiler = rows.model._base_manager.using(rows.db).annotate(**(along or {})).query.get_compiler(using=rows.db)
    compiler.pre_sql_setup()
    for name in along or ():
        column, given = compiler.compile(compiler.query.annotations[name])
        names.append(f"{column} AS {quote(name)}")
        params = (*params, *given)
    return f"{sql} RETURNING {', '.join(names)}", params


def update_row(
    row: models.Model, fields: Mapping[str, Any], *, given: Mapping[str, Any], reads: str, asked: Sequence[Any] = ()
) -> tuple[Any, ...] | None:
    """Update a row that still has the values of `given`; returns the expression `reads`, or None if it has others.

    The SQL is written here, because each piece of work does this several times: Django takes longer to compile it than
    a database to carry it out.
    """
    connection = connections[router.db_for_write(type(row))]
    sql = _sql(type(row), tuple(fields), tuple(given), reads)
    values = [*fields.items(), ("pk", row.pk), *given.items()]
    params = [_column(type(row), name).get_db_prep_save(_plain(value), connection) for name, value in values]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *asked])
        record: tuple[Any, ...] | None = cursor.fetchone()
        return record


def add_to_row(kind: type[models.Model], key: Mapping[str, Any], **number: int) -> None:
    """Add a number to the row with this unique key, which is made if missing; safe beside other processes."""
    connection = connections[router.db_for_write(kind)]
    params = [_column(kind, name).get_db_prep_save(_plain(value), connection) for name, value in key.items()]
    with connection.cursor() as cursor:
        cursor.execute(_adding(kind, tuple(key), *number), [*params, *number.values()])


@lru_cache(maxsize=50)
def _adding(kind: type[models.Model], key: tuple[str, ...], number: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    table, count, *unique = map(quote, (kind._meta.db_table, number, *(_column(kind, name).column for name in key)))
    places = ", ".join(["%s"] * (1 + len(unique)))
    return (
        f"INSERT INTO {table} ({', '.join(unique)}, {count}) VALUES ({places})"  # noqa: S608 - names of columns
        f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {count} = {table}.{count} + EXCLUDED.{count}"
    )


@lru_cache(maxsize=500)
def _sql(kind: type[models.Model], fields: tuple[str, ...], given: tuple[str, ...], reads: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    changes = ", ".join(f"{quote(_column(kind, name).column)} = %s" for name in fields)
    conditions = " AND ".join(f"{quote(_column(kind, name).column)} = %s" for name in ("pk", *given))
    table = quote(kind._meta.db_table)
    return f"UPDATE {table} SET {changes} WHERE {conditions} RETURNING {reads}"  # noqa: S608 - names of columns


def _column(kind: type[models.Model], name: str) -> Any:
    return kind._meta.pk if name == "pk" else kind._meta.get_field(name)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def update_each(rows: "models.QuerySet[M]", each: Mapping[int, Mapping[str, Any]], **values: Any) -> set[int]:
    """Update the rows of a query, which has conditions only, with `values` for all and others for `each` by its ID.

    Returns the updated IDs. The values of `each` are texts, whole numbers or bytes, of the same fields for all.
    `bulk_update` would write a `CASE` with a branch for every row, which takes ten times as long to make.
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
