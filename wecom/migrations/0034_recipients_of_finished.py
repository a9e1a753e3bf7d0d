from django.db import migrations

from core.migration_operations.indexes import AddListIndex, RemoveListIndex


class Migration(migrations.Migration):
    """Each change of a message's status put its recipients, up to a thousand, into the index once more."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("wecom", "0033_sent_journal")]

    operations = [
        AddListIndex(
            model_name="outbound",
            field="recipients",
            name="outbound_recipients_ended",
            condition="status IN ('done', 'failed', 'cancelled')",
        ),
        RemoveListIndex(model_name="outbound", field="recipients", name="outbound_recipients"),
    ]
