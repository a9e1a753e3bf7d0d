"""How long a video takes, learned from those made here: a span in which four of five end, and its middle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.db import models

from avatars.models import Render

HISTORY = 20
REMEMBERED = 100
ALIKE = 2.0  # times as long or as short: what such scripts took says most
ENOUGH = 9  # so many ratios have a tenth at each end
LOWEST, HIGHEST = 0.1, 0.9
# Seconds with a warm studio on two cores, by tests/benchmarks/text_to_video.py; other machines learn their own.
START = 1.3
PER_CHARACTER = {"zh": 0.15, "en": 0.039}
# How far a machine that has learned nothing may be from that one, and how much wider few cases make the span.
UNLEARNED = (0.6, 2.0)
FEW = 1.3


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Seconds: with a probability of four fifths between `low` and `high`; as often above `likely` as below."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> "Estimate":
        return Estimate(low=self.low * factor, likely=self.likely * factor, high=self.high * factor)


NOTHING = Estimate(low=0.0, likely=0.0, high=0.0)


def render_estimate(text: str, mode: str, *, host: str = "", spliced: bool = False) -> Estimate:
    """Of the work for a script: from the last renders of the same mode, of about this length, and on this host.

    Of all lengths, and of all hosts, where there are too few; from figures of a small machine where there are none.
    Those that are `spliced` of pieces and those that are not say nothing of each other.
    """
    guess = _guess(text)
    ratios = _ratios(guess, mode, host, spliced=spliced)
    if not ratios:
        low, high = UNLEARNED
        return Estimate(low=guess * low, likely=guess, high=guess * high)
    low, high = _span(ratios)
    return Estimate(low=guess * low, likely=guess * median(ratios), high=guess * high)


def render_seconds(text: str, mode: str) -> float:
    """The likely seconds of work for a script."""
    return render_estimate(text, mode).likely


def wait(render: Render) -> Estimate:
    """Until a render is done: what is before it, shared by the workers that are busy with it, and itself."""
    if render.is_finished:
        return NOTHING
    if render.status == Render.Status.RUNNING:
        return estimate_of(render).times(_left(render.progress))
    # Whatever runs already is finished first, urgent or not.
    running = list(Render.objects.exclude(pk=render.pk).filter(status=Render.Status.RUNNING))
    before = [estimate_of(row).times(_left(row.progress)) for row in running]
    before += [estimate_of(row) for row in _sooner(render)]
    return _after(before, estimate_of(render), workers=max(1, len(running)))


def wait_seconds(render: Render) -> float:
    """The likely seconds until a render is done."""
    return wait(render).likely


def estimate_of(render: Render) -> Estimate:
    """What was estimated when it was asked for, or when its worker began."""
    likely = render.estimated_seconds
    low, high = UNLEARNED
    return Estimate(
        low=render.estimated_low or likely * low, likely=likely, high=render.estimated_high or likely * high
    )


def place(render: Render) -> int:
    """Its place in the queue, from 1; 0 where it does not wait any more."""
    if render.status != Render.Status.QUEUED:
        return 0
    return len(_sooner(render)) + 1


def _sooner(render: Render) -> list[Render]:
    """Those that would be made before it, in their order, were nobody to come meanwhile."""
    queue = list(Render.objects.filter(status=Render.Status.QUEUED).in_turn().defer("text", "recipe", "stages"))
    return queue[: next((place for place, row in enumerate(queue) if row.pk == render.pk), len(queue))]


def _after(before: Sequence[Estimate], own: Estimate, *, workers: int) -> Estimate:
    """One after others. What each misses by adds up as independent chances do: rarely are all late."""
    likely = sum(one.likely for one in before) / workers + own.likely
    early = math.hypot(own.likely - own.low, *((one.likely - one.low) / workers for one in before))
    late = math.hypot(own.high - own.likely, *((one.high - one.likely) / workers for one in before))
    return Estimate(low=max(0.0, likely - early), likely=likely, high=likely + late)


def _ratios(guess: float, mode: str, host: str, *, spliced: bool) -> list[float]:
    """How many times as long as guessed the latest took, in order of size."""
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
    """What the next one lies between in four of five cases, whatever they are spread like: two of their order."""
    count = len(ratios)
    first, last = math.floor(LOWEST * (count + 1)), math.ceil(HIGHEST * (count + 1))
    low = ratios[first - 1] if first >= 1 else ratios[0] / FEW
    high = ratios[last - 1] if last <= count else ratios[-1] * FEW
    return low, high


def _left(progress: int) -> float:
    return 1 - progress / 100


def _guess(text: str) -> float:
    return START + sum(PER_CHARACTER["zh" if ord(char) > 0x2E7F else "en"] for char in text)
