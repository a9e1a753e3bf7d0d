"""Three hundred members ask while processes of every kind are killed: how many answers are lost or late?

    python -m tests.chaos.kills
    python -m tests.chaos.kills --messages 60 --kills 6

Leases, sweeps and pauses are those of production. The judge is the emulator: what it delivered, and what members got.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.support.emulator import Person, wait_for
from tests.support.stack import Stack

KINDS = ("worker", "web", "beat", "render")
PRODUCTION = {
    "OPENUSER_SWEEP_SECONDS": "15",
    "OPENUSER_REWAKE_SECONDS": "30",
    "OPENUSER_LEASE_SCALE": "1",
    "WECHAT_RETRY_BASE_SECONDS": "1",
    "WECHAT_PROBE_SECONDS": "10",
    "WECHAT_READ_TIMEOUT": "10",
    "LOG_LEVEL": "INFO",
}
BEING_HANDLED = "SELECT 1 FROM wecom_callback WHERE status IN ('queued', 'running')"
ON_ITS_WAY = "SELECT 1 FROM wecom_outbound WHERE status IN ('queued', 'running')"


class Programs(Stack):
    """Every part starts as in production, which takes it seconds, while members go on asking."""

    forks = False


@dataclass(kw_only=True)
class Report:
    """What members met. `never_in` are questions that the platform gave up delivering to us."""

    messages: int
    kills: Counter[str] = field(default_factory=Counter)
    never_in: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        tenths = quantiles(self.seconds, n=10)
        killed = ", ".join(f"{count} × {kind}" for kind, count in sorted(self.kills.items()))
        return (
            f"{self.messages} messages, {self.kills.total()} kills ({killed})\n"
            f"  lost {self.lost}, doubled {self.doubled}, never in {self.never_in}\n"
            f"  answers: p50 {tenths[4]:.1f} s, p90 {tenths[8]:.1f} s, longest {max(self.seconds):.1f} s"
        )


def play(stack: Stack, *, messages: int, kills: int, pause: float) -> Report:
    """Let members ask one after the other, and kill a process after every few of them."""
    report, kinds = Report(messages=messages), cycle(KINDS)
    people = [stack.emulator.hire() for _ in range(messages)]
    for number, person in enumerate(people, 1):
        person.writes("怎么请假")
        if number * kills // messages > report.kills.total():
            kind = next(kinds)
            stack.restart(kind)
            report.kills[kind] += 1
        time.sleep(pause)
    wait_for(lambda: not waiting(people), "the platform to deliver or give up", seconds=120)
    wait_for(lambda: not stack.asks(BEING_HANDLED) and not stack.asks(ON_ITS_WAY), "everything to settle", seconds=900)
    for person in people:
        judge(chat(person), report)
    return report


def chat(person: Person) -> list[dict[str, Any]]:
    """What a member sent and got, in order."""
    entries = person.emulator.api("GET", "chat", params={"member": person.user_id})["entries"]
    assert isinstance(entries, list)
    return entries


def waiting(people: list[Person]) -> bool:
    """Whether the platform still delivers the question of one of them."""
    return any(entry["callback"]["status"] == "queued" for person in people for entry in chat(person)[:1])


def judge(entries: list[dict[str, Any]], report: Report) -> None:
    question, answers = entries[0], [entry for entry in entries if entry["received"]]
    report.seconds += [answer["at"] - question["at"] for answer in answers[:1]]
    report.doubled += len(answers[1:])
    if not answers:
        delivered = question["callback"]["status"] == "delivered"
        report.lost += delivered
        report.never_in += not delivered


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two questions")
    options = parser.parse_args()
    stack = Programs(Path(tempfile.mkdtemp(prefix="ou-kills-", dir="/tmp")))
    stack.env |= PRODUCTION
    try:
        stack.start()
        report = play(stack, messages=options.messages, kills=options.kills, pause=options.pause)
    finally:
        stack.close()
    print(report)
    return 1 if report.lost or report.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
