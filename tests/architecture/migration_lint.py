"""Which migrations would stop an installation that goes on working while they run, or break the version before.

During an upgrade the processes of the version before work on with the new tables. So a column that they write to
stays, and a new one must be right without them. The rules over SQL are those of django-migration-linter. It would write
the SQL of each migration from the first one on; here one walk writes all of it.
"""

import re
from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

OURS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
# Rows of these come with every message: to build an index takes seconds, in which nothing can be written.
LARGE = frozenset(
    {
        *("wecom_callback", "wecom_outbound", "wecom_attempt", "wecom_member", "wecom_memberfact", "wecom_upload"),
        *("conversations_message", "conversations_content", "conversations_conversation", "conversations_session"),
        *("scheduling_delivery", "scheduling_batch", "scheduling_campaignresponse", "scheduling_enrolment"),
        *("scheduling_enrolmentstep", "avatars_render"),
    }
)
OF_LOCKS = ("CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "DROP_INDEX", "REINDEX", "ADD_UNIQUE")
CHECKED = re.compile(r"ALTER TABLE \S+ ADD CONSTRAINT .* CHECK(?!.*NOT VALID)")
Key = tuple[str, str]


def sql_since(before: Mapping[str, str]) -> dict[Key, list[str]]:
    """The SQL of our migrations after those of these names, by app, in the order in which they are applied."""
    executor = MigrationExecutor(connection)
    state, found = executor.loader.project_state([]), dict[Key, list[str]]()
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
        key = (migration.app_label, migration.name)
        if key[0] not in OURS or key[1] <= before[key[0]]:
            state = migration.mutate_state(state, preserve=False)
            continue
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        found[key] = [line for line in editor.collected_sql if not line.startswith("--")]
    return found


def faults(sql: Iterable[str]) -> list[str]:
    """What is wrong with the statements of one migration, by the codes of the rules."""
    lines = [line.strip() for line in sql]
    made = {table for line in lines if (table := _made(line))}
    on_large = [line for line in lines if _table(line) in LARGE - made]
    found = _issues(lines, exclude=OF_LOCKS) + [code for code in _issues(on_large) if code in OF_LOCKS]
    if any(CHECKED.match(line) for line in on_large):
        found.append("ADD_CHECK")
    return sorted(set(found))


def _issues(lines: list[str], *, exclude: Iterable[str] = ()) -> list[str]:
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, lines, exclude)
    return [issue.code for issue in (*errors, *warnings)]


def _made(line: str) -> str:
    found = re.match(r'CREATE TABLE "(\w+)"', line)
    return found[1] if found else ""


def _table(line: str) -> str:
    found = re.match(r'(?:ALTER TABLE|CREATE TABLE) "(\w+)"', line) or re.search(r'INDEX .* ON "(\w+)"', line)
    return found[1] if found else ""
