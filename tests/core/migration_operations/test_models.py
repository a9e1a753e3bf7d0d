"""Many tables at once: the same models and tables as one by one, for every migration that follows."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.migration_operations.models import CreateModels, tables_at_once

APP = "core"
KEY = ("id", models.BigAutoField(primary_key=True))


def shelf_and_book() -> list[Operation]:
    shelf = models.ForeignKey("core.Shelf", models.CASCADE, related_name="books")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    return [
        migrations.CreateModel("Shelf", fields=[KEY, ("name", models.CharField(max_length=9))]),
        migrations.CreateModel("Book", fields=[KEY, ("shelf", shelf), ("reader", reader)]),
    ]


def after(operations: list[Operation]) -> ProjectState:
    """The models after these operations, of which classes were built before."""
    state = ProjectState.from_apps(apps)
    assert state.apps.get_model("auth", "user")
    for operation in operations:
        operation.state_forwards(APP, state)
    return state


def test_neighbours_become_one_and_keep_their_places():
    between = migrations.RunSQL("SELECT 1")
    found = tables_at_once([*shelf_and_book(), between, *shelf_and_book()[:1]])
    assert [type(operation) for operation in found] == [CreateModels, migrations.RunSQL, CreateModels]
    assert [operation.describe() for operation in found if isinstance(operation, CreateModels)] == [
        "Create 2 models",
        "Create 1 models",
    ]


def test_later_operations_find_the_models_as_if_made_singly():
    singly, at_once = after(shelf_and_book()), after(tables_at_once(shelf_and_book()))
    assert at_once == singly
    for state in (singly, at_once):
        shelf, user = state.apps.get_model(APP, "Shelf"), state.apps.get_model(settings.AUTH_USER_MODEL)
        assert {field.name for field in shelf._meta.related_objects} == {"books"}
        assert "readings" in {field.name for field in user._meta.related_objects}


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_their_tables_are_made_and_removed_again():
    (operation,) = tables_at_once(shelf_and_book())
    before, now = ProjectState.from_apps(apps), after([operation])
    ours = {"core_shelf", "core_book"}
    with connection.schema_editor() as editor:
        operation.database_forwards(APP, editor, before, now)
    assert ours <= set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        operation.database_backwards(APP, editor, now, before)
    assert not ours & set(connection.introspection.table_names())
