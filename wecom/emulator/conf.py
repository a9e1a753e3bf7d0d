"""The emulator's settings as a typed value."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings, which the environment can change; times in seconds."""

    corp_id: str
    agent_id: int
    secret: str
    token: str
    aes_key: str
    callback: str
    app_name: str
    media_dir: Path
    static_dir: Path
    rules: dict[str, Any]
    wrong_secrets: int
    keep_calls: int


@cache
def options() -> Options:
    """The settings of this process."""
    values: dict[str, Any] = getattr(settings, "EMULATOR")  # noqa: B009
    return Options(**{name.lower(): value for name, value in values.items()})
