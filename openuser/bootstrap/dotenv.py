"""Settings of the environment or `.env`, read before anything is installed. Standard library only."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRUE = frozenset({"true", "on", "yes", "y", "ok", "1"})  # as django-environ reads them
FALSE = frozenset({"false", "off", "no", "n", "0"})


def text(name: str, *, default: str = "") -> str:
    """A variable of the environment, else of `.env`, else the default."""
    if name in os.environ:
        return os.environ[name].strip()
    try:
        content = Path(os.environ.get("OPENUSER_DOTENV") or ROOT / ".env").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return default
    lines = re.findall(rf"(?m)^[ \t]*(?:export[ \t]+)?{name}[ \t]*=[ \t]*(.*?)[ \t]*$", content)
    return str(lines[-1]).strip("'\"") if lines else default


def boolean(name: str, *, default: bool = False) -> bool:
    """The same as true or false; the default for any other word."""
    word = text(name).lower()
    return word in TRUE or (default and word not in FALSE)
