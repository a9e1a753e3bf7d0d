"""Searches whole databases for words."""

from typing import Any

from django.apps import apps

from scheduling.models import Run, Schedule


def tables_with(*words: str) -> list[str]:
    """Every field of every table that holds one of these words, read as the application reads it."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if model in (Schedule, Run):  # the sweep empties them within a minute of an update
            continue
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.values_list(*names):
            pairs = zip(names, row, strict=True)
            found |= {f"{model._meta.label}.{name}" for name, value in pairs if _says(value, words)}
    return sorted(found)


def _says(value: Any, words: tuple[str, ...]) -> bool:
    text = bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
    return any(word.lower() in text.lower() for word in words)
