"""Rules for behaviour that the platform's documents leave open or contradict, per application.

The environment sets the default (`EMULATOR_…`, see the settings). The control API changes a rule for one application,
in memory, until a reset or restart. README.md quotes the documents on each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache

from wecom.emulator.conf import options
from wecom.emulator.models import App

Value = bool | int | float


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Times in seconds, sizes in bytes."""

    callback_deadline: float
    callback_retries: int
    retry_delay: float
    retry_refused: bool
    retry_same_bytes: bool
    answers_to_presses: bool
    same_token: bool
    duplicates_by_bytes: bool
    quota_per_minute: int
    quota_per_hour: int
    quota_per_account: int
    quota_aligned: bool
    text_cut: int
    text_most: int
    markdown_most: int
    textcard_characters: bool
    menu_name_bytes: int
    submenu_name_bytes: int
    card_menu_entries: int
    image_bytes: int
    voice_bytes: int
    video_bytes: int
    file_bytes: int


_rules: dict[int, Rules] = {}  # changed ones, by application


def rules_of(app: int) -> Rules:
    """The rules of an application, by its primary key."""
    return _rules.get(app) or default_rules()


@cache
def default_rules() -> Rules:
    """The rules that the environment sets."""
    return Rules(**options().rules)


def change_rules(app: App, values: Mapping[str, object]) -> Rules:
    """Change rules of an application; None restores the default. Raises `ValueError` for a wrong name or value."""
    kinds = {field.name: type(getattr(default_rules(), field.name)) for field in fields(Rules)}
    checked: dict[str, Value] = {}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"rules are {', '.join(kinds)}")
        kind = kinds[name]
        if value is None:
            checked[name] = getattr(default_rules(), name)
        elif isinstance(value, int | float) and isinstance(value, bool) == (kind is bool) and value >= 0:
            checked[name] = kind(value)
        else:
            raise ValueError(f"{name} must be {'true or false' if kind is bool else 'a number'}")
    _rules[app.pk] = replace(rules_of(app.pk), **checked)  # type: ignore[arg-type]
    return _rules[app.pk]


def reset_rules() -> None:
    """Restore the default rules of all applications."""
    _rules.clear()
