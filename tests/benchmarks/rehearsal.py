"""A rehearsal of 60 days for 200 members: python -m tests.benchmarks.rehearsal [--days N] [--members N] [--sqlite]

A personal campaign on working days among four others, with quiet hours, caps and three time zones, on a private
PostgreSQL or on SQLite. Says the seconds, and for how long the real database was written to: not at all.
"""

import argparse
import sys
from typing import Any

from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import empty_database, run_again

DAYS, MEMBERS, MOST_SECONDS = 60, 200, 30
ZONES = ("", "", "Asia/Tokyo", "Europe/London")


def child(days: int, members: int) -> bool:
    """The figures, on the database of this process."""
    with empty_database():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from scheduling import services

        subject = prepare(members)
        for turn in ("first", "second"):
            with CaptureQueriesContext(connection) as queries:
                found = services.rehearse(subject, days=days)
            writes = sum(not one["sql"].startswith(("SELECT", "DECLARE", "FETCH", "CLOSE")) for one in queries)
            print(
                f"{turn}: {days} days × {found.members} members on {connection.vendor}: {found.seconds:.2f} s, "
                f"{found.sent} messages, {len(queries)} statements on the real database, of which {writes} write"
            )
        goal("seconds of a rehearsal", found.seconds, at_most=MOST_SECONDS)
        goal("statements that write", writes, at_most=0)
        return found.seconds <= MOST_SECONDS and not writes


def prepare(members: int) -> Any:
    """The members, the others, and the campaign that is rehearsed."""
    from datetime import time

    from scheduling.models import SendingPolicy
    from tests.scheduling.support.campaigns import launch, make_campaign
    from tests.support import factories
    from wecom.services import set_facts

    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    SendingPolicy.objects.create(
        corporation=application.corporation, quiet_from=time(21), quiet_until=time(8), daily_cap=3
    )
    for number in range(members):
        member = factories.make_member(application, f"m{number}", name=f"成员{number}", status="active")
        set_facts(member, {"time_zone": ZONES[number % len(ZONES)]})
    for name, cron in (
        ("早安", "0 8 * * *"),
        ("午间", "30 12 * * 1-5"),
        ("周报", "0 16 * * 5"),
        ("晚安", "0 22 * * *"),
    ):
        launch(name, name=name, repeats="cron", cron=cron, in_member_zone=name == "早安")
    greeting = {"repeats": "cron", "cron": "0 9 * * *", "days": "working", "in_member_zone": True}
    return make_campaign("{{name}}，早上好！", name="问候", **greeting)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        sys.exit(0 if child(asked.days, asked.members) else 1)
    flags = (f"--days={asked.days}", f"--members={asked.members}")
    sys.exit(run_again("tests.benchmarks.rehearsal", *flags, sqlite=asked.sqlite))
