"""The database of an embedded installation: SQLite, or a PostgreSQL of its own. Standard library only.

`up --db` chooses it, else OPENUSER_DB in the environment or .env, else the file var/database with that of the last
`up`; so all other commands find the same database. DATABASE_URL names a server instead, and takes precedence.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from openuser.bootstrap import dotenv

SQLITE = "sqlite"
POSTGRES = "postgres"
CHOICES = (SQLITE, POSTGRES)
VARIABLE = "OPENUSER_DB"


def asked_for(argv: Sequence[str]) -> str:
    """The argument of `up --db` in a command line; empty for other command lines."""
    arguments = list(argv[2:]) if len(argv) > 1 and argv[1] == "up" else []
    named = [after for word, after in pairwise(arguments) if word == "--db"]
    named += [word.removeprefix("--db=") for word in arguments if word.startswith("--db=")]
    return named[-1] if named else ""


def chosen(named: str, var: Path) -> str:
    """The named database, else the one recorded in the var folder, else SQLite.

    Raises:
        ValueError: the name is unknown; the message lists the choices.
    """
    choice = named.strip().lower() or noted(var) or SQLITE
    if choice not in CHOICES:
        raise ValueError(f"{VARIABLE} is {choice!r}: write {' or '.join(CHOICES)}.")
    return choice


def noted(var: Path) -> str:
    """The database of the last `up` with this folder; empty before the first."""
    try:
        choice = (var / "database").read_text(encoding="utf-8").strip()
    except OSError:
        return SQLITE if (var / "openuser.sqlite3").exists() else ""
    return choice if choice in CHOICES else ""


def note(choice: str, var: Path) -> None:
    """Record the database of `up` for the other commands of this folder."""
    (var / "database").write_text(choice + "\n", encoding="utf-8")


def needs_driver(argv: Sequence[str]) -> bool:
    """Whether a command needs the driver of PostgreSQL."""
    url = dotenv.text("DATABASE_URL")
    if url:
        return url.startswith(("postgres", "pgsql", "psql"))
    var = Path(dotenv.text("OPENUSER_VAR_DIR") or dotenv.ROOT / "var")
    return (asked_for(argv) or dotenv.text(VARIABLE).lower() or noted(var)) == POSTGRES
