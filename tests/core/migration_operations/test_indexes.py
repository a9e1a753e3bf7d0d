"""Indexes that are built while an installation works: again after an interruption, and back again."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.migration_operations.indexes import AddIndexOnline, AddListIndex, AddSearchIndex
from wecom.models import Member, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
INDEX = next(index for index in Member._meta.indexes if index.name == "member_user_id")
OPERATIONS: list[tuple[Operation, type[Any], str]] = [
    (AddIndexOnline("member", INDEX), Member, INDEX.name),
    (AddSearchIndex("member", "name", "member_name_words"), Member, "member_name_words"),
    (
        AddListIndex("outbound", "recipients", "outbound_recipients_ended", "status IN ('done', 'failed')"),
        Outbound,
        "outbound_recipients_ended",
    ),
]
NAMES = [name for _, _, name in OPERATIONS]


def indexes(model: type[Any]) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, model._meta.db_table))


@pytest.mark.parametrize(("operation", "model", "name"), OPERATIONS, ids=NAMES)
def test_an_index_is_removed_and_built_again(operation, model, name):
    state = ProjectState.from_apps(apps)
    before = indexes(model)
    for run in (operation.database_backwards, operation.database_forwards):
        with connection.schema_editor(atomic=False) as editor:
            run("wecom", editor, state, state)
        assert (name in indexes(model)) == (name in before and run == operation.database_forwards)
    assert indexes(model) == before


@pytest.mark.parametrize(("operation", "model", "name"), OPERATIONS, ids=NAMES)
def test_what_an_interruption_left_of_an_index_is_built_anew(operation, model, name):
    if connection.vendor == "sqlite":  # it builds an index in a transaction
        return
    state = ProjectState.from_apps(apps)
    for _ in range(2):
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("wecom", editor, state, state)
    assert name in indexes(model)
