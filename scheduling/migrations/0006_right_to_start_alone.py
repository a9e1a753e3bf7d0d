from typing import Any

from django.conf import settings
from django.db import migrations


def give_to_publishers(apps: Any, schema_editor: Any) -> None:
    """Who may publish a schedule starts a campaign without approval: accounts and groups with single rights.

    The groups of roles have it from `openuser.roles`.
    """
    permissions, kinds = apps.get_model("auth", "Permission"), apps.get_model("contenttypes", "ContentType")
    published = permissions.objects.filter(content_type__app_label="scheduling", codename="publish_schedule").first()
    if published is None:
        return  # a new database
    kind, _made = kinds.objects.get_or_create(app_label="scheduling", model="campaign")
    right, _made = permissions.objects.get_or_create(
        content_type=kind,
        codename="start_alone_campaign",
        defaults={"name": "Can start a campaign without approval"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(permissions=published):
        group.permissions.add(right)
    for account in apps.get_model(settings.AUTH_USER_MODEL).objects.filter(user_permissions=published):
        account.user_permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("scheduling", "0005_campaign_of_call"),
    ]

    operations = [migrations.RunPython(give_to_publishers, migrations.RunPython.noop)]
