"""What the platform's documents leave open, or say twice: how the emulator takes it, for each application.

The environment decides for all (`EMULATOR_…`, see the settings), the control API for one application until a reset. In
memory: a restart begins anew. README.md says of each what the platform's pages say.
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


_changed: dict[int, Rules] = {}


def of(app: int) -> Rules:
    """Those of an application, by its row's number."""
    return _changed.get(app) or usual()


@cache
def usual() -> Rules:
    """What the environment says."""
    return Rules(**options().rules)


def change(app: App, values: Mapping[str, object]) -> Rules:
    """Other rules for an application; None is the usual one. Raises `ValueError` for a name or value that is none."""
    kinds = {field.name: type(getattr(usual(), field.name)) for field in fields(Rules)}
    checked: dict[str, Value] = {}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"rules are {', '.join(kinds)}")
        kind = kinds[name]
        if value is None:
            checked[name] = getattr(usual(), name)
        elif isinstance(value, int | float) and isinstance(value, bool) == (kind is bool) and value >= 0:
            checked[name] = kind(value)
        else:
            raise ValueError(f"{name} must be {'true or false' if kind is bool else 'a number'}")
    _changed[app.pk] = replace(of(app.pk), **checked)  # type: ignore[arg-type]
    return _changed[app.pk]


def forget() -> None:
    """The usual ones for everybody."""
    _changed.clear()
