"""Renamed models keep their permissions."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from core.migration_operations.models import RenamePermissions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


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
