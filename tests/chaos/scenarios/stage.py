"""The installation of a scenario: every part, on a socket that outlives the web process, as under `up`."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from openuser.launcher import listener
from openuser.servers import debian
from openuser.servers.server_processes import ServiceError
from tests.benchmarks.door.installation import is_empty
from tests.chaos.delivery import Database
from tests.runner.database_templates import templates, url_of
from tests.support.emulator import wait_for
from tests.support.servers.faketime import moved_clock
from tests.support.stack import SMALL_ENGINES, Stack

SHARED = "TEST_CHAOS_FOLDER"  # what the scenarios of a run share, so that one migrates and the others copy
S = TypeVar("S", bound="Stage")
LAST_LINES = 15  # of the log of each part, where a scenario failed


class CannotPlay(Exception):
    """This machine lacks what a scenario needs; the message says what, and what to do."""


class Stage(Stack):
    """A stack whose web process serves on a socket that stays open while it is killed or replaced."""

    def __init__(self, database: Database | None, **env: str) -> None:
        with patch.dict("os.environ", {"TEST_DATABASE_URL": database.url if database else ""}):
            super().__init__(shared_folder(), settings=SMALL_ENGINES, sweep_seconds=2)
        self.env |= {"LOG_LEVEL": "INFO", "WECHAT_DIRECTORY_SYNC_HOURS": "0", **env}
        self.listener = listener.opened("127.0.0.1", self.port)
        self.crashable = database

    @property
    def own_database(self) -> Database:
        """The PostgreSQL of this scenario."""
        assert self.crashable is not None
        return self.crashable

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    def commands(self) -> dict[str, list[str]]:
        web = [sys.executable, "-m", "openuser.launcher.web_process", str(self.listener.fileno())]
        return {**super().commands(), "web": web}

    def run(self, name: str, **env: str) -> None:
        if name != "web":
            super().run(name, **env)
            return
        with (self.folder / "web.log").open("ab") as output:
            self.parts[name] = self.owner.start(
                self.commands()[name],
                env={**self.env, "PYTHONPATH": str(self.tree), **env},
                cwd=self.tree,
                output=output,
                descriptors=[self.listener.fileno()],
            )

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.listener.close()

    def asks_emulator(self, query: str, **values: str) -> list[tuple[Any, ...]]:
        """What the emulator's database says: its API would ask for the attempts of each callback."""
        place = f"file:{self.folder / 'emulator.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=30)) as ledger:
            return ledger.execute(query, values).fetchall()

    def seconds_until_recorded(self, *, at_most: float) -> float:
        """How long it takes from now until no callback waits in the spool."""
        began = time.monotonic()
        wait_for(lambda: is_empty(self.spool), "the spool to be recorded", seconds=at_most)
        return time.monotonic() - began


@contextmanager
def staged(kind: type[S], *, on_postgres: bool = True, database: Database | None = None, **env: str) -> Iterator[S]:
    """A whole installation, for as long as the block lasts; on a PostgreSQL of its own that syncs, or on SQLite.

    Where the block fails, the ends of all logs are shown.
    """
    with ExitStack() as closing:
        if on_postgres:
            database = database or Database(furnished(new_folder()))
            closing.callback(database.close)
        stage = kind(database, **env)
        closing.callback(stage.close)
        try:
            stage.start()
            yield stage
        except BaseException:
            for name in stage.parts:
                print(f"--- {name}", *stage.log(name).splitlines()[-LAST_LINES:], sep="\n", file=sys.stderr)
            raise


def new_folder() -> Path:
    """For a PostgreSQL: short, since a socket's path has 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="ou-pg-", dir="/tmp"))


def shared_folder() -> Path | None:
    """The folder of this run of `python -m tests.chaos`; None for a scenario that is played alone."""
    return Path(os.environ[SHARED]) if os.environ.get(SHARED) else None


def furnished(folder: Path) -> Path:
    """The folder, with the data of a PostgreSQL that has every template, if the scenarios of a run share one."""
    shared = shared_folder()
    if shared is not None:
        kept = shared / "cluster"
        if not kept.exists():
            making = Database(shared / "making")
            for template in templates(shared, making.url):
                template.copy_database("scratch")
            making.stop()
            making.folder.rename(kept)
        subprocess.run(["cp", "-a", str(kept / "data"), str(folder)], check=True)
    return folder


def migrated(database: Database) -> str:
    """The URL of a database of this server at which the migrations were."""
    templates(shared_folder() or database.folder, database.url)[0].copy_database("site")
    return url_of(database.url, "site")


def ensure_program(name: str, *, package: str) -> None:
    """Install a program of Debian's if it is missing. Raises `CannotPlay` where that fails."""
    words = f"{name} is missing.\n  Install it (Debian: sudo apt-get install {package}) and run again."
    try:
        debian.ensure((name, f"/usr/sbin/{name}"), packages=(package,), missing=words)
    except ServiceError as error:
        raise CannotPlay(str(error)) from error


def with_clock(offset: str) -> dict[str, str]:
    """The environment of a process whose clock is wrong: `+400s`, or the path of a file that says by how much.

    Raises `CannotPlay` if libfaketime is missing and cannot be installed.
    """
    try:
        return moved_clock(offset)
    except ServiceError as error:
        raise CannotPlay(str(error)) from error


def set_clock(file: Path, offset: str) -> None:
    """Set the clock of a process that was started `with_clock` of this file. A half-written one would end it."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(offset, encoding="ascii")
    fresh.replace(file)
