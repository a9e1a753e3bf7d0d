"""Migrations let an installation work on: no rewrites, no locks, and what the version before needs stays."""

import pytest
from django.db import connection

from tests.architecture import migration_lint

# These make the tables of a new database.
BEFORE = {
    "avatars": "0001_initial",
    "conversations": "0001_initial",
    "core": "0001_initial",
    "openuser": "0001_initial",
    "scheduling": "0001_initial",
    "wecom": "0001_initial",
}
# Faults that do no harm, each with its reason, such as {("wecom", "0099_x"): {"DROP_COLUMN": "nothing reads it"}}.
ALLOWED: dict[tuple[str, str], dict[str, str]] = {}
MEMBER = 'ALTER TABLE "wecom_member" '
TOPIC = 'ALTER TABLE "conversations_topic" '


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)  # inside of one, indexes would be built in another way
def test_new_migrations_let_the_version_before_work_on():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole database for each of them, and is upgraded while OpenUser does not run")
    found = {key: migration_lint.faults(sql) for key, sql in migration_lint.sql_since(BEFORE).items()}
    wrong = {key: [code for code in codes if code not in ALLOWED.get(key, {})] for key, codes in found.items()}
    assert {key: codes for key, codes in wrong.items() if codes} == {}


@pytest.mark.parametrize(
    ("sql", "codes"),
    [
        ([MEMBER + 'ADD COLUMN "x" integer NULL'], []),
        ([MEMBER + 'ADD COLUMN "x" integer DEFAULT 0 NOT NULL'], []),
        (
            [MEMBER + 'ADD COLUMN "x" integer DEFAULT 0 NOT NULL', MEMBER + 'ALTER COLUMN "x" DROP DEFAULT'],
            ["NOT_NULL"],
        ),
        ([MEMBER + 'ALTER COLUMN "name" TYPE text'], ["ALTER_COLUMN"]),
        ([MEMBER + 'DROP COLUMN "name" CASCADE'], ["DROP_COLUMN"]),
        ([MEMBER + 'RENAME COLUMN "name" TO "title"'], ["RENAME_COLUMN"]),
        ([MEMBER + 'RENAME TO "wecom_person"'], ["RENAME_TABLE"]),
        (['DROP TABLE "wecom_member" CASCADE'], ["DROP_TABLE"]),
        (['CREATE INDEX CONCURRENTLY "i" ON "wecom_member" ("name")'], []),
        (['CREATE INDEX "i" ON "wecom_member" ("name")'], ["CREATE_INDEX"]),
        (['CREATE INDEX "i" ON "conversations_topic" ("name")'], []),
        ([MEMBER + 'ADD CONSTRAINT "u" UNIQUE ("name")'], ["ADD_UNIQUE"]),
        ([MEMBER + 'ADD CONSTRAINT "c" CHECK ("name" <> \'\')'], ["ADD_CHECK"]),
        ([MEMBER + 'ADD CONSTRAINT "c" CHECK ("name" <> \'\') NOT VALID'], []),
        ([TOPIC + 'ADD CONSTRAINT "c" CHECK ("name" <> \'\')'], []),
        (['CREATE TABLE "wecom_member" ("id" bigint NOT NULL)', 'CREATE INDEX "i" ON "wecom_member" ("id")'], []),
    ],
)
def test_what_locks_rewrites_or_breaks_is_found(sql, codes):
    assert migration_lint.faults(sql) == codes


def test_an_index_beside_a_change_of_its_table_is_found_twice():
    sql = ["BEGIN;", MEMBER + 'ADD COLUMN "x" integer NULL', 'CREATE INDEX "i" ON "wecom_member" ("x")']
    assert "CREATE_INDEX" in migration_lint.faults(sql)


@pytest.mark.django_db
def test_tables_that_are_called_large_are_there():
    assert migration_lint.LARGE - set(connection.introspection.table_names()) == set()
