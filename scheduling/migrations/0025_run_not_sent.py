from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """The home page looks for the few moments that were not sent."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("scheduling", "0024_delivery_room")]

    operations = [
        AddIndexOnline(
            model_name="run",
            index=models.Index(
                fields=["due_at"],
                condition=models.Q(("outcome__in", ["missed", "failed", "skipped"])),
                name="run_not_sent",
            ),
        ),
    ]
