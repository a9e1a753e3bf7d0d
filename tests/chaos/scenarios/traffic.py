"""Members who ask, one question each, and the verdict on what they got."""

import itertools
import os
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.chaos.scenarios.stage import Stage
from tests.support.emulator import Person, wait_for

QUESTION = "怎么请假"
DEADLINE = 5.0  # of the platform, for one acknowledgement
OF_THESE = "FROM emulator_callback callback WHERE callback.userid LIKE :members"
UNDELIVERED = f"SELECT 1 {OF_THESE} AND status = 'queued' LIMIT 1"
GIVEN_UP = f"SELECT COUNT(*) {OF_THESE} AND status = 'failed'"
ASKED = f"SELECT userid, at {OF_THESE}"
ATTEMPTS = (
    "SELECT COUNT(DISTINCT CASE WHEN number > 1 THEN callback_id END), COUNT(CASE WHEN status >= 500 THEN 1 END), "
    "MAX(CASE WHEN status = 200 THEN milliseconds END) FROM emulator_attempt "
    f"WHERE callback_id IN (SELECT id {OF_THESE})"
)
RECEIVED = (
    "SELECT member.userid, message.sent_at FROM emulator_entry entry "
    "JOIN emulator_message message ON message.id = entry.message_id "
    "JOIN emulator_member member ON member.id = entry.member_id "
    "WHERE entry.received AND member.userid LIKE :members ORDER BY entry.id"
)
PENDING = " UNION ALL ".join(
    f"SELECT 1 FROM {table} WHERE status IN ('queued', 'running')" for table in ("wecom_callback", "wecom_outbound")
)
_prefixes = itertools.count(1)


@dataclass(kw_only=True)
class Verdict:
    """What became of the questions, by the emulator's ledger."""

    asked: int
    never_in: int = 0  # the platform gave up delivering them
    retried: int = 0
    errors: int = 0  # answers with a status of 500 and above
    slowest: float = 0.0  # seconds until an acknowledgement
    lost: int = 0
    doubled: int = 0
    waits: list[float] = field(default_factory=list)  # seconds from question to answer

    def __str__(self) -> str:
        waits = sorted(self.waits) or [0.0]
        return (
            f"{self.asked} asked, never in {self.never_in}, lost {self.lost}, doubled {self.doubled}, "
            f"tried again {self.retried}, 5xx {self.errors}, acknowledged ≤ {self.slowest:.1f} s, "
            f"answered p90 {waits[int(0.9 * (len(waits) - 1))]:.0f} s ≤ {waits[-1]:.0f} s"
        )

    def check(self) -> Self:
        """Raises `AssertionError` if a member noticed anything but a pause."""
        wrong = (self.never_in, self.lost, self.doubled, self.errors)
        assert wrong == (0, 0, 0, 0), f"{self}"
        assert self.slowest < DEADLINE, f"{self}"
        return self


class Traffic:
    """New members ask, evenly, while the block lasts."""

    def __init__(self, stage: Stage, *, rate: float, most: int = 2000, copies: int = 1) -> None:
        """`copies` of each callback are delivered at once."""
        self.emulator, self._stage = stage.emulator, stage
        self._pause, self._copies = 1 / rate, copies
        self._prefix = f"t{next(_prefixes)}x{os.getpid()}x"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(most,))
        self.asked = 0
        self.emulator.add_crowd(self._prefix, most)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def wait(self) -> None:
        """Until all have asked."""
        self._thread.join()

    def _ask(self, most: int) -> None:
        began = time.monotonic()
        while self.asked < most and not self._over.is_set():
            self.asked += 1
            person = Person(self.emulator, f"{self._prefix}{self.asked}")
            person.writes(QUESTION, **({"copies": self._copies} if self._copies > 1 else {}))
            self._over.wait(max(0.0, began + self.asked * self._pause - time.monotonic()))

    def verdict(self, *, seconds: float = 60.0) -> Verdict:
        """What became of them; waits until nothing is on its way any more."""
        wait_for(lambda: not self._emulator(UNDELIVERED), "the platform to deliver or give up", seconds=seconds)
        wait_for(lambda: not self._stage.asks(PENDING), "everything to be settled", seconds=seconds)
        verdict = Verdict(asked=self.asked)
        asked_at = dict(self._emulator(ASKED))
        received: dict[str, list[float]] = {}
        for member, at in self._emulator(RECEIVED):
            received.setdefault(member, []).append(at)
        ((verdict.never_in,),) = self._emulator(GIVEN_UP)
        ((verdict.retried, verdict.errors, slowest),) = self._emulator(ATTEMPTS)
        verdict.slowest = (slowest or 0.0) / 1000
        verdict.waits = [received[member][0] - at for member, at in asked_at.items() if member in received]
        verdict.lost = len(asked_at.keys() - received.keys()) - verdict.never_in
        verdict.doubled = sum(len(times) - 1 for times in received.values())
        return verdict

    def _emulator(self, query: str) -> list[tuple[Any, ...]]:
        """What the emulator knows of these members."""
        return self._stage.asks_emulator(query, members=f"{self._prefix}%")
