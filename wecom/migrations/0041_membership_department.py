import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Memberships need no index of departments alone: two others begin with it."""

    dependencies = [("wecom", "0040_rare_values")]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="department",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="wecom.department",
            ),
        ),
    ]
