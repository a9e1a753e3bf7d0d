from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    """By what a restored database knows a video that it makes once more."""

    atomic = False  # the index is built while the installation works

    dependencies = [("wecom", "0037_old_callback_keys")]

    operations = [
        migrations.AddField(
            model_name="forgottencall",
            name="cid",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="forgottencall",
            name="msgtype",
            field=models.CharField(db_default="", default="", help_text="Of a file.", max_length=24),
        ),
        migrations.AlterField(
            model_name="forgottencall",
            name="members",
            field=models.BinaryField(
                default=bytes, help_text="Digests of those whom a broadcast or a file went to."
            ),
        ),
        AddIndexOnline(model_name="forgottencall", index=models.Index(fields=["cid"], name="forgotten_cid")),
    ]
