import hashlib
from importlib import import_module
from typing import Any

from django.core.files.storage import default_storage
from django.db import migrations

from core.migration_operations.rebuilt_tables import RebuildTables, before

BEFORE = "Recorded before statements existed."
# The notes of the built-in voices, with their English; frozen, as a migration must be.
NOTES = {
    "温和清晰，中英文都自然": "Gentle and clear; natural in Chinese and English",
    "沉稳，中英文都自然": "Calm; natural in Chinese and English",
    "语速稍慢，最清晰，适合通知和培训": "A little slower, the clearest; for announcements and training",
    "年轻明亮，适合祝福和活动": "Young and bright; for congratulations and events",
    "低沉稳重，适合制度和公告": "Deep and steady; for policies and notices",
    "年轻随和，适合日常问答": "Young and easygoing; for everyday questions",
    "美式英语，亲切；不适合中文": "American English, warm; not for Chinese",
    "美式英语，稳重；不适合中文": "American English, steady; not for Chinese",
}


def sha256(name: str) -> str:
    try:
        with default_storage.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def declared(schema_editor: Any, table: str, origin: str) -> list[int]:
    """Which rows said so in the column of before."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {before(table)} WHERE origin = %s ORDER BY id", [origin])
        return [pk for (pk,) in cursor.fetchall()]


def state(apps: Any, schema_editor: Any) -> None:
    """What was declared drawn or synthetic before statements existed gets one that says so."""
    statements = apps.get_model("avatars", "Statement").objects
    renders = apps.get_model("avatars", "Render").objects
    drawn = declared(schema_editor, "avatars_digitalhuman", "drawn")
    for human in apps.get_model("avatars", "DigitalHuman").objects.filter(pk__in=drawn).exclude(portrait=""):
        name = str(human.portrait.name)
        statement = statements.create(digital_human=human, portrait=name, sha256=sha256(name), reason=BEFORE)
        renders.filter(digital_human=human, consent=None).update(statement=statement)
    synthetic = declared(schema_editor, "avatars_voice", "synthetic")
    for voice in apps.get_model("avatars", "Voice").objects.filter(pk__in=synthetic):
        statements.create(voice=voice, voice_key=f"{voice.engine}:{voice.key}", reason=BEFORE)


def translate(apps: Any, schema_editor: Any) -> None:
    """Give built-in voices English notes, unless a person has changed the Chinese ones."""
    voices = apps.get_model("avatars", "Voice").objects.filter(engine="kokoro", notes_en="")
    for notes, notes_en in NOTES.items():
        voices.filter(notes=notes).update(notes_en=notes_en)


def leave_to_voices(apps: Any, schema_editor: Any) -> None:
    """A speed of 1 was that of the voice."""
    apps.get_model("avatars", "DigitalHuman").objects.filter(speed=1.0).update(speed=None)


class Migration(migrations.Migration):
    """A database of 0.5 gets the tables of today."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("avatars", "0001_initial"),
    ]

    operations = [
        RebuildTables(
            import_module("avatars.migrations.0001_initial").Migration,
            renamed_models=[("EngineTrouble", "EngineFailure")],
            steps=[state, translate, leave_to_voices],
        ),
    ]
