from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """The report of tickets reads an index alone."""

    atomic = False  # the index is built while the installation works

    dependencies = [("conversations", "0056_errand_indexes")]

    operations = [
        AddIndexOnline(
            model_name="ticket",
            index=models.Index(
                fields=["opened_at"],
                include=["topic", "operator", "group", "taken_at", "closed_at", "late_at", "outcome", "rating", "id"],
                name="ticket_report",
            ),
        ),
        migrations.RemoveIndex(model_name="ticket", name="ticket_opened"),
    ]
