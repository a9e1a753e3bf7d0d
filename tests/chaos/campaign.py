"""A campaign to 200,000, killed senders, a crashed database, a failing platform: everybody gets it exactly once.

    python -m tests.chaos.campaign
    python -m tests.chaos.campaign --members 20000

All senders are killed at 40 %, the database crashes at 60 %, and a fifth of all calls go wrong. The judge is the
emulator's ledger.
"""

import argparse
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from unittest.mock import patch

from tests.chaos.delivery import FAULTS, SECONDS, SENDERS, Database, Senders
from tests.support.emulator import wait_for
from tests.support.stack import Stack

LAUNCH = """
from itertools import islice
from tests.scheduling.support.campaigns import launch
from wecom import services
from wecom.models import Member
company = services.current_application().corporation
names = ({prefix!r} + str(number) for number in range(1, {members} + 1))
rows = (Member(corporation=company, user_id=name, name=name, status="active") for name in names)
while some := list(islice(rows, 5000)):
    Member.objects.bulk_create(some, ignore_conflicts=True)  # the directory may have brought some
print("RESULT", launch({text!r}, audience={audience}).pk)
"""
COUNT = """
from scheduling.models import Campaign
from tests.scheduling.support.campaigns import outcomes
print("RESULT", repr(outcomes(Campaign.objects.get(pk={campaign}))))
"""
# The emulator needs more than a moment for calls to a thousand of so many members, and longer yet to list them all.
PATIENT = {
    "OPENUSER_REWAKE_SECONDS": "10",
    "OPENUSER_LEASE_SCALE": "0.5",
    "WECHAT_RETRY_BASE_SECONDS": "0.005",
    "WECHAT_READ_TIMEOUT": "8",
    "WECHAT_DIRECTORY_SYNC_HOURS": "0",
}
ARRIVED = (
    "SELECT COUNT(*), COUNT(DISTINCT entry.member_id) FROM emulator_entry entry "
    "JOIN emulator_message message ON message.id = entry.message_id "
    "JOIN emulator_member member ON member.id = entry.member_id "
    "WHERE entry.received AND member.userid LIKE ? AND message.content LIKE ?"
)


@dataclass(kw_only=True)
class CampaignReport:
    """What happened. `lost` and `doubled` are counted in the ledger, `outcomes` are the rows of the campaign."""

    members: int
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        hits = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return (
            f"{self.members:,} members in {self.seconds:.0f} s, faults: {hits}\n  {self.outcomes}\n"
            f"  lost {self.lost}, doubled {self.doubled}"
        )


def play(
    stack: Stack,
    *,
    prefix: str,
    members: int,
    text: str,
    audience: Mapping[str, object],
    events: Sequence[tuple[float, Callable[[], None]]],
    share: float = 0.2,
    faults: Sequence[str] = FAULTS,
    lasts: Mapping[str, float] = SECONDS,
    seconds: float = 3600,
) -> CampaignReport:
    """Launch a campaign, let each event happen when its share of the members has it, and count who got it."""
    emulator, report = stack.emulator, CampaignReport(members=members)
    emulator.add_crowd(prefix, members)
    emulator.api("DELETE", "faults")
    each = 1 - (1 - share) ** (1 / len(faults))
    for name in faults:
        extra = {"seconds": lasts[name]} if name in lasts else {}
        emulator.api("POST", "faults", json={"name": name, "path": "message/send", "share": each, **extra})
    script = LAUNCH.format(prefix=prefix, members=members, text=text, audience=dict(audience))
    campaign, began = int(answer(stack, script)), time.monotonic()
    words = text.partition("}}")[2] or text
    for at, happen in events:
        wait_for(partial(has_reached, stack, prefix, words, at * members), f"{at:.0%}", seconds=seconds)
        happen()
    going = f"SELECT 1 FROM scheduling_campaignrun WHERE campaign_id = {campaign} AND ended_at IS NULL"
    wait_for(lambda: not stack.asks(going), "the run to end", seconds=seconds)
    report.faults = {fault["name"]: fault["hits"] for fault in emulator.api("GET", "faults")["faults"]}
    emulator.api("DELETE", "faults")
    report.seconds = time.monotonic() - began
    count, people = arrived(stack, prefix, words)
    report.lost, report.doubled = members - people, count - people
    report.outcomes = eval(answer(stack, COUNT.format(campaign=campaign)))
    return report


def arrived(stack: Stack, prefix: str, words: str) -> tuple[int, int]:
    """How many messages with these words members have, and how many members have one."""
    escaped = words.encode("ascii", "backslashreplace").decode().replace("\\", "_")
    with sqlite3.connect(f"file:{stack.folder / 'emulator.sqlite3'}?mode=ro", uri=True, timeout=30) as ledger:
        found = ledger.execute(ARRIVED, [f"{prefix}%", f"%{escaped}%"]).fetchone()
    return int(found[0]), int(found[1])


def has_reached(stack: Stack, prefix: str, words: str, members: float) -> bool:
    """Whether so many members have a message with these words."""
    return arrived(stack, prefix, words)[1] >= members


def answer(stack: Stack, script: str) -> str:
    lines = stack.manage("shell", "-c", script).splitlines()
    return next(line for line in lines if line.startswith("RESULT")).removeprefix("RESULT ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=200_000)
    options = parser.parse_args()
    database = Database()
    try:
        with patch.dict("os.environ", {"TEST_DATABASE_URL": database.url}):
            stack = Senders()
        stack.env |= PATIENT

        def kill() -> None:
            for name in SENDERS:
                stack.restart(name)

        try:
            stack.start()
            report = play(
                stack,
                prefix="crowd",
                members=options.members,
                text="各位同事：下午三点全员会议。",
                audience={"everyone": True},
                events=[(0.4, kill), (0.6, database.crash)],
                lasts=SECONDS | {"late": 9.0, "slow": 9.0},  # longer than the time that a call has
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
