"""A directory of 100,000 members by `user/list_id`: python -m tests.benchmarks.volume.directory [--rows N] [--sqlite]

On a private PostgreSQL and against the emulator, by the function that the workers run: the first sync, one that finds
nothing new, and one after some have left. Seconds, statements for each member, and how the memory grows.
"""

import argparse
import sys
from typing import Any

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import emulated, make_application, run_again

ROWS, LEAVERS = 100_000, 200


def child(rows: int) -> None:
    """All figures, on the database of this process."""
    with emulated() as (emulator, _folder):
        from django.db import connection

        from wecom.models import Member

        assistant = make_assistant(emulator)
        emulator.add_crowd("m", rows)
        print(f"{connection.vendor}, {rows:,} members", flush=True)
        sync("first sync", assistant, rows)
        assert Member.objects.exclude(status=Member.Status.LEFT).count() >= rows
        sync("nothing new", assistant, rows)
        for number in range(1, LEAVERS + 1):
            emulator.api("POST", f"members/m{number}/leave", json={})
        sync(f"{LEAVERS} have left", assistant, rows)
        assert Member.objects.filter(status=Member.Status.LEFT).count() == LEAVERS


def make_assistant(emulator: Any) -> Any:
    """The contacts assistant of the company, which may ask for user IDs."""
    from tests.support import factories
    from wecom.models import Application

    application, secret = make_application(emulator), "contacts-secret-0123456789"
    emulator.api("POST", "apps", json={"agentid": Application.ASSISTANT, "name": "通讯录同步", "secret": secret})
    return factories.make_application(
        corporation=application.corporation,
        agent_id=Application.ASSISTANT,
        name="通讯录同步",
        secret=secret,
        token="Assistant1",
        api_base_url=emulator.url,
    )


def sync(title: str, assistant: Any, rows: int) -> None:
    from wecom.directory import sync as directory
    from wecom.models import DirectorySync

    row = directory.request_sync(assistant)
    with measured(title) as work:
        directory.run_sync(row.pk)
    row.refresh_from_db()
    assert row.status == DirectorySync.Status.DONE, (row.status, row.reason, row.errcode)
    goal("seconds", work.wall, at_most=60 * rows / ROWS)
    goal("statements for each member", work.statements / rows, at_most=0.05)
    goal("megabytes more", work.megabytes, at_most=300)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.measure:
        return run_again("tests.benchmarks.volume.directory", "--rows", str(options.rows), sqlite=options.sqlite)
    child(options.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
