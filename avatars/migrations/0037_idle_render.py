import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("avatars", "0036_partner_indexes")]

    operations = [
        migrations.AddField(
            model_name="digitalhuman",
            name="idle_render",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="avatars.render",
                verbose_name="idle video",
            ),
        ),
    ]
