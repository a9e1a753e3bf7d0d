"""Clocks of single processes are minutes wrong, and one jumps back an hour while it holds leases."""

import random
import re
import time

import requests

from tests.chaos.scenarios.stage import Stage, set_clock, staged, with_clock
from tests.chaos.scenarios.traffic import Traffic
from tests.support.emulator import wait_for

SKEW = 400  # seconds: within the ten minutes for which a callback is not suspect
PARTS = ("web", "worker", "beat")
METRIC = re.compile(r'^openuser_clock_skew_seconds\{.*other="database".*\} (\S+)$', re.MULTILINE)
LONGEST = 30.0  # seconds until an answer


def play(chance: random.Random, short: bool) -> str:
    """Everybody is answered once, and soon: leases and due times do not hang on one machine's clock."""
    wrong = [(part, sign * SKEW) for part in PARTS for sign in (1, -1)]
    chance.shuffle(wrong)
    told: list[str] = []
    with staged(Stage, OPENUSER_METRICS_NETWORKS="127.0.0.0/8") as stage:
        for part, seconds in wrong[: 1 if short else None]:
            told.append(f"{part} {seconds:+d} s: {_with_wrong_clock(stage, part, seconds)}")
        if not short:
            told.append(f"worker jumps back 1 h: {_jump(stage)}")
    return "; ".join(told)


def _with_wrong_clock(stage: Stage, part: str, seconds: int) -> str:
    stage.restart(part, **with_clock(f"{seconds:+d}"))
    wait_for(stage.is_up, "the web process")
    words = ""
    if part == "web":
        (skew,) = METRIC.findall(requests.get(f"{stage.url}/metrics", timeout=30).text)
        assert abs(float(skew) - seconds) < 5, f"the metric says {skew}"
        words = f"metric {float(skew):+.0f}, "
    words += _answers(stage)
    stage.restart(part)
    return words


def _jump(stage: Stage) -> str:
    """While a worker waits for the platform, it is an hour earlier there."""
    clock = stage.folder / "clock"
    set_clock(clock, "+0")
    stage.restart("worker", **with_clock(str(clock)))
    stage.emulator.api(
        "POST", "faults", json={"name": "slow", "path": "message/send", "share": 0.3, "seconds": 1.5, "times": None}
    )
    with Traffic(stage, rate=2) as traffic:
        time.sleep(4)
        set_clock(clock, "-3600")
        time.sleep(6)
    stage.emulator.api("DELETE", "faults")
    verdict = traffic.verdict(seconds=120).check()
    assert max(verdict.waits) < LONGEST, f"{verdict}"
    return str(verdict)


def _answers(stage: Stage) -> str:
    with Traffic(stage, rate=2) as traffic:
        time.sleep(4)
    verdict = traffic.verdict(seconds=120).check()
    assert max(verdict.waits) < LONGEST, f"{verdict}"
    return f"{verdict.asked} answered ≤ {max(verdict.waits):.0f} s"
