"""Three beats at once: one is killed as a campaign begins, and the clock of another jumps over a fire."""

import random
import time
from contextlib import suppress
from itertools import pairwise

from tests.chaos.scenarios.stage import Stage, set_clock, staged, with_clock
from tests.support.emulator import Person, wait_for
from tests.support.stack import COMMANDS

BEATS = ("beat", "beat2", "beat3")
WORDS = "整点到了。"
MEMBERS = 3
MINUTE = 60.0
RUNS = "SELECT moment, reason FROM scheduling_campaignrun ORDER BY moment"
PAUSE = """
from scheduling import models, services
for one in models.Campaign.objects.filter(state__in=models.Campaign.ON):
    services.pause_mailing(one)
"""


class Beats(Stage):
    """A stack with more beats than anybody should run."""

    def commands(self) -> dict[str, list[str]]:
        return {**super().commands(), **dict.fromkeys(BEATS[1:], COMMANDS["beat"])}


def play(chance: random.Random, short: bool) -> str:
    """Each minute is said once to each member, and none is left out."""
    fires = 1 if short else 3
    with staged(Beats) as stage:
        members = [stage.emulator.hire() for _ in range(MEMBERS)]
        for member in members:
            member.writes("在吗")
            member.reads()
        ids = [member.user_id for member in members]
        call = f"schedule_wechat_message({ids!r}, message={WORDS!r}, schedule='* * * * *')"
        stage.manage("shell", "-c", f"from scheduling.services import schedule_wechat_message; {call}")
        clock = stage.folder / "clock"
        set_clock(clock, "+0")
        stage.restart("beat3", **with_clock(str(clock)))
        wait_for(lambda: said(members[0]) >= 1, "the first minute", seconds=2 * MINUTE)
        if fires > 1:
            _sleep_until_the_minute(chance.uniform(-0.2, 0.4))
            stage.restart("beat2")
            wait_for(lambda: said(members[0]) >= 2, "the second minute", seconds=MINUTE)
            _sleep_until_the_minute(-5)
            set_clock(clock, "+90")
            wait_for(lambda: said(members[0]) >= fires, "the third minute", seconds=2 * MINUTE)
        stage.manage("shell", "-c", PAUSE)
        wait_for(lambda: not stage.has_work(), "all work to end")
        runs = stage.asks(RUNS)
        counts = [said(member) for member in members]
    sent = [due for due, reason in runs if not reason]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sent)]
    words = f"{len(BEATS)} beats, {len(runs)} runs, said {counts} times, seconds between them {gaps}"
    assert counts == [len(sent)] * MEMBERS, words
    assert len({due for due, _outcome in runs}) == len(runs), words
    assert gaps == [MINUTE] * (len(sent) - 1), words
    return words


def said(member: Person) -> int:
    """How often this member got the words."""
    return sum(WORDS in text for text in member.texts())


def _sleep_until_the_minute(offset: float) -> None:
    """Until the next full minute, and so many seconds more."""
    left = MINUTE - time.time() % MINUTE + offset
    with suppress(ValueError):  # it is over already
        time.sleep(left)
