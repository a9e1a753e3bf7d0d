from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline, AddSearchIndex


class Migration(migrations.Migration):
    """What lists of a million rows are found by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("wecom", "0035_sharded_counts")]

    operations = [
        AddIndexOnline(
            model_name="applicationmember",
            index=models.Index(fields=["member"], condition=models.Q(("in_range", False)), name="reach_outside"),
        ),
        AddIndexOnline(
            model_name="directorysync",
            index=models.Index(fields=["application", "kind", "id"], name="directorysync_newest"),
        ),
        AddSearchIndex(model_name="upload", field="filename", name="upload_filename_words"),
        AddSearchIndex(model_name="cardupdate", field="user_id", name="cardupdate_user_id_words"),
    ]
