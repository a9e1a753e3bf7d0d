"""Queries on JSON columns that name people, on both databases."""

import json
from typing import Any

from django.db.models import F, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains


def mentions(field: str, user_id: str) -> Q:
    """Rows whose JSON column has this user ID as a whole string. Reads every row: SQLite has no index for it."""
    return Q(IContains(Cast(F(field), TextField()), json.dumps(user_id)))


def without(names: list[Any], user_id: str) -> list[Any]:
    """A list of user IDs without this one."""
    return [name for name in names if str(name).lower() != user_id.lower()]


def replaced(names: list[Any], user_id: str, alias: str) -> list[Any]:
    """A list of user IDs with `alias` in the place of this one."""
    return [alias if str(name).lower() == user_id.lower() else name for name in names]
