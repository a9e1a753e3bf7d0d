"""Statements replace the column `origin`, which stays in the database for code of the last version."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("avatars", "0022_statements_before")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="digitalhuman", name="origin"),
                migrations.RemoveField(model_name="voice", name="origin"),
            ]
        )
    ]
