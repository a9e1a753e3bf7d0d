"""Migrated and seeded databases: made once, then copied.

To migrate takes ten times as long as to copy, and the demonstration's portraits are drawn. SQLite's are kept in `var/`
for the next run, under a digest of what made them; those on a server last as long as the run.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from subprocess import PIPE, STDOUT
from tempfile import NamedTemporaryFile, TemporaryFile
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

from tests.support.paths import ROOT

FILE, MADE = "openuser.sqlite3", "made"
OURS = ("OPENUSER_", "WECHAT_", "TEST_", "LANGUAGE_CODE")
KEPT = ROOT / "var" / "test-databases"
KEPT_SECONDS = 2 * 24 * 3600
# A folder with a migrated database that is taken whatever the sources are now: those of `tests.mutation` have a fault.
GIVEN = "TEST_DATABASE_TEMPLATES"
# What decides how a database looks after `migrate`, which also makes permissions and roles; and after `seed`: the
# demonstration goes through all apps.
SCHEMA = (
    *("*/migrations/*.py", "*/models.py", "*/models/**/*.py", "*/apps.py", "core/fields.py", "openuser/roles.py"),
    *("openuser/settings/*.py", "requirements/*.txt"),
)
EVERYTHING = (
    *SCHEMA,
    *(f"{app}/**/*" for app in ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")),
)


@dataclass(frozen=True, kw_only=True)
class Template:
    """What a command makes of `base`, or of nothing: a var folder, and a database on `server` where that is named.

    Attributes:
        run: the folder of this run of the suite.
        sources: the files, as patterns, that decide how it looks.
    """

    run: Path
    name: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    base: "Template | None" = None
    server: str = ""

    @property
    def folder(self) -> Path:
        if self.is_given:
            return Path(os.environ[GIVEN]) / self.name
        if self.server:
            return self.run / f"{self.name}-postgres"
        # Its rows say when they were made; those of `migrate` are the same on every day.
        day = str(date.today()) if self.base else ""
        return KEPT / f"{self.name}-{digest(self.sources, day)}" if can_keep() else self.run / self.name

    @property
    def is_given(self) -> bool:
        return bool(os.environ.get(GIVEN)) and self.base is None

    @property
    def database(self) -> str:
        return f"{self.run.name}_{self.name}"

    def copy_database(self, target: str) -> None:
        """Make a database of this name on the server, or the SQLite file of this path."""
        with self._made():
            if self.server:
                create(self.server, target, like=self.database)
            else:
                for left in ("-wal", "-shm"):  # of a run that was killed: SQLite would write it into the copy
                    Path(f"{target}{left}").unlink(missing_ok=True)
                shutil.copyfile(self.folder / FILE, target)

    def copy_files(self, target: Path) -> None:
        """Make the folder of the files that the rows name."""
        with self._made():
            shutil.copytree(self.folder / "media", target)

    def remove(self) -> None:
        """Leave nothing of this run behind; of what is kept only what no run has used for long."""
        if self.is_given:
            return
        if self.server and self.folder.exists():
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.database}"')
        if self.folder.parent != KEPT:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        now = disk_time(KEPT)
        for folder in KEPT.glob(f"{self.name}-*"):
            if now - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _made(self) -> Iterator[None]:
        """The first process makes it. One process at a time uses it: PostgreSQL copies no database with a session."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with NamedTemporaryFile(dir=self.folder):
                pass  # the folder is used now: `os.utime` would write the time of a moved clock
            made = self.folder / MADE
            if not made.exists():
                self._clear()
                self._make()
                made.touch()
            yield

    def _clear(self) -> None:
        """Remove what a process left that did not finish."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()

    def _make(self) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        env |= {"DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_BOOTSTRAP": "off"}
        env |= {"OPENUSER_VAR_DIR": str(self.folder), "TEST_DATABASE_URL": ""}
        if self.server:
            env["TEST_DATABASE_URL"] = url_of(self.server, self.database)
        if self.base:
            self.base.copy_database(self.database if self.server else str(self.folder / FILE))
        elif self.server:
            create(self.server, self.database)
        line = [sys.executable, "manage.py", *self.command]
        done = subprocess.run(line, env=env, cwd=ROOT, check=False, stdout=PIPE, stderr=STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(self.command)} ended with {done.returncode}:\n{done.stdout[-4000:]}")


def templates(run: Path, server: str) -> tuple[Template, Template]:
    """A database that only the migrations were at, and one with the demonstration but without an application."""
    empty = Template(run=run, server=server, name="empty", command=("migrate", "--verbosity", "0"), sources=SCHEMA)
    return empty, replace(empty, name="seeded", command=("seed",), sources=EVERYTHING, base=empty)


def disk_time(folder: Path) -> float:
    """Now, in seconds, by the clock that stamps files: a run whose own clock is moved finds nothing old that is not."""
    with TemporaryFile(dir=folder) as file:
        return os.stat(file.fileno()).st_mtime


@cache
def can_keep() -> bool:
    """Whether the checkout can be written to."""
    try:
        KEPT.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(KEPT, os.W_OK)


@cache
def digest(sources: tuple[str, ...], day: str = "") -> str:
    """A fingerprint of files, of the installed packages, and of a day."""
    state = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version} {day}".encode())
    for package in sorted(path.name for path in Path(django.__file__).parents[1].glob("*.dist-info")):
        state.update(package.encode())
    for path in sorted({path for pattern in sources for path in ROOT.glob(pattern)}):
        if path.is_file() and path.suffix != ".pyc":
            state.update(f"\0{path.relative_to(ROOT)}\0".encode())
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]


def create(server: str, name: str, *, like: str = "template1") -> None:
    """Make a database, in place of what had its name."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')


def replaced(server: str, name: str) -> None:
    """Leave an empty database of this name on the server, or nothing where the SQLite file of this path was."""
    if server:
        create(server, name)
        return
    for end in ("", "-wal", "-shm"):
        Path(f"{name}{end}").unlink(missing_ok=True)


def url_of(server: str, name: str) -> str:
    """The URL of another database of a server."""
    parts = urlsplit(server)
    if parts.netloc:
        return urlunsplit(parts._replace(path=f"/{name}"))
    return server.replace(f"{parts.path}?", f"/{name}?")
