"""A private PostgreSQL with a database of 0.5, on whose tables a company has made objects of its own."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from openuser.servers.postgres_binaries import choose_server
from tests.openuser.support.earlier_databases import FOLDER, KEY
from tests.runner.database_templates import url_of
from tests.support.paths import ROOT

OWNER = "app"  # the account of OpenUser, which may not do everything
NAME = "shared"
# An account for figures, one at a desk, and one that gets rights on all tables that are made from now on.
ROLES = f"""
CREATE ROLE {OWNER} LOGIN; CREATE ROLE figures; CREATE ROLE clerk; CREATE ROLE auditor;
GRANT figures TO {OWNER};
"""
OF_A_DUMP = re.compile(r"^(--.*|\\(un)?restrict .*)\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The database. `url` is a superuser's."""

    server: str
    folder: Path

    @property
    def url(self) -> str:
        return url_of(self.server, NAME)

    def run(self, *statements: str, role: str = "") -> None:
        with psycopg.connect(self.url) as connection:
            for statement in [f"SET ROLE {role}"] * bool(role) + list(statements):
                connection.execute(statement)

    def rows(self, query: str, *, role: str = "") -> list[Any]:
        with psycopg.connect(self.url) as connection:
            if role:
                connection.execute(f"SET ROLE {role}")
            return connection.execute(query).fetchall()

    def migrate(self) -> "subprocess.CompletedProcess[str]":
        """The update, by the account of OpenUser."""
        url = self.url.replace("//openuser@", f"//{OWNER}@")
        env = {name: value for name, value in os.environ.items() if not name.startswith(("OPENUSER_", "TEST_"))}
        env |= {"DJANGO_SETTINGS_MODULE": "openuser.settings.test", "TEST_DATABASE_URL": url, "FIELD_KEYS": KEY}
        env |= {"OPENUSER_VAR_DIR": str(self.folder), "OPENUSER_BOOTSTRAP": "off"}
        line = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        return subprocess.run(line, env=env, cwd=ROOT, check=False, capture_output=True, text=True)

    def definitions(self) -> set[str]:
        """Everything but rows, as pg_dump knows it: an opinion that is not ours."""
        line = [str(choose_server().programs / "pg_dump"), "--schema-only", self.url]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
        statements = OF_A_DUMP.sub("", done.stdout).split(";\n")
        return {part for statement in statements for part in _parts(statement.strip())}


def _parts(statement: str) -> Iterator[str]:
    """The statement in one line; of a table each line with its name."""
    first, *others = statement.splitlines() or [""]
    if first.startswith("CREATE TABLE"):
        yield from (f"{first} {line.strip().removesuffix(',')}" for line in others)
    else:
        yield " ".join(statement.split())


def of_0_5(server: str, folder: Path) -> Shared:
    """A new database of 0.5 on a server, as its account of OpenUser made it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(ROLES)
        connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")
    shared = Shared(server=server, folder=folder)
    shared.run(gzip.decompress((FOLDER / "0.5.0.sql.gz").read_bytes()).decode(), role=OWNER)
    return shared


def of_the_company(statements: str) -> Iterable[str]:
    """The statements of a script; those that make functions have no semicolon at an end of line."""
    return [statement for statement in statements.split(";\n") if statement.strip()]
