"""`manage.py migrate`: Django's, except that it never stands in the way of a running installation for long.

On PostgreSQL a change of a table waits for every transaction that uses the table, and all later ones wait behind it. So
it gives up after a moment, lets them pass, and tries again. An index that is built beside the work, outside a
transaction, waits for as long as it takes: nothing waits behind it.
"""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations import Migration

from core.migration_operations.admission import Refusal, obstacles, refusal
from core.migration_operations.rebuilt_tables import RebuildTables, lost_file
from core.work.db_connections import past_pooler

LOCK_TIMEOUT = "2s"
PAUSE_SECONDS = 3.0
TRIES = 100
LOCK_NOT_AVAILABLE = "55P03"
UNCHANGED = "Nothing was changed. See docs/upgrading.md."
WORDS = {
    Refusal.OLDER: "This database is of a version before 0.5. Install version 0.5.0, run its “migrate”, then install "
    "this version again.",
    Refusal.BETWEEN: "This database is of a development version between 0.5.0 and 0.6.0. Install the commit 213eff69, "
    "run its “migrate”, then install this version again.",
    Refusal.UNKNOWN: "Names of migrations are missing, so the version of this database is unknown. Restore the backup "
    "of before “migrate --prune”.",
    Refusal.PRUNES: "“--prune” removes the names by which an update knows the version of this database. Run "
    "“migrate” without it first.",
}

OBSTACLES = "The update makes OpenUser's tables anew. It cannot keep these objects, which use them:"
LOST = "The update did not keep these {count} objects on tables of 0.5. Change the statements and run them{place}:"


class Command(migrate.Command):
    _database = DEFAULT_DB_ALIAS

    @past_pooler()
    def handle(self, *args: Any, **options: Any) -> None:
        self._database = options["database"]
        if refused := refusal(connections[self._database], prunes=options.get("prune", False)):
            raise CommandError(f"{WORDS[refused]} {UNCHANGED}")
        if left := obstacles(connections[self._database]):
            raise CommandError("\n- ".join([OBSTACLES, *dict.fromkeys(left)]) + f"\n{UNCHANGED}")
        tries = 1
        try:
            while not self._migrated(*args, last=tries == TRIES, **options):
                self.stderr.write("A table is in use. Trying again, so that nothing has to wait for this.")
                time.sleep(PAUSE_SECONDS)
                tries += 1
        finally:
            self._set_lock_timeout("DEFAULT")

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        if migration is not None and action in {"apply_start", "unapply_start"}:
            self._set_lock_timeout(f"'{LOCK_TIMEOUT}'" if migration.atomic else "0")
        super().migration_progress_callback(action, migration, fake)
        if migration is not None and action == "apply_success":
            self._name_what_is_lost(migration)

    def _name_what_is_lost(self, migration: Migration) -> None:
        for operation in migration.operations:
            if isinstance(operation, RebuildTables) and operation.lost:
                path = lost_file(migration.app_label)
                place = f" (also in {path})" if path.exists() else ""
                self.stderr.write(LOST.format(count=len(operation.lost), place=place))
                self.stderr.write("\n\n".join(map(str, operation.lost)))

    def _migrated(self, *args: Any, last: bool, **options: Any) -> bool:
        """Apply the remaining migrations; whether all of them are applied now."""
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if last or getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    def _set_lock_timeout(self, value: str) -> None:
        connection = connections[self._database]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {value}")
