from importlib import import_module
from typing import Any

from django.db import migrations

from core.migration_operations.rebuilt_tables import RebuildTables


def keep_existing_companies(apps: Any, schema_editor: Any) -> None:
    """Give companies that are there a policy without quiet hours, so that nothing changes for them until they decide."""
    corporations, policies = apps.get_model("wecom", "Corporation"), apps.get_model("scheduling", "SendingPolicy")
    policies.objects.bulk_create(
        policies(corporation=one, quiet_from=None, quiet_until=None, quiet_decided_at=None)
        for one in corporations.objects.exclude(pk__in=policies.objects.values("corporation"))
    )


class Migration(migrations.Migration):
    """A database of 0.5 gets the tables of today."""

    dependencies = [("conversations", "0002_since_0_5"), ("scheduling", "0001_initial")]

    operations = [
        RebuildTables(
            import_module("scheduling.migrations.0001_initial").Migration, steps=[keep_existing_companies]
        ),
    ]
