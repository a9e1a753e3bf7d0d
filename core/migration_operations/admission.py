"""Databases that this version cannot update. They are found before anything in them is changed."""

from collections.abc import Collection
from enum import Enum, auto

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from core.migration_operations.rebuilt_tables import RebuildTables
from core.migration_operations.released import FIRST, NAMES, SINCE, Key, Origin, origin


class Refusal(Enum):
    """Why a database cannot be updated."""

    OLDER = auto()  # of a version before 0.5
    BETWEEN = auto()  # of a development version, or half updated to one
    UNKNOWN = auto()  # names are missing by which its version would be known
    PRUNES = auto()  # the names would be removed before they were used


def refusal(connection: BaseDatabaseWrapper, *, prunes: bool = False) -> Refusal | None:
    """Why this database cannot be updated; None if it can be, or is new."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    labels = [config.label for config in apps.get_app_configs() if config.label in NAMES]
    origins = {label: origin(label, applied) for label in labels}
    if prunes:
        return Refusal.PRUNES if {Origin.RELEASED, Origin.COMPLETE} & set(origins.values()) else None
    if Origin.OLDER in origins.values():
        return Refusal.OLDER
    updated = {Origin.RELEASED, Origin.COMPLETE} & set(origins.values())
    if Origin.BETWEEN in origins.values() or len(updated) > 1:
        return Refusal.BETWEEN
    return _first_tables(connection, applied, [label for label in labels if origins[label] is Origin.FIRST])


def obstacles(connection: BaseDatabaseWrapper) -> list[str]:
    """What others made on the tables of 0.5 and the update would lose, each with a remedy."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    labels = [config.label for config in apps.get_app_configs() if config.label in NAMES]
    released = [label for label in labels if origin(label, applied) is Origin.RELEASED]
    if connection.vendor != "postgresql" or not released:
        return []
    loader = MigrationLoader(None)
    state = loader.project_state([(label, SINCE) for label in released])
    with transaction.atomic(using=connection.alias):
        return [
            obstacle
            for label in released
            for operation in loader.disk_migrations[label, SINCE].operations
            if isinstance(operation, RebuildTables)
            for obstacle in operation.obstacles(label, connection, state)
        ]


def _first_tables(connection: BaseDatabaseWrapper, applied: Collection[Key], labels: list[str]) -> Refusal | None:
    """Whether apps with nothing but a first migration lack tables of ours: then it was another one of that name."""
    if not labels:
        return None
    state = MigrationLoader(None).project_state([(label, FIRST) for label in labels])
    wanted = {state.apps.get_model(*key)._meta.db_table for key in state.models if key[0] in labels}
    if wanted <= set(connection.introspection.table_names()):
        return None
    return Refusal.UNKNOWN if any(name != FIRST for label, name in applied if label in labels) else Refusal.OLDER
