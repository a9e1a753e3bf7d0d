from django.db import migrations, models
import django.utils.timezone


class Migration(migrations.Migration):
    """Memberships that exist already keep no moment: their members may have joined long before."""

    dependencies = [
        ("wecom", "0031_broadcast_reservations"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="joined_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="joined at"),
        ),
        migrations.AlterField(
            model_name="membership",
            name="joined_at",
            field=models.DateTimeField(
                blank=True, default=django.utils.timezone.now, editable=False, null=True, verbose_name="joined at"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["department", "joined_at"], name="membership_joined"),
        ),
    ]
