from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """What errands of a rare kind are found by."""

    atomic = False  # the index is built while the installation works

    dependencies = [("conversations", "0057_ticket_report")]

    operations = [
        AddIndexOnline(model_name="errand", index=models.Index(fields=["kind", "id"], name="errand_kind")),
    ]
