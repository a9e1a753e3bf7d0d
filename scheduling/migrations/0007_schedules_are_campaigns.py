from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GIVES = {
    "view_schedule": ("view_campaign",),
    "view_run": ("view_campaign",),
    "add_schedule": ("add_campaign",),
    "change_schedule": ("change_campaign",),
    "delete_schedule": ("delete_campaign",),
    "run_schedule": ("send_campaign",),
    "publish_schedule": ("send_campaign",),
}


def give_rights(apps: Any, schema_editor: Any) -> None:
    """Who had a right on schedules has that on campaigns: accounts and groups with single rights.

    The groups of roles have it from `openuser.roles`. Before, `publish_schedule` gave the right to start alone.
    """
    permissions, kinds = apps.get_model("auth", "Permission"), apps.get_model("contenttypes", "ContentType")
    accounts, groups = apps.get_model(settings.AUTH_USER_MODEL), apps.get_model("auth", "Group")
    had = permissions.objects.filter(content_type__app_label="scheduling", codename__in=GIVES)
    for before in had.filter(content_type__model__in=("schedule", "run")):
        kind, _made = kinds.objects.get_or_create(app_label="scheduling", model="campaign")
        for codename in GIVES[before.codename]:
            right, _made = permissions.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
            )
            for group in groups.objects.filter(permissions=before):
                group.permissions.add(right)
            for account in accounts.objects.filter(user_permissions=before):
                account.user_permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('scheduling', '0006_right_to_start_alone'),
    ]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='awaitedvideo',
            name='schedule',
            field=models.ForeignKey(blank=True, help_text='Until it is a campaign.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='videos', to='scheduling.schedule'),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='days',
            field=models.CharField(choices=[('every', 'on every day'), ('working', 'only on working days, including make-up days (调休)')], default='every', max_length=8, verbose_name='on which days'),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='ends_replaced',
            field=models.BooleanField(db_default=True, default=True, editable=False, help_text='Of 0.5; unused.'),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='replaces',
            field=models.ForeignKey(blank=True, editable=False, help_text='The schedule of 0.5 in whose place it goes on; programs know it by that ID.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='successors', to='scheduling.schedule'),
        ),
    ]
