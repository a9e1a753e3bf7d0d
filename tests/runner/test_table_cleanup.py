"""The database after a test that commits."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests.runner.table_cleanup import Fresh
from tests.support import factories
from wecom.models import Application, Corporation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
BEFORE: dict[str, Any] = {}  # what the test before had


def test_rows_that_refer_to_each_other_are_removed(django_db_setup):
    factories.make_desk(factories.make_application())
    django_db_setup.restore()
    assert (Application.objects.count(), Corporation.objects.count()) == (0, 0)
    with transaction.atomic():
        connection.check_constraints()


def test_what_was_changed_or_removed_is_put_back(django_db_setup):
    before = {kind: list(kind.objects.order_by("pk").values_list()) for kind in (Group, Permission, ContentType)}
    rights = set(Group.permissions.through.objects.values_list("group", "permission"))
    assert rights
    ContentType.objects.get(app_label="wecom", model="application").delete()
    Group.objects.all().delete()
    django_db_setup.restore()
    assert {kind: list(kind.objects.order_by("pk").values_list()) for kind in before} == before
    assert set(Group.permissions.through.objects.values_list("group", "permission")) == rights


@pytest.mark.parametrize("_turn", [1, 2])
def test_a_test_finds_the_tables_as_the_migrations_left_them(_turn):
    assert not Corporation.objects.exists()
    factories.make_application()
    Group.objects.all().delete()


def test_a_test_has_a_connection():
    connection.ensure_connection()
    BEFORE["connection"] = connection.connection


def test_the_next_one_has_the_same_on_sqlite_only():
    connection.ensure_connection()
    assert (connection.connection is BEFORE["connection"]) is (connection.vendor == "sqlite")


def test_a_new_row_goes_on_counting(django_db_setup):
    first = factories.make_application().pk
    django_db_setup.restore()
    assert factories.make_application().pk > first
    assert isinstance(django_db_setup, Fresh)
