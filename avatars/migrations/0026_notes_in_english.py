from typing import Any

from django.db import migrations, models

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


def translate(apps: Any, schema_editor: Any) -> None:
    """Give built-in voices English notes, unless a person has changed the Chinese ones."""
    for notes, notes_en in NOTES.items():
        apps.get_model("avatars", "Voice").objects.filter(engine="kokoro", notes=notes, notes_en="").update(
            notes_en=notes_en
        )


class Migration(migrations.Migration):
    dependencies = [("avatars", "0025_engine_failure")]

    operations = [
        migrations.AddField(
            model_name="voice",
            name="notes_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Shown in English.",
                max_length=200,
                verbose_name="notes in English",
            ),
        ),
        migrations.RunPython(translate, migrations.RunPython.noop),
    ]
