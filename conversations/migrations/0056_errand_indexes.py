from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """What a list of a million errands is filtered by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("conversations", "0055_more_list_indexes")]

    operations = [
        AddIndexOnline(model_name="errand", index=models.Index(fields=["provider", "-id"], name="errand_provider")),
        AddIndexOnline(
            model_name="errand",
            index=models.Index(
                fields=["-id"], condition=models.Q(("reason", ""), _negated=True), name="errand_with_reason"
            ),
        ),
    ]
