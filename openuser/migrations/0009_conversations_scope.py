from typing import Any

from django.db import migrations

READS = {"messages:read", "sessions:read", "tickets:read"}
SCOPE = "conversations:read"


def keep_what_programs_read(apps: Any, schema_editor: Any) -> None:
    """Programs that were allowed to read messages, sessions or tickets had the words with them."""
    for client in apps.get_model("openuser", "ApiClient").objects.using(schema_editor.connection.alias).all():
        if READS & set(client.scopes) and SCOPE not in client.scopes:
            client.scopes = [*client.scopes, SCOPE]
            client.save(update_fields=["scopes"])


class Migration(migrations.Migration):
    """What members said takes a scope of its own; the tokens that there are keep what they read."""

    dependencies = [("openuser", "0008_days_unknown")]

    operations = [migrations.RunPython(keep_what_programs_read, migrations.RunPython.noop)]
