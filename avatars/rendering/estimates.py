"""Estimates of how long a video takes, learned from earlier ones: a range that holds four of five, and its middle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.db import models

from avatars.models import Render

HISTORY = 20
REMEMBERED = 100
ALIKE = 2.0  # scripts up to this many times as long or as short are compared first
ENOUGH = 9  # the least number of ratios with a tenth at each end
LOWEST, HIGHEST = 0.1, 0.9
# Seconds with a warm studio on two cores, by tests/benchmarks/text_to_video.py; other machines learn theirs.
START = 1.3
PER_CHARACTER = {"zh": 0.15, "en": 0.039}
# How far an unmeasured machine may be from that one, and by how much few cases widen the range.
UNLEARNED = (0.6, 2.0)
FEW = 1.3


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Seconds: four of five are between `low` and `high`, half are above `likely`."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> "Estimate":
        return Estimate(low=self.low * factor, likely=self.likely * factor, high=self.high * factor)


NOTHING = Estimate(low=0.0, likely=0.0, high=0.0)


def estimate(text: str, mode: str, *, host: str = "", spliced: bool = False) -> Estimate:
    """The estimate for a script, from the last renders of the same mode, of about this length, on this host.

    With too few of those, from all lengths and all hosts; without any, from the figures of a small machine. Renders
    that are `spliced` from segments are compared with such renders only.
    """
    guess = _guess(text)
    ratios = _ratios(guess, mode, host, spliced=spliced)
    if not ratios:
        low, high = UNLEARNED
        return Estimate(low=guess * low, likely=guess, high=guess * high)
    low, high = _span(ratios)
    return Estimate(low=guess * low, likely=guess * median(ratios), high=guess * high)


def estimate_seconds(text: str, mode: str) -> float:
    """The likely seconds for a script."""
    return estimate(text, mode).likely


def time_left(render: Render) -> Estimate:
    """Seconds until a render is done: the queue before it, shared by the busy workers, and its own work.

    Four of five renders are done within the span.
    """
    if render.is_finished:
        return NOTHING
    if render.status == Render.Status.RUNNING:
        return stored_estimate(render).times(_left(render.progress))
    # Renders that run already are finished first, urgent or not.
    running = list(Render.objects.exclude(pk=render.pk).filter(status=Render.Status.RUNNING))
    before = [stored_estimate(row).times(_left(row.progress)) for row in running]
    before += [stored_estimate(row) for row in _sooner(render)]
    return _after(before, stored_estimate(render), workers=max(1, len(running)))


def seconds_left(render: Render) -> float:
    """The likely seconds until a render is done."""
    return time_left(render).likely


def stored_estimate(render: Render) -> Estimate:
    """The estimate on the row, from its request or from its worker."""
    likely = render.estimated_seconds
    low, high = UNLEARNED
    return Estimate(
        low=render.estimated_low or likely * low, likely=likely, high=render.estimated_high or likely * high
    )


def queue_position(render: Render) -> int:
    """Its place in the queue, from 1; 0 if it is not queued."""
    if render.status != Render.Status.QUEUED:
        return 0
    return len(_sooner(render)) + 1


def _sooner(render: Render) -> list[Render]:
    """Those queued before it, in their order."""
    queue = list(Render.objects.filter(status=Render.Status.QUEUED).in_turn().defer("text", "recipe", "stages"))
    return queue[: next((place for place, row in enumerate(queue) if row.pk == render.pk), len(queue))]


def _after(before: Sequence[Estimate], own: Estimate, *, workers: int) -> Estimate:
    """One after others. Their errors add up like independent ones: rarely are all late."""
    likely = sum(one.likely for one in before) / workers + own.likely
    early = math.hypot(own.likely - own.low, *((one.likely - one.low) / workers for one in before))
    late = math.hypot(own.high - own.likely, *((one.high - one.likely) / workers for one in before))
    return Estimate(low=max(0.0, likely - early), likely=likely, high=likely + late)


def _ratios(guess: float, mode: str, host: str, *, spliced: bool) -> list[float]:
    """Actual by guessed time of the latest renders, sorted."""
    alike_made = models.Q(recipe__has_key="cuts") if spliced else ~models.Q(recipe__has_key="cuts")
    done = Render.objects.filter(alike_made, status=Render.Status.DONE, mode=mode, took_seconds__gt=0)
    done = done.order_by("-finished_at")
    found = [
        (took / _guess(words), _guess(words), where)
        for took, words, where in done.values_list("took_seconds", "text", "host")[:REMEMBERED]
        if took
    ]
    here = [one for one in found if one[2] == host] if host else []
    found = here if len(here) >= ENOUGH else found
    alike = [one for one in found if guess / ALIKE <= one[1] <= guess * ALIKE]
    return sorted(one[0] for one in (alike if len(alike) >= ENOUGH else found)[:HISTORY])


def _span(ratios: list[float]) -> tuple[float, float]:
    """The range that holds the next ratio in four of five cases, for any distribution: two order statistics."""
    count = len(ratios)
    first, last = math.floor(LOWEST * (count + 1)), math.ceil(HIGHEST * (count + 1))
    low = ratios[first - 1] if first >= 1 else ratios[0] / FEW
    high = ratios[last - 1] if last <= count else ratios[-1] * FEW
    return low, high


def _left(progress: int) -> float:
    return 1 - progress / 100


def _guess(text: str) -> float:
    return START + sum(PER_CHARACTER["zh" if ord(char) > 0x2E7F else "en"] for char in text)
