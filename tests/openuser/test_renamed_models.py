"""Renamed models keep their tables and permissions, so that processes of the version before go on."""

import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection

from core.migration_operations.models import RenamePermissions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.mark.parametrize(("app", "migration"), [("wecom", "0022_renamed_models"), ("avatars", "0025_engine_failure")])
def test_a_renaming_changes_no_table(app, migration):
    sql = io.StringIO()
    call_command("sqlmigrate", app, migration, stdout=sql)
    lines = {line for line in sql.getvalue().splitlines() if line and not line.startswith("--")}
    assert lines <= {"BEGIN;", "COMMIT;"}


def test_groups_keep_their_rights_to_a_renamed_model():
    group = Group.objects.create(name="auditors")
    group.permissions.add(Permission.objects.get(codename="view_applicationmember"))
    renaming = RenamePermissions("wecom", "applicationmember", "visibility")

    def codenames() -> list[str]:
        return list(group.permissions.values_list("codename", flat=True))

    renaming.code(apps, connection.SchemaEditorClass(connection))
    assert codenames() == ["view_visibility"]
    assert not Permission.objects.filter(codename__endswith="_applicationmember").exists()
    renaming.reverse_code(apps, connection.SchemaEditorClass(connection))
    assert codenames() == ["view_applicationmember"]
