from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("avatars", "0032_presentation_music")]

    operations = [
        AddIndexOnline(model_name="render", index=models.Index(fields=["video"], name="render_video")),
    ]
