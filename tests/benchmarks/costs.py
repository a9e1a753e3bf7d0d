"""What one callback, turn, message, member of a campaign and video cost: python -m tests.benchmarks.costs [--times N]

On a private PostgreSQL and against the emulator, by the functions that the workers run, one after the other: processor
microseconds of our process and of the database's, SQL statements, rows written, bytes of the database's log, and bytes
that stay on disk, indexes included. The last column is what backups and disks grow by; the platform's side, the broker
and HTTP's servers are not in it (`tests.benchmarks.door` has those of callbacks). The video is the demo's portrait
with ten sentences, by the CPU.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.benchmarks.support.database_work import measured
from tests.benchmarks.support.private_servers import emulated, make_application, run_again
from tests.benchmarks.talk.crowd import FLOW, request

TIMES, CROWD = 500, 10_000
TURNS = 3
COLUMNS = ("ours µs", "database µs", "statements", "rows", "log bytes", "disk bytes", "times")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the server has written so far."""

    rows: int
    log: int
    disk: int

    @classmethod
    def now(cls) -> "Standing":
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT tup_inserted + tup_updated + tup_deleted, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), "
                "(SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                "'public'::regnamespace) FROM pg_stat_database WHERE datname = current_database()"
            )
            rows, log, disk = cursor.fetchone()
        return cls(rows=int(rows), log=int(log), disk=int(disk))


def cost(title: str, times: int, work: Callable[[], None]) -> None:
    """One line: all that happens, through the number of things that were done."""
    before, ours = Standing.now(), time.process_time()
    with measured() as figures:
        work()
    ours, after = time.process_time() - ours, Standing.now()
    written = (after.rows - before.rows, after.log - before.log, after.disk - before.disk)
    rows, log, disk = (one / times for one in written)
    figures_of_one = (1e6 * ours / times, 1e6 * figures.processor / times, figures.statements / times, rows, log, disk)
    shown = (f"{value:12,.{digits}f}" for value, digits in zip(figures_of_one, (0, 0, 3, 1, 0, 0), strict=True))
    print(f"{title:26}", *shown, f"{times:12,}", flush=True)


def child(times: int) -> None:
    """All lines, on the database of this process."""
    with emulated() as (emulator, _folder):
        application = make_application(emulator)
        emulator.add_crowd("crowd", CROWD)
        emulator.api("POST", "limits", json=dict.fromkeys(("calls_per_minute", "calls_per_hour"), 10**9))
        print(f"{'':26}", *(f"{name:>12}" for name in COLUMNS), flush=True)
        talk(application, times)
        single(application, times)
        campaign(application)
    video()


def talk(application: Any, members: int) -> None:
    """Members who go through a flow of three questions: the callbacks, the turns, and the answers that are sent."""
    from wecom import services
    from wecom.callbacks import processor
    from wecom.models import Callback, Outbound
    from wecom.outbox import dispatcher

    exec(FLOW.format(members=CROWD, turns=TURNS), {})
    words = ["开始问卷", *["我觉得不错"] * TURNS]
    said, answered = 0, 0

    def record(text: str) -> None:
        for number in range(1, members + 1):
            query, body = request(f"crowd{number}", text)
            assert services.receive_callback("", query.encode(), body).status == HTTPStatus.OK

    for turn, text in enumerate(words):
        shown = cost if turn == 2 else _without_a_line
        shown("callback", members, partial(record, text))
        shown("turn of a flow", members, for_each(_since(Callback, said), processor.handle))
        shown("its answer, sent", members, for_each(_since(Outbound, answered), dispatcher.deliver))
        said, answered = _newest(Callback), _newest(Outbound)


def for_each(rows: list[int], work: Callable[[int], object]) -> Callable[[], None]:
    """A function that does this to all rows."""

    def do() -> None:
        for pk in rows:
            work(pk)

    return do


def _since(model: Any, pk: int) -> list[int]:
    return list(model.objects.filter(pk__gt=pk).order_by("pk").values_list("pk", flat=True))


def _newest(model: Any) -> int:
    return int(model.objects.order_by("-pk").values_list("pk", flat=True)[0])


def _without_a_line(_title: str, _times: int, work: Callable[[], None]) -> None:
    work()


def single(application: Any, times: int) -> None:
    """Texts that another system asks for: queued, and sent."""
    from django.db import transaction

    from wecom.models import Outbound
    from wecom.outbox import dispatcher
    from wecom.services import send_text

    before = _newest(Outbound)

    def queue() -> None:
        for number in range(1, times + 1):
            with transaction.atomic():
                send_text(f"crowd{number}", content=f"第 {number} 条：下午三点开会。", application=application)

    cost("message, queued", times, queue)
    cost("message, sent", times, for_each(_since(Outbound, before), dispatcher.deliver))


def campaign(application: Any) -> None:
    """Equal text to the crowd."""
    from scheduling.models import Batch, CampaignRun
    from scheduling.services import send_batch, start_run
    from tests.scheduling.support.campaigns import launch
    from wecom.models import Member, Outbound
    from wecom.outbox import dispatcher

    known = set(Member.objects.values_list("user_id", flat=True))
    fields = {"corporation": application.corporation, "status": "active"}
    names = (f"crowd{number}" for number in range(1, CROWD + 1))
    Member.objects.bulk_create(Member(user_id=name, name=name, **fields) for name in names if name not in known)
    run = CampaignRun.objects.get(campaign=launch("各位同事：下午三点全员会议。"))
    before = _newest(Outbound)
    cost("campaign, row of a member", CROWD, lambda: start_run(run.pk))

    def send() -> None:
        for_each(_since(Batch, 0), send_batch)()
        for_each(_since(Outbound, before), dispatcher.deliver)()

    cost("campaign, member sent to", CROWD, send)


def video() -> None:
    """Ten sentences, by a studio that is warm."""
    from avatars.studio.studio import Studio
    from tests.benchmarks.text_to_video import PUPPET, make_spec, timed

    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name), Studio()
        try:
            portrait = folder / "xiao.png"
            portrait.write_bytes(place.draw("xiao"))
            timed(place, make_spec("zh", portrait, 1), folder)
            run = timed(place, make_spec("zh", portrait, 10, render_engine=PUPPET), folder)
        finally:
            place.close()
        size = run.video.video.stat().st_size
    seconds = sum(timing.cpu for timing in run.video.timings)
    per_second = (seconds / run.video.seconds, size / run.video.seconds)
    print(
        f"video of {run.video.seconds:.0f} s: {seconds:.1f} s of processor, {size:,} bytes "
        f"({per_second[0]:.2f} s and {per_second[1]:,.0f} bytes per second), {run.memory_mb:.0f} MB of memory"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.measure:
        sys.exit(run_again("tests.benchmarks.costs", f"--times={options.times}"))
    child(options.times)
