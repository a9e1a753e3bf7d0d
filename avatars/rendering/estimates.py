"""Estimates of a video's seconds, learned from earlier renders: a range that holds four of five, and its median."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from avatars.models import Render
from avatars.models.stages import stage_run
from avatars.scenes.spec import Layout
from core.read_once import kept
from core.work import processes

HISTORY = 20  # renders that an estimate rests on: enough for both tenths, few enough to follow a new engine
REMEMBERED = 100  # rows read to find those: bounds the query
ALIKE = 2.0  # scripts up to this many times as long or as short are compared first
ENOUGH = 9  # the least number of ratios with a tenth at each end
LOWEST, HIGHEST = 0.1, 0.9  # quantiles between which four of five renders are
# Seconds with a warm studio on two cores, by tests/benchmarks/text_to_video.py; other machines learn theirs.
START = 1.3
PER_CHARACTER = {"zh": 0.15, "en": 0.039}  # seconds a character of each language, from the same measurement
# Additional seconds of a presentation: for opening a scene, for a second portrait, and for drawing the listener, as a
# share of the seconds for speaking and for drawing the speaker.
PER_SCENE, SECOND, LISTENING = 0.2, 0.8, 0.3
# Additional seconds of the first render of an installation: it loads models, reads dictionaries, analyses the portrait.
# A fresh installation on two cores took 9.1 s for a video that takes 1.75 s with a warm studio.
COLD = 7.4
FIRST_HAN = 0x2E7F  # code point: characters above it count as Chinese, others as letters
# Times the figures of that machine: the range of a machine without renders.
UNLEARNED = (0.6, 2.0)
FEW = 1.3  # times: beyond the fastest or slowest known render, where a quantile lies outside of them
ESTIMATED = ("estimated_seconds", "estimated_low", "estimated_high")
# 0..1, the share of its work from which a running render tells the present pace; the slowest and the fastest pace, in
# times the estimated seconds, that count.
TELLING, SLOWEST, FASTEST = 0.2, 20.0, 0.5
QUEUE = "render"
LAST = 2**62  # a key behind all others


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Seconds: four of five are between `low` and `high`, half are above `likely`."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> "Estimate":
        return Estimate(low=self.low * factor, likely=self.likely * factor, high=self.high * factor)


NOTHING = Estimate(low=0.0, likely=0.0, high=0.0)  # seconds: no work is left


def estimate(
    text: str,
    mode: str,
    *,
    host: str = "",
    spliced: bool = False,
    deck: Mapping[str, Any] | None = None,
    own: int | None = None,
) -> Estimate:
    """The estimate for a script, from the last renders of the same mode, of about this length, on this host.

    With too few of those, from all lengths and all hosts; without any, from the figures of a small machine, which for
    the first render of all has yet to load its models; `own` is the row that is estimated. Renders that are `spliced`
    from segments are compared with such renders only, and presentations, which have a `deck` of scenes, with
    presentations; before the first presentation, with whole videos.
    """
    guess = warm_seconds(text, deck)
    kinds = ("deck", "whole") if deck else ("cuts",) if spliced else ("whole",)
    ratios = next(filter(None, (_ratios(guess, mode, host, kind=kind) for kind in kinds)), [])
    if not ratios:
        low, high = UNLEARNED
        likely = guess + (COLD if _is_first_of_all(own) else 0.0)
        return Estimate(low=guess * low, likely=likely, high=likely * high)
    low, high = _span(ratios)
    return Estimate(low=guess * low, likely=guess * median(ratios), high=guess * high)


def estimate_seconds(text: str, mode: str) -> float:
    """The likely seconds for a script."""
    return estimate(text, mode).likely


def time_left(render: Render) -> Estimate:
    """Seconds until a render is done: earlier renders, shared by the workers, and its own work, at the present pace.

    Four of five renders are done within the span.
    """
    if render.is_finished:
        return NOTHING
    if render.status == Render.Status.RUNNING:
        return stored_estimate(render).times(_left(render.progress) * _pace([render]))
    running = _running_before(render)
    before = [_only(stored_estimate(row).times(_left(row.progress) * _pace([row]))) for row in running]
    pace = _pace(running)
    queued = [total.times(pace) for total in _queue_before(render)] if render.status == Render.Status.QUEUED else []
    return _after([*before, *queued], stored_estimate(render).times(pace), workers=_workers(len(running)))


def seconds_of_bulk(seconds: float) -> float:
    """The likely seconds until further bulk renders are done that take so many seconds one after another."""
    last = Render(priority=Render.BULK, pk=LAST)
    running = _running_before(last)
    before = [stored_estimate(row).likely * _left(row.progress) * _pace([row]) for row in running]
    queued = sum(total.likely for total in _queue_before(last))
    return (sum(before) + (queued + seconds) * _pace(running)) / _workers(len(running))


def _running_before(render: Render) -> list[Render]:
    """Running renders that end before this one begins. Bulk renders let all others go first."""
    running = Render.objects.exclude(pk=render.pk).filter(status=Render.Status.RUNNING)
    if not render.is_bulk:
        running = running.filter(priority__gt=Render.BULK)
    rows = running.only("progress", "stages", "attempts", *ESTIMATED)
    return kept(("running before", render.pk, render.is_bulk), lambda: list(rows))


def _workers(busy: int) -> int:
    """The number of renders that are made at a time."""
    return max(1, busy, kept("takers of renders", lambda: processes.takers()[QUEUE]))


def _pace(running: Sequence[Render]) -> float:
    """The median ratio of the present to the estimated time of running renders, on machines with other work; else 1."""
    return median(paces) if (paces := [pace for row in running if (pace := _pace_of(row)) is not None]) else 1.0


def _pace_of(render: Render) -> float | None:
    own = [run for run in map(stage_run, render.stages) if run.attempt == render.attempts]
    share = render.progress / 100
    if not own or render.estimated_seconds <= 0:
        return None
    took = (timezone.now() - own[0].began_at).total_seconds()
    pace = took / (render.estimated_seconds * max(share, TELLING))
    if share < TELLING and pace < 1:
        return None  # it has only begun
    return min(max(pace, FASTEST), SLOWEST)


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
    return sum(part.count for part in _queue_before(render)) + 1


@dataclass(frozen=True, kw_only=True)
class _Total:
    """Totals of some renders: their likely seconds, and their errors to both sides, as sums of squares."""

    count: int
    likely: float
    early: float
    late: float

    def times(self, factor: float) -> "_Total":
        squared = factor * factor
        return replace(self, likely=self.likely * factor, early=self.early * squared, late=self.late * squared)


def _queue_before(render: Render) -> tuple[_Total, ...]:
    """The totals of renders queued before it, added up by the database: a queue may have thousands."""
    return kept(("queue before", render.pk, render.priority), lambda: _totals_before(render))


def _totals_before(render: Render) -> tuple[_Total, ...]:
    """The totals of more urgent renders, and of equally urgent ones that come sooner, if there are any."""
    others = Render.objects.exclude(pk=render.pk).filter(status=Render.Status.QUEUED)
    is_alike = models.Q(priority=render.priority)
    urgent, alike = _totals(others.filter(priority__gte=render.priority), ~is_alike, is_alike)
    return (urgent, *_totals(Render.objects.sooner(render), models.Q())) if alike.count else (urgent,)


def _totals(rows: models.QuerySet[Render], *parts: models.Q) -> list[_Total]:
    """The totals of each of these parts of the rows, in one query."""
    likely, (low, high) = models.F("estimated_seconds"), UNLEARNED
    known_low, known_high = (NullIf(models.F(f"estimated_{end}"), 0.0) for end in ("low", "high"))
    early, late = likely - Coalesce(known_low, likely * low), Coalesce(known_high, likely * high) - likely
    sums = {"likely": "estimated_seconds", "early": "early", "late": "late"}
    columns = {
        f"{name}_{number}": total
        for number, part in enumerate(parts)
        for name, total in (
            ("count", models.Count("pk", filter=part)),
            *((name, models.Sum(column, filter=part)) for name, column in sums.items()),
        )
    }
    totals = rows.annotate(early=early * early, late=late * late).aggregate(**columns)
    return [
        _Total(count=totals[f"count_{number}"], **{name: totals[f"{name}_{number}"] or 0.0 for name in sums})
        for number in range(len(parts))
    ]


def _only(estimate: Estimate) -> _Total:
    return _Total(
        count=1,
        likely=estimate.likely,
        early=(estimate.likely - estimate.low) ** 2,
        late=(estimate.high - estimate.likely) ** 2,
    )


def _after(before: Sequence[_Total], own: Estimate, *, workers: int) -> Estimate:
    """The estimate of a render after others. Their errors add up like independent ones: rarely are all late."""
    likely = sum(total.likely for total in before) / workers + own.likely
    early = math.hypot(own.likely - own.low, math.sqrt(sum(total.early for total in before)) / workers)
    late = math.hypot(own.high - own.likely, math.sqrt(sum(total.late for total in before)) / workers)
    return Estimate(low=max(0.0, likely - early), likely=likely, high=likely + late)


def _first_done() -> models.QuerySet[Render, int]:
    """The first render that this installation made, by its key."""
    done = Render.objects.filter(status=Render.Status.DONE, took_seconds__gt=0)
    return done.order_by("finished_at").values_list("pk", flat=True)[:1]


def _is_first_of_all(own: int | None) -> bool:
    """Whether no render was made yet, and none is before it."""
    if _first_done().exists():
        return False
    unfinished = Render.objects.filter(status__in=(Render.Status.QUEUED, Render.Status.RUNNING))
    return not (unfinished.filter(pk__lt=own) if own else unfinished).exists()


def _ratios(guess: float, mode: str, host: str, *, kind: str) -> list[float]:
    """Actual by guessed time of the latest renders of a kind, sorted. The first of all began cold: it counts alone."""
    has_cuts, has_deck = models.Q(recipe__has_key="cuts"), models.Q(recipe__has_key="deck")
    alike_made = {"deck": has_deck, "cuts": has_cuts & ~has_deck, "whole": ~has_cuts}[kind]
    spoken = ~models.Q(recipe__has_key="loop")
    done = Render.objects.filter(alike_made, spoken, status=Render.Status.DONE, mode=mode, took_seconds__gt=0)
    is_cold = models.ExpressionWrapper(models.Q(pk=models.Subquery(_first_done())), output_field=models.BooleanField())
    columns = ("took_seconds", "text", "host", *(["recipe__deck"] if kind == "deck" else []))
    rows = done.order_by("-finished_at").values_list(is_cold, *columns)[: REMEMBERED + 1]
    warm = [row for row in rows if not row[0]][:REMEMBERED]
    ratios = []
    for cold, took, text, where, *deck in warm or rows:
        guessed = warm_seconds(text, *deck)
        ratios.append((took / (guessed + (COLD if cold else 0.0)), guessed, where))
    here = [ratio for ratio in ratios if ratio[2] == host] if host else []
    ratios = here if len(here) >= ENOUGH else ratios
    alike = [ratio for ratio in ratios if guess / ALIKE <= ratio[1] <= guess * ALIKE]
    return sorted(ratio[0] for ratio in (alike if len(alike) >= ENOUGH else ratios)[:HISTORY])


def _span(ratios: list[float]) -> tuple[float, float]:
    """The range that holds the next ratio in four of five cases, for any distribution: two order statistics."""
    count = len(ratios)
    first, last = math.floor(LOWEST * (count + 1)), math.ceil(HIGHEST * (count + 1))
    low = ratios[first - 1] if first >= 1 else ratios[0] / FEW
    high = ratios[last - 1] if last <= count else ratios[-1] * FEW
    return low, high


def _left(progress: int) -> float:
    return 1 - progress / 100


def warm_seconds(text: str, deck: Mapping[str, Any] | None = None) -> float:
    """The seconds that a small machine with a warm studio takes."""
    return START + _spoken(text) + (_staged(text, deck) if deck else 0.0)


def _spoken(text: str) -> float:
    return sum(PER_CHARACTER["zh" if ord(char) > FIRST_HAN else "en"] for char in text)


def _staged(text: str, deck: Mapping[str, Any]) -> float:
    """The additional seconds for the scenes and the second digital human of a presentation."""
    scenes = deck["scenes"]
    two = [Layout(scene["layout"]).has_two for scene in scenes]
    places = pairwise([*(scene["begin"] for scene in scenes), len(text)])
    listened = sum(_spoken(text[begin:end]) for (begin, end), both in zip(places, two, strict=True) if both)
    others = SECOND if any(two) or any(scene.get("speaker") for scene in scenes) else 0.0
    return PER_SCENE * sum(not scene.get("continues") for scene in scenes) + others + LISTENING * listened
