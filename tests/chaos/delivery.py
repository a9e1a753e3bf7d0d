"""Two thousand messages, killed senders, a crashed database, a failing platform: no message is lost or doubled.

    python -m tests.chaos.delivery
    python -m tests.chaos.delivery --messages 500 --kills 5 --restarts 1 --stops 1

The judge is the emulator's ledger: what people received. Senders are real Celery workers; the database is a PostgreSQL
of its own that keeps what it has promised (fsync), and is ended at once, as by a power cut.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from openuser.servers import postgres
from openuser.servers.server_processes import Processes
from tests.runner.database_templates import create
from tests.support.emulator import Emulator, answers, wait_for
from tests.support.stack import COMMANDS, WORKER, Stack

SENDERS = ("sender1", "sender2", "sender3")
# What may have arrived and what certainly did not, in equal shares.
FAULTS = (
    *("busy", "token-expired", "bad-gateway", "html", "reset-before", "reset-after", "late", "slow", "half-close"),
    *("truncated", "empty"),
)
RECOVERY = 120.0  # seconds: after a crash the server syncs each of its files
LIMITS = ("rate-limited", "concurrency-limited")
SECONDS = {"late": 3.0, "slow": 3.0, "half-close": 1.0}
QUEUE = """
from django.db import transaction
from wecom import services
with transaction.atomic():
    for number, user_id in enumerate({user_ids!r}):
        services.send_text(user_id, content=f"message {{number}}")
"""
COUNT = """
from collections import Counter
from wecom.models import Attempt, Outbound
rows = Outbound.objects.filter(content__content__startswith="message ")
ends = Counter(rows.values_list("status", "reason"))
tries = Counter(Attempt.objects.filter(outbound__in=rows).values_list("outcome", flat=True))
print("RESULT", repr((dict(ends), dict(tries))))
"""


@dataclass(kw_only=True)
class Report:
    """What happened. `lost` and `doubled` are counted in the ledger."""

    messages: int
    seconds: float = 0.0
    kills: int = 0
    restarts: int = 0
    stops: int = 0
    calls: int = 0
    lost: int = 0
    doubled: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    ends: dict[tuple[str, str], int] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        share = sum(self.faults.values()) / max(self.calls, 1)
        return "\n".join(
            [
                f"{self.messages} messages in {self.seconds:.0f} s, {self.calls} calls, {share:.0%} with a fault",
                f"  {self.kills} × kill -9 of senders, {self.stops} × SIGSTOP past the lease, "
                f"{self.restarts} × crash of the database",
                "  faults: " + ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items())),
                "  attempts: " + ", ".join(f"{name} {count}" for name, count in sorted(self.tries.items())),
                "  ends: "
                + ", ".join(f"{status} {reason}".strip() + f" {n}" for (status, reason), n in self.ends.items()),
                f"  lost {self.lost}, doubled {self.doubled}",
            ]
        )


class Senders(Stack):
    """Only what delivers: the emulator, three workers, beat."""

    def prepare(self) -> None:
        create(self.server, self.database)
        self.manage("migrate", "--verbosity", "0")

    def commands(self) -> dict[str, list[str]]:
        line = [*WORKER, "-Q", "default", "-P", "threads", "-c", "2", "-l", "WARNING"]
        senders = {name: [*line, "-n", f"{name}@stack"] for name in SENDERS}
        return {"emulator": self.emulator.command(), "beat": COMMANDS["beat"], **senders}

    def is_up(self) -> bool:
        return answers(f"{self.emulator.url}/emulator/api/calls")


class Database:
    """A PostgreSQL that can be made to crash."""

    settings: tuple[str, ...] = ()  # of the server, as `name=value`

    def __init__(self, folder: Path | None = None) -> None:
        """In a new folder, unless one is given."""
        self.owner = Processes()
        self.folder = folder or Path(tempfile.mkdtemp(prefix="ou-pg-", dir="/tmp"))
        self.cluster = postgres.prepare(self.folder)
        self.url = postgres.url(self.folder, name="postgres")
        self.start()

    def start(self) -> None:
        postgres.stop_leftover_server(self.cluster.data)
        self.process = postgres.start(self.owner, self.cluster, *self.settings)
        wait_for(lambda: postgres.is_ready(self.folder), "PostgreSQL to recover", seconds=RECOVERY)

    def crash(self) -> None:
        """End every process of it at once, without a checkpoint, and start it again."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        self.start()

    def stop(self) -> None:
        """End it in good order; its data stay."""
        self.owner.end([self.process], number=signal.SIGINT, grace=10.0)
        self.owner.end_all()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def play(
    stack: Stack,
    senders: tuple[str, ...],
    *,
    messages: int,
    members: int,
    kills: int,
    stops: int = 0,
    share: float = 0.2,
    faults: tuple[str, ...] = FAULTS,
    database: Database | None = None,
    restarts: int = 0,
    seconds: float = 900,
    seed: int = 4,
) -> Report:
    """Queue the messages, let everything go wrong while they are delivered, and count what people received."""
    emulator, report = stack.emulator, Report(messages=messages)
    people = [emulator.hire().user_id for _ in range(members)]
    wanted = [people[number % members] for number in range(messages)]
    emulator.api("DELETE", "faults")
    each = 1 - (1 - share) ** (1 / len(faults))
    for name in faults:
        extra = {"seconds": SECONDS[name]} if name in SECONDS else {}
        emulator.api("POST", "faults", json={"name": name, "path": "message/send", "share": each, **extra})
    calls, seen = emulator.calls("message/send"), newest(emulator)
    stack.manage("shell", "-c", QUEUE.format(user_ids=wanted))
    began, chance = time.monotonic(), random.Random(seed)
    events = [*["kill"] * kills, *["stop"] * stops, *["crash"] * restarts]
    chance.shuffle(events)
    received: Counter[tuple[str, str]] = Counter()
    for number, event in enumerate(events, 1):
        seen = until(emulator, seen, received, number * messages // (len(events) + 1), seconds)
        happen(event, stack, chance.choice(senders), database, report)
    seen = until(emulator, seen, received, messages, seconds)
    report.faults = {fault["name"]: fault["hits"] for fault in emulator.api("GET", "faults")["faults"]}
    emulator.api("DELETE", "faults")  # what is to be counted now is whether anything comes twice
    settled(stack, report, seconds=120)
    gather(emulator, seen, received)
    report.seconds = time.monotonic() - began
    report.calls = emulator.calls("message/send") - calls
    expected = {(user_id, f"message {number}") for number, user_id in enumerate(wanted)}
    report.lost = len(expected - set(received))
    report.doubled = sum(count - 1 for count in received.values()) + len(set(received) - expected)
    return report


def happen(event: str, stack: Stack, sender: str, database: Database | None, report: Report) -> None:
    if event == "kill":
        stack.restart(sender)
        report.kills += 1
    elif event == "crash" and database is not None:
        database.crash()
        report.restarts += 1
    elif event == "stop":
        # Long enough that its lease runs out and another worker takes over what it was sending.
        process = stack.parts[sender]
        process.send_signal(signal.SIGSTOP)
        threading.Timer(9.0, go_on, [process]).start()
        report.stops += 1


def go_on(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)


def newest(emulator: Emulator) -> int:
    """The number of the last entry of the ledger."""
    last, seen = 0, -1
    while last != seen:
        seen = last
        entries = emulator.api("GET", "ledger", params={"since": seen})["entries"]
        last = entries[-1]["id"] if entries else seen
    return last


def gather(emulator: Emulator, seen: int, received: Counter[tuple[str, str]]) -> int:
    """Count what came since; the number of the last entry."""
    while entries := emulator.api("GET", "ledger", params={"since": seen})["entries"]:
        for entry in entries:
            received[entry["member"], str(entry["content"].get("content", ""))] += 1
        seen = entries[-1]["id"]
    return seen


def until(emulator: Emulator, seen: int, received: Counter[tuple[str, str]], count: int, seconds: float) -> int:
    """Wait until so many different messages came."""
    deadline = time.monotonic() + seconds
    while True:
        seen = gather(emulator, seen, received)
        if len(received) >= count:
            return seen
        if time.monotonic() > deadline:
            print(f"only {len(received)} of {count} came in {seconds:.0f} s", file=sys.stderr)
            return seen
        time.sleep(0.2)


def settled(stack: Stack, report: Report, *, seconds: float) -> None:
    """Wait until nothing is on its way any more: only then nothing can come twice."""

    going = "SELECT 1 FROM wecom_outbound WHERE status IN ('queued', 'running')"
    wait_for(lambda: not stack.asks(going), "everything to be settled", seconds=seconds)
    answer = stack.manage("shell", "-c", COUNT)
    line = next(line for line in answer.splitlines() if line.startswith("RESULT"))
    report.ends, report.tries = eval(line.removeprefix("RESULT "))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--stops", type=int, default=2)
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    database = Database()
    try:
        with patch.dict("os.environ", {"TEST_DATABASE_URL": database.url}):
            stack = Senders()
        stack.env |= {"OPENUSER_REWAKE_SECONDS": "10", "WECHAT_RETRY_BASE_SECONDS": "0.005"}
        try:
            stack.start()
            report = play(
                stack,
                SENDERS,
                messages=options.messages,
                members=options.members,
                kills=options.kills,
                stops=options.stops,
                share=options.share,
                faults=(*FAULTS, *LIMITS),
                database=database,
                restarts=options.restarts,
                seed=options.seed,
            )
        except (AssertionError, subprocess.CalledProcessError):
            for name in stack.parts:
                print(f"--- {name}\n{stack.log(name)[-3000:]}", file=sys.stderr)
            raise
        finally:
            stack.close()
    finally:
        database.close()
    print(report)
    return 1 if report.lost or report.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
