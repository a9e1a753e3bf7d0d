from importlib import import_module
from typing import Any

from django.db import migrations

from core.migration_operations.rebuilt_tables import RebuildTables

READS = {"messages:read", "sessions:read", "tickets:read"}
SCOPE = "conversations:read"


def keep_what_programs_read(apps: Any, schema_editor: Any) -> None:
    """Programs that were allowed to read messages, sessions or tickets had the words with them."""
    for client in apps.get_model("openuser", "ApiClient").objects.using(schema_editor.connection.alias).all():
        if READS & set(client.scopes) and SCOPE not in client.scopes:
            client.scopes = [*client.scopes, SCOPE]
            client.save(update_fields=["scopes"])


class Migration(migrations.Migration):
    """A database of 0.5 gets the tables of today."""

    dependencies = [("openuser", "0001_initial")]

    operations = [
        RebuildTables(
            import_module("openuser.migrations.0001_initial").Migration, steps=[keep_what_programs_read]
        ),
    ]
