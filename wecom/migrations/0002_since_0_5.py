from importlib import import_module

from django.db import migrations

from core.migration_operations.rebuilt_tables import RebuildTables

RENAMED = (
    ("Reach", "ApplicationMember"),
    ("Spending", "SendReservation"),
    ("DayCount", "DailyQuota"),
    ("CallCount", "CallQuota"),
)


class Migration(migrations.Migration):
    """A database of 0.5 gets the tables of today."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wecom", "0001_initial"),
    ]

    operations = [
        RebuildTables(import_module("wecom.migrations.0001_initial").Migration, renamed_models=RENAMED),
    ]
