from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wecom", "0022_renamed_models")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="left_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="left at"),
        ),
    ]
