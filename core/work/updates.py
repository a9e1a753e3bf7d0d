"""`UPDATE … RETURNING`: rows are changed and read in one statement, which Django's `update` cannot do."""

from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)


def update_returning(rows: "models.QuerySet[M]", **values: Any) -> list[M]:
    """Update the rows of a query; they come back as they are afterwards, in no order.

    The query has conditions only. As with `update`, nothing else can come between: what comes back is what was written.
    """
    model, connection = rows.model, connections[rows.db]
    query: Any = rows.query.chain(UpdateQuery)
    query.clear_ordering(force=True)
    query.add_update_values(values)
    try:
        sql, params = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # conditions that no row can meet, which Django does not ask the database about
        return []
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)
    return list(model._base_manager.using(rows.db).raw(f"{sql} RETURNING {names}", params))
