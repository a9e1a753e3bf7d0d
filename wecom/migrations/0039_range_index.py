from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline, AddSearchIndex


class Migration(migrations.Migration):
    """What members of an unknown range, and receipts of an account, are found by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("wecom", "0038_forgotten_answers")]

    operations = [
        AddIndexOnline(
            model_name="applicationmember",
            index=models.Index(fields=["member"], condition=models.Q(("in_range__isnull", False)), name="reach_known"),
        ),
        AddSearchIndex(model_name="privacyrequest", field="requested_by", name="privacyrequest_requested_by_words"),
    ]
