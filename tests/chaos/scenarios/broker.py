"""The broker is killed, flushed, silent, away for twenty seconds, and full, while members ask."""

import random
import time
from collections.abc import Callable

from tests.chaos import broker_faults
from tests.chaos.scenarios.stage import Stage, staged
from tests.chaos.scenarios.traffic import Traffic

BACK = 30.0  # seconds from the return of the broker until everything is done


def play(chance: random.Random, short: bool) -> str:
    """Callbacks are acknowledged as ever, and half a minute after its return everything is done."""
    faults: list[Callable[[Stage], None]] = [kill, flush, silence, away_for_seconds, fill]
    chance.shuffle(faults)
    with staged(Stage, on_postgres=False) as stage:
        with Traffic(stage, rate=5) as traffic:
            for fault in faults[: 1 if short else None]:
                time.sleep(3)
                fault(stage)
        began = time.monotonic()
        verdict = traffic.verdict(seconds=120).check()
        back = time.monotonic() - began
    words = f"{', '.join(fault.__name__ for fault in faults)}; all done {back:.0f} s after the last; {verdict}"
    assert back <= BACK, words
    return words


def kill(stage: Stage) -> None:
    with broker_faults.killed(stage):
        time.sleep(2)


def flush(stage: Stage) -> None:
    broker_faults.broker(stage).flushall()


def silence(stage: Stage) -> None:
    with broker_faults.mute(stage):
        time.sleep(8)


def away_for_seconds(stage: Stage) -> None:
    with broker_faults.refused(stage):
        time.sleep(20)


def fill(stage: Stage) -> None:
    with broker_faults.full(stage):
        time.sleep(5)
