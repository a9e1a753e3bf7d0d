from django.db import migrations

from core.migration_operations.indexes import AddSearchIndex


class Migration(migrations.Migration):
    """What the list of narrations is searched by."""

    atomic = False  # the index is built while the installation works

    dependencies = [("avatars", "0043_own_manner")]

    operations = [AddSearchIndex(model_name="narration", field="text", name="narration_text_words")]
