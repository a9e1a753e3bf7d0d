from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0053_list_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="state",
            name="second_file",
            field=models.FileField(
                blank=True,
                db_default="",
                default="",
                help_text="Empty: the one beside it, in both languages.",
                upload_to="flows/",
                verbose_name="file in the other language",
            ),
        ),
    ]
