"""Databases of earlier versions, as those versions made them; `tests/README.md` says how."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from core.sqlite.base import close_idle
from tests.conftest import server
from tests.runner.database_templates import replaced, templates, url_of
from tests.support.paths import DATA
from tests.support.servers.callback_threads import in_kept_threads
from wecom.outbox.batches import pace, wakes

FOLDER = DATA / "databases"
KEY = "OMlmFDiQRKazgSI83kLL9OnUBmlOWvyi3MNTmYXthpE="  # with which their secrets, which are made up, are encrypted
# Of a column, a constraint or an index: what it is called and how it is defined, without the order of columns.
POSTGRESQL = """
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull || a.attidentity::text
       || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || condeferrable
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'sequence', sequencename, data_type::text, '' FROM pg_sequences
UNION ALL SELECT 'options', relname, reloptions::text, '' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
"""
SQLITE = """
SELECT 'column', m.name, c.name, c.type || c."notnull" || coalesce(c.dflt_value, '') || c.pk
FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
UNION ALL SELECT 'key', m.name, k."from", k."table" || k."to" FROM sqlite_master m
JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'
UNION ALL SELECT 'index', tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
"""
CASTS = re.compile(r"::text\b(\[\])?|[()]")
Schema = set[tuple[str, ...]]


def schema() -> Schema:
    """Columns, constraints and indexes of all tables, by name and definition."""
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL if connection.vendor == "postgresql" else SQLITE)
        # PostgreSQL writes a cast of a list another way after a dump was loaded.
        found = {tuple(CASTS.sub("", str(value)) for value in row) for row in cursor.fetchall()}
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            found |= {("constraints", name, *sorted(_constraints(sql))) for name, sql in cursor.fetchall()}
    return found


@contextmanager
def earlier(version: str) -> Iterator[Schema]:
    """The test database is one of that version, as long as the block lasts. Yields the schema of a new one."""
    empty, _ = templates(settings.RUN_FOLDER, server())
    name = connection.settings_dict["NAME"]
    with let_go():
        empty.copy_database(name)  # a test before this one may have made or dropped an index
    new = schema()
    with let_go():
        load(version, name)
    try:
        with override_settings(FIELD_KEYS=[KEY]):
            yield new
    finally:
        with let_go():
            empty.copy_database(name)
        forget_keys()


def forget_keys() -> None:
    """The counters of keys went back: what this process remembers of messages by their keys is of others now."""
    wakes._settled.clear()
    wakes._last_batch = float("-inf")
    pace._slowed.clear()


def load(version: str, name: str) -> None:
    """Put it in the place of the test database."""
    replaced(server(), name)
    if not server():
        Path(name).write_bytes(gzip.decompress((FOLDER / f"{version}.sqlite3.gz").read_bytes()))
        return
    with psycopg.connect(url_of(server(), name), autocommit=True) as opened:
        opened.execute(gzip.decompress((FOLDER / f"{version}.sql.gz").read_bytes()))


@contextmanager
def let_go() -> Iterator[None]:
    """Nothing is connected to the database while it is replaced."""
    opened: Any = connection
    opened.close()
    if opened.vendor == "postgresql":
        opened.close_pool()
    else:
        in_kept_threads(connections.close_all)
        close_idle()
    yield


def _constraints(sql: str) -> list[str]:
    return [f"CONSTRAINT {part}" for part in sql.removesuffix(")").split(", CONSTRAINT ")[1:]]
