"""Lookups that Django lacks."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup[Any]):
    """`filter(any_of("user_id", names))`: `in` for many texts, as one parameter.

    The driver and the parser take longer over a thousand parameters than the search itself.
    """

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[str]:
        return list(self.rhs)

    def as_sql(  # type: ignore[override]  # a parameter is an array
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """One array on PostgreSQL, one JSON text on SQLite."""
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::text[])", [*params, self.rhs]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]  # noqa: S608 - a column


class Among(Lookup[Any]):
    """`filter(among("pk", keys))`: `in` for a query of a few keys of a large table, which are looked up one by one.

    PostgreSQL joins a query otherwise, and may read all of the table for a thousand of its rows, as soon as its
    statistics say that the two take about as long.
    """

    lookup_name = "among"

    def as_sql(  # type: ignore[override]  # parameters are a list
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """The keys are read first, as an array; SQLite does so by itself."""
        column, params = self.process_lhs(compiler, connection)
        keys, more = self.process_rhs(compiler, connection)
        condition = f"= ANY(ARRAY{keys})" if connection.vendor == "postgresql" else f"IN {keys}"
        return f"{column} {condition}", [*params, *more]


def among(field: str, keys: QuerySet[Any, Any]) -> Among:
    """The condition that a column has one of the values of a query with one column."""
    return Among(F(field), Subquery(keys))


def any_of(field: str, values: Iterable[str]) -> AnyOf:
    """The condition that a column of text has one of these values."""
    return AnyOf(F(field), list(values))
