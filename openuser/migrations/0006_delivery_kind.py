from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """What deliveries of a rare event are found by."""

    atomic = False  # the index is built while the installation works

    dependencies = [("openuser", "0005_incidents")]

    operations = [
        AddIndexOnline(model_name="webhookdelivery", index=models.Index(fields=["event", "id"], name="webhook_delivery_kind")),
    ]
