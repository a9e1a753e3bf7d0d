"""A campaign of equal text to a million members: python -m tests.benchmarks.campaign [--rows N] [--sqlite] [--freeze]

On a private PostgreSQL and against the emulator, by the functions that the workers run: seconds to freeze the audience
with a row for each person, seconds that the database works while all is sent, statements, and how the memory grows.
Beside it, in the same run and on the same rows, the way of listmonk (campaigns.go, `NextSubscribers`): a cursor over
the subscribers, a batch at a time, counters on the campaign, and no row for a person. `--freeze` sends nothing.
"""

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import emulated, make_application, run_again

ROWS, BATCH, TRIES = 1_000_000, 1_000, 20


def child(rows: int, *, freeze: bool) -> None:
    """All figures, on the database of this process."""
    with emulated() as (emulator, folder):
        from django.db import connection

        print(f"{connection.vendor}, {rows:,} members", flush=True)
        application = fill(rows, emulator)
        if not freeze:
            emulator.add_crowd("m", rows)
        ours(rows, application, send=not freeze)
        if not freeze:
            listmonk(rows, application)
            ledger(rows, folder / "emulator.sqlite3")


def fill(rows: int, emulator: Any) -> Any:
    """An application and its members, written by the database."""
    from django.db import connection

    from tests.support import factories

    application = make_application(emulator)
    first = factories.make_member(application, "m1", status="active")
    with connection.cursor() as cursor:
        names = [field.column for field in first._meta.concrete_fields if field.column not in ("id", "user_id")]
        quoted = ", ".join(f'"{name}"' for name in names)
        series = (
            f"SELECT generate_series(2, {rows}) AS n"
            if connection.vendor == "postgresql"
            else f"WITH RECURSIVE s(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
        )
        cursor.execute(
            f"INSERT INTO wecom_member (user_id, {quoted}) SELECT 'm' || numbers.n, {quoted} "
            f"FROM wecom_member AS one, ({series}) AS numbers WHERE one.id = %s",
            [first.pk],
        )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
    return application


def ours(rows: int, application: Any, *, send: bool) -> None:
    from django.db.models.signals import post_save

    from scheduling.models import Batch, CampaignRun, Delivery
    from scheduling.services import send_batch, start_run
    from tests.scheduling.support.campaigns import launch
    from wecom.models import Outbound
    from wecom.outbox import dispatcher

    campaign = launch("各位同事：下午三点全员会议。")
    run = CampaignRun.objects.get(campaign=campaign)
    with measured("freeze the audience") as frozen:
        start_run(run.pk)
    assert Delivery.objects.filter(run=run, status="planned").count() == rows
    goal("seconds to freeze", frozen.wall, at_most=15 * rows / ROWS)
    goal("megabytes more", frozen.megabytes, at_most=20)
    if not send:
        return
    batches = list(Batch.objects.order_by("number").values_list("pk", flat=True))
    calls: list[int] = []

    def note(instance: Outbound, created: bool, **_: Any) -> None:
        if created:
            calls.append(instance.pk)

    post_save.connect(note, sender=Outbound)
    with measured("send, ours") as sent:
        for pk in batches:
            send_batch(pk)
            rest()
            dispatcher.deliver(calls.pop())
            rest()
    run.refresh_from_db()
    assert (run.sent, run.failed) == (rows, 0), (run.sent, run.failed)
    print(
        f"    {sent.statements / len(batches):.1f} statements a batch, {sent.statements / rows:.3f} a member",
        flush=True,
    )
    goal("seconds of the database to send", sent.database, at_most=20 * rows / ROWS)
    goal("megabytes more", sent.megabytes, at_most=20)


def rest() -> None:
    """Let the threads finish that tell the broker and open pages, as they do beside a worker that waits for a call.

    A statement that waits for the interpreter while they have it would count as the database's time.
    """
    from core import live_updates
    from core.work import broker

    broker.publisher.flush(5)
    live_updates.publisher.flush(5)


def listmonk(rows: int, application: Any) -> None:
    """A cursor over the subscribers and counters on the campaign; the same calls, without outbox or rows."""
    from django.db import connection, transaction

    from wecom.client import access_tokens
    from wecom.outbox import payloads

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE listmonk (id integer, last_id bigint, sent bigint)")
        cursor.execute("INSERT INTO listmonk VALUES (1, 0, 0)")
    token, sent, late = access_tokens.valid_token(application), 0, 0
    with measured("send, as listmonk does") as peer:
        while sent < rows:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, user_id FROM wecom_member WHERE id > (SELECT last_id FROM listmonk WHERE id = 1) "
                    "AND corporation_id = %s AND status = 'active' ORDER BY id LIMIT %s",
                    [application.corporation_id, BATCH],
                )
                found = cursor.fetchall()
                cursor.execute("UPDATE listmonk SET last_id = %s WHERE id = 1", [found[-1][0]])
            body = payloads.build_body(
                recipients=[name for _pk, name in found],
                agent_id=application.agent_id,
                msgtype="text",
                payload={"content": "各位同事：下午三点全员会议，第二次。"},
            )
            late += send_until_answered(application, body, token)
            sent += len(found)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE listmonk SET sent = sent + %s WHERE id = 1", [len(found)])
    print(f"    {peer.statements / (rows / BATCH):.1f} statements a batch; no outcome for a person", flush=True)
    if late:
        print(f"    {late} calls were answered too late and made again with the same bytes", flush=True)


def send_until_answered(application: Any, body: bytes, token: Any) -> int:
    """Call until the platform answers, as our outbox does; it knows the same bytes again. Returns how often it did not.

    After a million members the emulator's ledger is large, and its answer to one of a thousand calls may be late.
    """
    from wecom.client import api
    from wecom.exceptions import AmbiguousError

    for missed in range(TRIES):
        try:
            api.post(application, "message/send", body, token=token)
        except AmbiguousError:
            continue
        return missed
    raise AssertionError("the emulator does not answer")


def ledger(rows: int, database: Path) -> None:
    """Count in the emulator's ledger: everybody has each of the two messages once."""
    counted = (
        "SELECT COUNT(*), COUNT(DISTINCT message.content || entry.member_id) FROM emulator_entry entry "
        "JOIN emulator_message message ON message.id = entry.message_id WHERE entry.received"
    )
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60) as connection:
        entries, different = connection.execute(counted).fetchone()
    goal("members who got a message twice", entries - different, at_most=0)
    goal("messages that nobody got", 2 * rows - different, at_most=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--freeze", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        child(options.rows, freeze=options.freeze)
    else:
        flags = (f"--rows={options.rows}", *(["--freeze"] if options.freeze else []))
        sys.exit(run_again("tests.benchmarks.campaign", *flags, sqlite=options.sqlite))
