"""A small SQLite database in memory that stands in for the real one while something is tried out.

A transaction that is taken back would do the same, but for its seconds it would lock out every webhook on SQLite, and
the workers of the same campaigns on PostgreSQL. Here the real database is only read.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper

from core.logs import correlation_id, set_correlation_id

AT_ONCE = 500  # rows of one statement
SENDING = (
    *("scheduling.deliveries.batches", "scheduling.deliveries.run_progress", "scheduling.deliveries.run_start"),
    "scheduling.series.sweep",
)
"""Whose log lines would send an operator to look for messages that were never sent."""

_real: ContextVar[BaseDatabaseWrapper | None] = ContextVar("real", default=None)
"""The real database's connection, for who is in one aside."""


@contextmanager
def database_aside(rows: Iterable[tuple[type[models.Model], Iterable[models.Model]]]) -> Iterator[None]:
    """All queries of this thread go to a database with only these rows; it is gone afterwards.

    The rows are read from the real one first. Nothing is ever committed here, so that actions on commit, such as the
    wake of a worker or a hint to open pages, never happen.
    """
    copied = [(model, list(some)) for model, some in rows]
    real, aside = connections[DEFAULT_DB_ALIAS], _connection()
    cid = correlation_id()
    try:
        aside.connection.deserialize(_schema())
        with _in_place_of(real, aside), transaction.atomic(), _quiet(real):
            for model, some in copied:
                # As they are, through the base manager: no signals and no default values.
                model._base_manager.bulk_create(some, batch_size=AT_ONCE)
            yield
            transaction.set_rollback(True)
    finally:
        set_correlation_id(cid)
        aside.connection.close()


@contextmanager
def real_database() -> Iterator[None]:
    """Within the block of `database_aside` queries go to the real one, such as those of the rehearsal's progress."""
    real = _real.get()
    with nullcontext() if real is None else _in_place_of(connections[DEFAULT_DB_ALIAS], real):
        yield


@contextmanager
def _in_place_of(before: BaseDatabaseWrapper, other: BaseDatabaseWrapper) -> Iterator[None]:
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before


@contextmanager
def _quiet(real: BaseDatabaseWrapper) -> Iterator[None]:
    token = _real.set(real)
    try:
        yield
    finally:
        _real.reset(token)


def _is_real(_record: logging.LogRecord) -> bool:
    return _real.get() is None


for _name in SENDING:
    logging.getLogger(_name).addFilter(_is_real)


@cache
def _schema() -> bytes:
    """An empty database with the tables of all models, made once in a process."""
    aside = _connection()
    real = connections[DEFAULT_DB_ALIAS]
    try:
        with _in_place_of(real, aside), aside.schema_editor() as editor:
            for model in apps.get_models():
                if model._meta.managed and not model._meta.proxy:
                    editor.create_model(model)
        return bytes(aside.connection.serialize())
    finally:
        aside.connection.close()


def _connection() -> DatabaseWrapper:
    usual: Mapping[str, Any] = connections.settings[DEFAULT_DB_ALIAS]
    settings = {**usual, "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    aside = DatabaseWrapper({**settings, "CONN_HEALTH_CHECKS": False}, alias=DEFAULT_DB_ALIAS)
    aside.connect()
    return aside
