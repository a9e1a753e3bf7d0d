"""The tests that depend on the database, through PgBouncer in transaction mode: python -m tests.nightly.pooled [PATH …]

Everything that would keep something in a connection from one transaction to the next fails here. It starts a PostgreSQL
and a PgBouncer of its own; words go to pytest, such as a path, `-x` or `-k WORD`.
"""

import os
import subprocess
import sys

from openuser.management.suite import DATABASES, files_with
from openuser.servers import postgres
from openuser.servers.server_processes import Processes
from tests.support.paths import ROOT
from tests.support.servers import pgbouncer

SETTINGS = "tests.support.servers.pooled_settings"
CHOSEN = (
    f"{DATABASES} and not thorough and not chaos and not slow"  # those with a stack reach their database themselves
)
# It migrates past the pooler, where the transaction of a test is not seen.
BESIDE = "tests/openuser/test_roles.py::test_migrating_again_mends_our_groups_and_leaves_those_of_people_alone"
CONNECTIONS = 5  # of PgBouncer to PostgreSQL: fewer than the threads of some tests


def main(words: list[str]) -> int:
    """Run pytest; its exit status."""
    chosen = words if any(not word.startswith("-") for word in words) else [*words, *files_with(DATABASES)]
    owner = Processes()
    try:
        with postgres.running(processes=owner) as url, pgbouncer.running(owner, url, pool_size=CONNECTIONS) as pooler:
            env = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": SETTINGS,
                "TEST_DATABASE_URL": url,
                "TEST_POOLER_URL": pooler,
            }
            line = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", CHOSEN, f"--deselect={BESIDE}", *chosen]
            return subprocess.run(line, cwd=ROOT, env=env, check=False).returncode
    finally:
        owner.end_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
