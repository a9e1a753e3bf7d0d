"""What a question waits for while bulk of every kind is done: python -m tests.benchmarks.talk.bulk [--db sqlite]

A whole installation of the processes of `up`. Members ask, two a second; printed is the time from the callback to the
answer in the member's chat, first with nothing else to do, then while all of this is worked on at once:

- documents of 1,000 passages and 10,000 new answers are read,
- a campaign goes to 100,000 members,
- four videos that nobody waits for are rendered,

and how far each of these has come by then. The goal: p95 at most one and a half times that of the idle installation,
and all of the bulk moves. Everything, the emulator and this program too, shares the processors of one machine.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from unittest.mock import patch

from openuser.servers import postgres
from tests.benchmarks.support.goals import goal
from tests.benchmarks.talk.crowd import HURRIED, LIMITS, ROOMY, Crowd, spread
from tests.support.emulator import wait_for
from tests.support.stack import Stack, StackOfLanes

SETTINGS = "tests.benchmarks.support.embedder_settings"
QUESTION = "怎么请假"
RATE = 2.0  # questions a second
GOAL = 1.5
WORDS = "各位同事：下午三点全员会议。"
# Members of the campaign, then what is read and rendered. In bulk, as an import does.
BULK = r"""
from django.core.files.uploadedfile import SimpleUploadedFile
from avatars import services as avatars
from avatars.models import DigitalHuman
from conversations import services
from conversations.models import Answer, Document
from tests.scheduling.support.campaigns import launch
from wecom.models import Member
from wecom.services import current_application
company = current_application().corporation
names = (f"all{{number}}" for number in range(1, {members} + 1))
members = (Member(corporation=company, user_id=name, name=name, status="active") for name in names)
Member.objects.bulk_create(members, batch_size=5000, ignore_conflicts=True)
asked = ((f"第 {{number}} 号房间的门禁卡丢了怎么办？", f"请到 {{number}} 号前台补办。") for number in range({answers}))
Answer.objects.bulk_create((Answer(question=one, answer=other) for one, other in asked), batch_size=1000)
for part in range({documents}):
    articles = [f"# 第 {{part}}.{{number}} 条\n\n" + f"每年有 {{number}} 天培训，由部门经理批准。" * 12
                for number in range({passages} // {documents})]
    file = SimpleUploadedFile("handbook.md", "\n\n".join(articles).encode())
    services.save_document(Document(title=f"手册 {{part}}"), file=file)
human = DigitalHuman.objects.order_by("pk").first()
for number in range({videos}):
    script = f"这是第 {{number}} 段视频。" + "欢迎加入我们的团队，今天介绍公司的假期制度，请大家认真观看。" * 3
    avatars.request_render(human, script, priority=avatars.CAMPAIGN)
launch({words!r}, audience={{"everyone": True}})
"""
PROGRESS = {
    "answers": "SELECT COUNT(*) FROM conversations_embedding WHERE status = 'done'",
    "passages": "SELECT COUNT(*) FROM conversations_passage",
    "members sent to": "SELECT COALESCE(SUM(size), 0) FROM scheduling_batch WHERE ended_at IS NOT NULL",
    "videos": "SELECT COUNT(*) FROM avatars_render WHERE status = 'done'",
}


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How much there is of each."""

    questions: int
    answers: int
    passages: int
    documents: int
    members: int
    videos: int
    seconds: float  # that bulk gets at most


WHOLE = Amounts(questions=120, answers=10_000, passages=1_000, documents=4, members=100_000, videos=4, seconds=600)
SHORT = Amounts(questions=40, answers=300, passages=60, documents=2, members=3_000, videos=1, seconds=60)


class Bench:
    """Members who ask, of whom each round has new ones."""

    def __init__(self, stack: Stack, amounts: Amounts) -> None:
        self.stack, self.amounts, self._asked = stack, amounts, 0
        stack.emulator.add_crowd("crowd", int(RATE * amounts.seconds) + 3 * amounts.questions)

    def ask(self, count: int) -> list[float]:
        """Seconds of so many answers, of members who ask one after another."""
        names = [f"crowd{self._asked + number}" for number in range(1, count + 1)]
        self._asked += count
        return Crowd(stack=self.stack, names=names, turns=1, rate=RATE, words=QUESTION).talk().took

    def ask_beside_bulk(self) -> list[float]:
        """The same while bulk is done: until all of it is, or its time is over."""
        given = {
            name: getattr(self.amounts, name) for name in ("answers", "passages", "documents", "members", "videos")
        }
        self.stack.emulator.add_crowd("all", self.amounts.members)
        began, took = time.monotonic(), list[float]()
        before = self.progress()
        self.stack.manage("shell", "-c", BULK.format(words=WORDS, **given))
        while time.monotonic() - began < self.amounts.seconds and not self._is_over(before):
            took += self.ask(max(10, self.amounts.questions // 6))
        now, seconds = self.progress(), time.monotonic() - began
        for name, wanted in self._wanted().items():
            print(f"  {name:16} {now[name] - before[name]:8,} of {wanted:,} in {seconds:.0f} s", flush=True)
        return took

    def progress(self) -> Mapping[str, int]:
        """How much of each kind is done."""
        return {name: int(self.stack.asks(query)[0][0]) for name, query in PROGRESS.items()}

    def _is_over(self, before: Mapping[str, int]) -> bool:
        now = self.progress()
        return all(now[name] - before[name] >= wanted for name, wanted in self._wanted().items())

    def _wanted(self) -> Mapping[str, int]:
        many = self.amounts
        return dict(zip(PROGRESS, (many.answers, many.passages, many.members, many.videos), strict=True))


def measure(label: str, amounts: Amounts) -> None:
    """One installation, idle and busy."""
    stack = StackOfLanes(settings=SETTINGS)
    stack.env = {name: value for name, value in stack.env.items() if name not in HURRIED} | ROOMY
    try:
        stack.start()
        stack.emulator.api("POST", "limits", json=dict.fromkeys(LIMITS, 10**9))
        bench = Bench(stack, amounts)
        bench.ask(20)  # imports, caches, the index
        wait_for(lambda: not stack.has_work(), "what the start asked for", seconds=120)
        idle = bench.ask(amounts.questions)
        print(f"{label:10} idle           {len(idle):4} questions  {spread(idle)}", flush=True)
        busy = bench.ask_beside_bulk()
        print(f"{label:10} beside bulk    {len(busy):4} questions  {spread(busy)}", flush=True)
        goal("p95 beside bulk, of that of the idle installation", p95(busy) / p95(idle), at_most=GOAL)
    finally:
        stack.close()


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", choices=["sqlite", "postgres"], help="only this database (default: both)")
    parser.add_argument("--short", action="store_true", help="a few minutes, to see that it works")
    options = parser.parse_args()
    amounts = SHORT if options.short else WHOLE
    print(f"{os.cpu_count()} processors", flush=True)
    for database in [options.db] if options.db else ["sqlite", "postgres"]:
        server = postgres.running() if database == "postgres" else nullcontext("")
        with server as url, patch.dict("os.environ", {"TEST_DATABASE_URL": url}):
            measure(database, amounts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
