"""Databases as the migrations and the demonstration leave them: made once in a run, then copied.

To migrate takes ten times as long as to copy, and the demonstration's portraits are drawn.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support.emulator import ROOT

FILE = "openuser.sqlite3"
OURS = ("OPENUSER_", "WECHAT_", "TEST_")


@dataclass(frozen=True, kw_only=True)
class Template:
    """What a command makes of `base`, or of nothing: a var folder, and a database on `server` where that is named."""

    run: Path
    name: str
    command: tuple[str, ...]
    base: "Template | None" = None
    server: str = ""

    @property
    def folder(self) -> Path:
        return self.run / f"{self.name}-{'postgres' if self.server else 'sqlite'}"

    @property
    def database(self) -> str:
        return f"{self.run.name}_{self.name}"

    def copy_database(self, target: str) -> None:
        """Make a database of this name on the server, or the SQLite file of this path."""
        with self._made():
            if self.server:
                create(self.server, target, like=self.database)
            else:
                shutil.copyfile(self.folder / FILE, target)

    def copy_files(self, target: Path) -> None:
        """Make the folder of the files that the rows name."""
        with self._made():
            shutil.copytree(self.folder / "media", target)

    def remove(self) -> None:
        if self.server and self.folder.exists():
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.database}"')
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _made(self) -> Iterator[None]:
        """It is made by who comes first. One process at a time uses it: PostgreSQL copies what nobody looks at."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = self.folder / "made"
            if not made.exists():
                self._make()
                made.touch()
            yield

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
        subprocess.run(line, env=env, cwd=ROOT, check=True, capture_output=True)


def templates(run: Path, server: str) -> tuple[Template, Template]:
    """A database that only the migrations were at, and one with the demonstration but without an application."""
    empty = Template(run=run, server=server, name="empty", command=("migrate", "--verbosity", "0"))
    return empty, replace(empty, name="seeded", command=("seed",), base=empty)


def create(server: str, name: str, *, like: str = "template1") -> None:
    """Make a database, in place of what had its name."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')


def url_of(server: str, name: str) -> str:
    """The URL of another database of a server."""
    parts = urlsplit(server)
    if parts.netloc:
        return urlunsplit(parts._replace(path=f"/{name}"))
    return server.replace(f"{parts.path}?", f"/{name}?")
