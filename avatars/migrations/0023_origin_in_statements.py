"""Statements replace the column `origin`, which stays in the database for code of the last version."""

from typing import Any

from django.db import migrations


def restore_columns(apps: Any, schema_editor: Any) -> None:
    """SQLite rebuilds a table for many later changes, and then drops columns that no model has."""
    for name in ("DigitalHuman", "Voice"):
        model = apps.get_model("avatars", name)
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
        if "origin" not in {column.name for column in found}:
            schema_editor.add_field(model, model._meta.get_field("origin"))


class Migration(migrations.Migration):
    dependencies = [("avatars", "0022_statements_before")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, restore_columns),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="digitalhuman", name="origin"),
                migrations.RemoveField(model_name="voice", name="origin"),
            ]
        ),
    ]
