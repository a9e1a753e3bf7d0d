"""How far four texts of members walk: python -m tests.benchmarks.talk.walks [--turns 100] [--only step]

“你好”, a question that the table answers, a step of a flow, and `/video` up to the delivered video; on SQLite and on
PostgreSQL, by the functions that the workers run, one after the other, against the emulator. Printed is what a turn
takes after its callback was acknowledged: files and functions of ours that run, pairs of files of which one calls the
other, all calls, SQL statements without those that open and end transactions, and the milliseconds that our process
computes at the median of many turns. The worker of the video counts too, but not its studio.

--statements lists the statements by kind, --sql each in full, with the functions that asked; --steps the calls from
file to file in their order; --profile the functions in which the time of the turns goes.
"""

import argparse
import cProfile
import itertools
import pstats
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http import HTTPStatus
from types import FrameType
from typing import Any

from django.db import connections

from tests.benchmarks.support.private_servers import emulated, make_application, run_again
from tests.benchmarks.support.statements import Statements, recorded
from tests.benchmarks.talk.crowd import FLOW, request
from tests.support.paths import ROOT
from tests.support.servers.callback_threads import in_kept_threads

Note = Callable[[FrameType, str, Any], None]
APPS = tuple(f"{ROOT}/{name}/" for name in ("core", "wecom", "avatars", "conversations", "scheduling", "openuser"))
APART = ("/migrations/", "/wecom/emulator/")  # the far side of the wire is not ours to walk
TURNS, WARM = 100, 3
QUESTIONS = 2  # of the flow; the answer to the first is the step
REPLIES = (("wecom.Callback", "wecom.handle"), ("wecom.Outbound", "wecom.deliver"))
VIDEO = (
    *REPLIES,
    *(("avatars.Render", "avatars.render"), ("wecom.Upload", "wecom.upload")),
    *(("wecom.CardUpdate", "wecom.update_card"), ("wecom.Outbound", "wecom.deliver")),
)
CROWD = 2000
OTHERS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
DATABASES = ("sqlite", "postgresql")
HEADER = ("files", "functions", "hops", "calls", "statements", "CPU ms")


class Trace:
    """Notes which function of ours calls into which file, in every thread, while the block lasts."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []

    def __enter__(self) -> "Trace":
        self._watch(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        self._watch(None)

    @staticmethod
    def _watch(note: Note | None) -> None:
        threading.setprofile(note)
        in_kept_threads(lambda: sys.setprofile(note))
        sys.setprofile(note)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        file = ours(frame)
        if event != "call" or not file:
            return
        back = frame.f_back
        while back is not None and not ours(back):
            back = back.f_back
        self.calls.append((ours(back) if back else "", file, frame.f_code.co_qualname))

    def figures(self) -> tuple[int, int, int, int]:
        """Files, functions, pairs of files of which one calls the other, and all calls."""
        files = {file for _caller, file, _function in self.calls}
        functions = {(file, function) for _caller, file, function in self.calls}
        hops = {(caller, file) for caller, file, _function in self.calls if caller and caller != file}
        return len(files), len(functions), len(hops), len(self.calls)

    def print_steps(self) -> None:
        for caller, file, function in dict.fromkeys(self.calls):
            if caller != file:
                print(f"    {caller or '-':<45} → {file}: {function}")


@contextmanager
def seen(statements: Statements) -> Iterator[None]:
    """Record the statements of the threads that take callbacks, too: their next connection is seen."""
    in_kept_threads(connections.close_all)
    with recorded(statements):
        yield
    in_kept_threads(connections.close_all)


def ours(frame: FrameType) -> str:
    """The file of a frame within the product, or nothing."""
    name = frame.f_code.co_filename
    return name.removeprefix(f"{ROOT}/") if name.startswith(APPS) and not any(part in name for part in APART) else ""


def write(name: str, text: str) -> None:
    """Let the platform deliver a text of a member, which is recorded and acknowledged."""
    from wecom import services

    query, body = request(name, text)
    assert services.receive_callback("", query.encode(), body).status == HTTPStatus.OK


class Turn:
    """A text of a member who has written before, and what workers do about it; `stages` are their tasks, in order."""

    title, text = "你好", "你好"
    before: tuple[str, ...] = ("谢谢",)
    stages: tuple[tuple[str, str], ...] = REPLIES

    def __init__(self, names: Iterator[str]) -> None:
        self.names = names

    def make(self, watch: Callable[[], AbstractContextManager[Any]]) -> None:
        """One turn; its tasks run inside of `watch`."""
        name = next(self.names)
        for text in self.before:
            write(name, text)
            self._work(nullcontext)
        write(name, self.written())
        self._work(watch)

    def written(self) -> str:
        return self.text

    def _work(self, watch: Callable[[], AbstractContextManager[Any]]) -> None:
        from openuser.celery import app

        for label, task in self.stages:
            for key in queued(label):
                with watch():
                    app.tasks[task](key)


class Question(Turn):
    title, text = "question", "怎么请假"


class Step(Turn):
    title, text, before = "step", "我觉得不错", ("谢谢", "开始问卷")


class Video(Turn):
    """A command, its progress card, and the video."""

    title, before = "/video", ("谢谢",)
    stages = VIDEO
    numbers = itertools.count(1)

    def make(self, watch: Callable[[], AbstractContextManager[Any]]) -> None:
        from avatars.models import Render

        super().make(watch)
        render = Render.objects.latest("pk")
        assert render.status == Render.Status.DONE, f"No video was made: {render.reason} {render.hint}"

    def written(self) -> str:
        return f"/video 第{next(self.numbers)}句话。"


WALKS = tuple(kind.title for kind in (Turn, Question, Step, Video))


def queued(label: str) -> list[int]:
    from django.apps import apps

    rows = apps.get_model(label).objects.filter(status="queued").exclude(reason="fitting")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def measure(walk: Turn, turns: int, options: argparse.Namespace) -> None:
    """One line, and what the options ask for."""
    for _ in range(WARM):
        walk.make(nullcontext)
    trace, statements = Trace(), Statements()
    walk.make(lambda: trace)
    walk.make(lambda: seen(statements))
    profile, computed = cProfile.Profile(), list[float]()

    @contextmanager
    def timed() -> Iterator[None]:
        began = time.process_time()
        yield
        computed[-1] += time.process_time() - began

    for _ in range(turns):
        computed.append(0.0)
        walk.make(timed)
    for _ in range(turns if options.profile else 0):
        walk.make(lambda: profile)
    figures = (*trace.figures(), len(statements), 1000 * statistics.median(computed))
    print(f"  {walk.title:10}", *(f"{one:>12,}" for one in figures[:-1]), f"{figures[-1]:12.1f}", flush=True)
    if options.statements:
        print(statements.listed())
    if options.sql:
        print(*(f"{sql}\n    {by}" for sql, by in zip(statements.sql, statements.callers, strict=True)), sep="\n")
    if options.steps:
        trace.print_steps()
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def answers_by_a_person_of_the_demo(application: Any) -> None:
    """The desk's digital human gets a portrait that can be filmed; a factory's cannot."""
    from avatars.models import DigitalHuman
    from conversations.models import Desk

    Desk.objects.filter(application=application).update(digital_human=DigitalHuman.objects.earliest("pk"))


def child(options: argparse.Namespace) -> None:
    """All walks, on the database of this process."""
    from django.db import connection

    with emulated() as (emulator, _folder):
        from openuser.celery import app
        from openuser.demo.demo_seed import seed

        seed()
        application = make_application(emulator)
        answers_by_a_person_of_the_demo(application)
        app.loader.import_default_modules()  # else the first task would, which runs Django's checks too
        emulator.add_crowd("crowd", CROWD)
        emulator.api("POST", "limits", json=dict.fromkeys(("calls_per_minute", "calls_per_hour"), 10**9))
        exec(FLOW.format(members=CROWD, turns=QUESTIONS), {})
        names = (f"crowd{number}" for number in itertools.count(1))
        print(f"{connection.vendor}\n  {'':10}", *(f"{name:>12}" for name in HEADER), flush=True)
        for kind in (Turn, Question, Step, Video):
            if kind.title in options.only:
                measure(kind(names), 1 if kind is Video else options.turns, options)
        if connection.vendor == "postgresql":  # else the database could not be dropped
            with connection.cursor() as cursor:
                cursor.execute(OTHERS_END)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=TURNS)
    for name in ("statements", "sql", "steps", "profile"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--only", nargs="+", choices=WALKS, default=WALKS)
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        child(options)
        return 0
    flags = [flag for flag in sys.argv[1:] if flag != "--measure"]
    return max(run_again("tests.benchmarks.talk.walks", *flags, sqlite=one == "sqlite") for one in options.database)


if __name__ == "__main__":
    sys.exit(main())
