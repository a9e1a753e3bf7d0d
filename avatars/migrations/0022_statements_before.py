"""What was declared drawn or synthetic before statements existed gets one that says so."""

import hashlib
from typing import Any

from django.core.files.storage import default_storage
from django.db import migrations

BEFORE = "Recorded before statements existed."


def sha256(name: str) -> str:
    try:
        with default_storage.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def state(apps: Any, schema_editor: Any) -> None:
    statements = apps.get_model("avatars", "Statement").objects
    renders = apps.get_model("avatars", "Render").objects
    for human in apps.get_model("avatars", "DigitalHuman").objects.filter(origin="drawn").exclude(portrait=""):
        name = str(human.portrait.name)
        statement = statements.create(digital_human=human, portrait=name, sha256=sha256(name), reason=BEFORE)
        renders.filter(digital_human=human, consent=None).update(statement=statement)
    for voice in apps.get_model("avatars", "Voice").objects.filter(origin="synthetic"):
        statements.create(voice=voice, voice_key=f"{voice.engine}:{voice.key}", reason=BEFORE)


def unstate(apps: Any, schema_editor: Any) -> None:
    kept = apps.get_model("avatars", "Statement").objects.filter(withdrawn_at=None)
    for statement in kept.filter(digital_human__isnull=False).select_related("digital_human"):
        if statement.portrait == str(statement.digital_human.portrait.name):
            statement.digital_human.origin = "drawn"
            statement.digital_human.save(update_fields=["origin"])
    for statement in kept.filter(voice__isnull=False).select_related("voice"):
        if statement.voice_key == f"{statement.voice.engine}:{statement.voice.key}":
            statement.voice.origin = "synthetic"
            statement.voice.save(update_fields=["origin"])
    apps.get_model("avatars", "Statement").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("avatars", "0021_statements")]

    operations = [migrations.RunPython(state, unstate)]
