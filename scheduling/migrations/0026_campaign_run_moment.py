from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """What the calendar finds the runs of a month by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("scheduling", "0025_run_not_sent")]

    operations = [
        AddIndexOnline(
            model_name="campaignrun",
            index=models.Index(fields=["moment"], name="campaign_run_moment"),
        ),
    ]
