"""Dumps of PostgreSQL by its own programs, straight from one and into the other: no dump lies on a disk."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core.work.db_connections import past_pooler, unpooled_connection
from openuser.backup.exceptions import BackupError
from openuser.backup.snapshots import MIGRATIONS, Sink, Snapshot
from openuser.servers import postgres_binaries

BLOCK = 1024 * 1024
ENDING_SECONDS = 2.0  # that processes of the server take to end after their connection
SIZE = "SELECT pg_database_size(current_database())"
# What is in no table, such as the functions of triggers, and belongs to no extension.
FUNCTIONS = """
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
"""
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
# What psycopg calls its parameters, and libpq its variables. In the environment no list of processes shows them.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class PostgreSQL:
    """A database on a PostgreSQL server."""

    name = "postgresql"

    def size(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(SIZE)
            return int(cursor.fetchone()[0])

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """It as it is at this moment, for the counts and for pg_dump."""
        with past_pooler(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            cursor.execute(MIGRATIONS)
            migrations = [name for (name,) in cursor.fetchall()]
            rows = {}
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name from the catalogue
                rows[table] = int(cursor.fetchone()[0])
            yield Snapshot(migrations=migrations, rows=rows, pieces=_dumped(snapshot))

    @contextmanager
    def restoring(self) -> Iterator[Sink]:
        find("pg_restore", _server())  # before anything is gone
        line = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        with past_pooler():
            with connection.cursor() as cursor:
                for table in connection.introspection.table_names(cursor):
                    cursor.execute(f'DROP TABLE IF EXISTS "{table}" CASCADE')
                cursor.execute(FUNCTIONS)
                for (drop,) in cursor.fetchall():
                    cursor.execute(drop)
            connections.close_all()
            with _running("pg_restore", [*line, f"--dbname={_name()}"], stdin=subprocess.PIPE) as process:
                assert process.stdin is not None
                yield process.stdin
                with suppress(BrokenPipeError):  # it failed, and says why
                    process.stdin.close()

    def other_sessions(self) -> int:
        """The pool of this process may have opened more connections than one, and those end after they were closed."""
        connection.close()
        getattr(connection, "close_pool")()  # noqa: B009 - of this engine only
        alone = unpooled_connection()
        try:
            deadline = time.monotonic() + ENDING_SECONDS
            while (count := _count_others(alone)) and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            alone.close()
        return count


def _count_others(alone: BaseDatabaseWrapper) -> int:
    with alone.cursor() as cursor:
        cursor.execute(OTHERS)
        return int(cursor.fetchone()[0])


def _dumped(snapshot: str) -> Iterator[bytes]:
    line = ["--format=custom", "--compress=1", "--no-comments", "--no-owner", "--no-privileges"]
    with _running("pg_dump", [*line, f"--snapshot={snapshot}"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while block := process.stdout.read(BLOCK):
            yield block


@contextmanager
def _running(program: str, line: Sequence[str], **pipes: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A program of PostgreSQL that has to end well. Raises `BackupError` with its error output."""
    path = find(program, _server())
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([path, *line], env=_environment(), stderr=errors, **pipes)  # type: ignore[call-overload]
        try:
            yield process
        except BrokenPipeError:
            pass  # it ended before it had read all of it
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
        if status:
            raise BackupError(f"{program} failed: {_end_of(errors)}", code="database")


def find(program: str, server: int) -> str:
    """The program of a version that serves a server's: the same or a newer one. Raises `BackupError` without one."""
    path = shutil.which(program)
    folders = [Path(path).parent] if path else []
    folders += postgres_binaries.find_installations()
    versions = {folder: _version(folder / program) for folder in folders if (folder / program).exists()}
    fitting = sorted((version, folder) for folder, version in versions.items() if version >= server)
    if not fitting:
        remedy = (
            f"Install it (Debian: apt-get install postgresql-client-{server}), or "
            ".venv/bin/python -m pip install -r requirements/postgres.txt."
        )
        raise BackupError(f"There is no {program} for PostgreSQL {server}.", code="no_program", remedy=remedy)
    return str(fitting[0][1] / program)


def _server() -> int:
    with connection.cursor():  # which connects, if nothing did
        version: int = getattr(connection, "pg_version")  # noqa: B009 - of this engine only
        return version // 10_000


def _version(path: Path) -> int:
    version_line = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", version_line)
    return int(number[1]) if number else 0


def _environment() -> Mapping[str, str]:
    parameters: dict[str, Any] = connection.get_connection_params()
    variables = {variable: str(parameters[name]) for name, variable in VARIABLES.items() if parameters.get(name)}
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), **variables}


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _end_of(errors: IO[bytes]) -> str:
    """What it says of its first error: the end may only quote a long statement."""
    errors.seek(0)
    text = errors.read().decode(errors="replace").strip()
    return text[max(text.find("error:"), 0) :][:500]
