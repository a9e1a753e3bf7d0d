"""Which database an embedded installation keeps its rows in: SQLite, or a PostgreSQL of its own.

Named by `up --db`, else by OPENUSER_DB in the environment or .env, else by the note in var/database, which says what
`up` ran with last; so every other command finds the same one. DATABASE_URL names a server instead, and wins. Standard
library only: the bootstrap asks before anything is installed.
"""

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SQLITE = "sqlite"
POSTGRES = "postgres"
CHOICES = (SQLITE, POSTGRES)
VARIABLE = "OPENUSER_DB"


def asked_for(argv: Sequence[str]) -> str:
    """What `up --db` names on a command line; empty for other command lines."""
    words = list(argv[2:]) if len(argv) > 1 and argv[1] == "up" else []
    named = [after for word, after in pairwise(words) if word == "--db"]
    named += [word.removeprefix("--db=") for word in words if word.startswith("--db=")]
    return named[-1] if named else ""


def chosen(named: str, var: Path) -> str:
    """What is named, else what is noted in the var folder, else SQLite.

    Raises:
        ValueError: there is no such choice; with words.
    """
    choice = named.strip().lower() or noted(var) or SQLITE
    if choice not in CHOICES:
        raise ValueError(f"{VARIABLE} is {choice!r}: write {' or '.join(CHOICES)}.")
    return choice


def noted(var: Path) -> str:
    """What `up` ran with last from this folder; empty before the first time."""
    try:
        words = (var / "database").read_text(encoding="utf-8").strip()
    except OSError:
        return SQLITE if (var / "openuser.sqlite3").exists() else ""
    return words if words in CHOICES else ""


def note(choice: str, var: Path) -> None:
    """Let the commands of this folder find the database that `up` runs with."""
    (var / "database").write_text(choice + "\n", encoding="utf-8")


def needs_driver(argv: Sequence[str]) -> bool:
    """Whether a command line will meet PostgreSQL, so that what that takes must be installed."""
    url = setting("DATABASE_URL")
    if url:
        return url.startswith(("postgres", "pgsql", "psql"))
    var = Path(setting("OPENUSER_VAR_DIR") or ROOT / "var")
    return (asked_for(argv) or setting(VARIABLE).lower() or noted(var)) == POSTGRES


def setting(name: str) -> str:
    """A setting of the environment, else of .env."""
    if name in os.environ:
        return os.environ[name].strip()
    try:
        content = Path(os.environ.get("OPENUSER_DOTENV") or ROOT / ".env").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    lines = re.findall(rf"(?m)^[ \t]*(?:export[ \t]+)?{name}[ \t]*=[ \t]*(.*?)[ \t]*$", content)
    return str(lines[-1]).strip("'\"") if lines else ""
