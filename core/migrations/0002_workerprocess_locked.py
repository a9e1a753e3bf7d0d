from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="workerprocess",
            name="locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
