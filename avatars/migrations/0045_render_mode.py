from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """What videos of a rare engine are found by."""

    atomic = False  # the index is built while the installation works

    dependencies = [("avatars", "0044_narration_words")]

    operations = [
        AddIndexOnline(model_name="render", index=models.Index(fields=["mode", "id"], name="render_mode")),
    ]
