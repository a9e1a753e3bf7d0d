"""The report of a run: its outcomes over time, by variant and by reason. A few queries, however many members."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from django.db.models import Count, Min
from django.utils import timezone

from scheduling.models import Batch, CampaignResponse, CampaignRun, Delivery, LinkClicks
from scheduling.responses.replies import WITHIN, first_replies

D = Delivery.Status
SENT = (D.SENT, D.DEGRADED, D.RECALLED)
STEPS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=6))
MOST_POINTS = 48
LEAST = 30  # members of a variant below whom a difference says nothing
CERTAIN = 1.96  # standard errors: chance makes a larger difference once in twenty times


@dataclass(frozen=True, kw_only=True)
class Point:
    """How many there were until a moment: members sent to, members who replied, clicks, and members who answered."""

    at: datetime
    sent: int
    replied: int
    clicks: int
    answered: int


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The figures of a variant. `opened` are members known to have opened a link, `clicks` counts each click."""

    name: str
    members: int
    share: float
    sent: int
    failed: int
    replied: int
    answered: int
    opened: int
    clicks: int

    @property
    def replied_rate(self) -> float:
        """In per cent of those who got it, as the others."""
        return self._rate(self.replied)

    @property
    def answered_rate(self) -> float:
        return self._rate(self.answered)

    @property
    def opened_rate(self) -> float:
        return self._rate(self.opened)

    def _rate(self, count: int) -> float:
        return 100 * count / self.sent if self.sent else 0.0


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """All figures of a run; `reasons` has status and reason with the number of members, most first."""

    sent: int
    failed: int
    left_out: int
    degraded: int
    recalled: int
    replied: int
    answered: int
    opened: int
    clicks: int
    reasons: Sequence[tuple[str, str, int]]
    variants: Sequence[Variant]
    points: Sequence[Point]

    @property
    def may_be_chance(self) -> bool | None:
        """Whether the variants' difference in replies and presses may be chance; None if they have too few members."""
        if len(self.variants) < 2 or min(variant.sent for variant in self.variants) < LEAST:
            return None
        first, second = self.variants[:2]
        pairs = ((first.replied, second.replied), (first.answered, second.answered), (first.opened, second.opened))
        return all(not differs(count, first.sent, other, second.sent) for count, other in pairs)


def report_of(run: CampaignRun, *, now: datetime | None = None) -> RunReport:
    """The figures of a run as they are now."""
    batches = {row.number: row for row in Batch.objects.filter(run=run)}
    rows = Delivery.objects.filter(run=run).order_by().values_list("batch", "status", "reason")
    counted = {(batch, status, reason): count for batch, status, reason, count in rows.annotate(count=Count("pk"))}
    replies, answers, openers = first_replies(run), *_first_responses(run)
    clicks = list(LinkClicks.objects.filter(link__run=run).values_list("link__variant", "hour", "count"))
    statuses: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for (_batch, status, reason), count in counted.items():
        statuses[status] += count
        reasons[status, reason] += count
    arrived: Counter[datetime] = Counter()
    for (number, status, _reason), count in counted.items():
        batch = batches.get(number)
        if status in SENT and batch is not None and batch.ended_at:
            arrived[batch.ended_at] += count
    return RunReport(
        sent=sum(statuses[code] for code in SENT),
        failed=statuses[D.FAILED] + statuses[D.EXPIRED],
        left_out=statuses[D.SKIPPED],
        degraded=statuses[D.DEGRADED],
        recalled=statuses[D.RECALLED],
        replied=len(replies),
        answered=len(answers),
        opened=len(openers),
        clicks=sum(count for _variant, _hour, count in clicks),
        reasons=[(status, reason, count) for (status, reason), count in reasons.most_common()],
        variants=_variants(run, batches, counted, (replies, answers, openers), clicks),
        points=_points(run, arrived, replies.values(), clicks, answers.values(), now=now or timezone.now()),
    )


def differs(count: int, of: int, other: int, of_other: int) -> bool:
    """Whether two shares differ by more than chance would make them, in nineteen of twenty cases."""
    pooled = (count + other) / (of + of_other)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_other))
    return error > 0 and abs(count / of - other / of_other) / error >= CERTAIN


def _first_responses(run: CampaignRun) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When each member first pressed something on the card, and first opened a link."""
    rows = CampaignResponse.objects.filter(run=run).order_by().values_list("kind", "member")
    moments: dict[str, dict[int, datetime]] = defaultdict(dict)
    for kind, member, first in rows.annotate(first=Min("at")):
        moments[kind][member] = first
    return moments[CampaignResponse.Kind.CARD], moments[CampaignResponse.Kind.LINK]


def _variants(
    run: CampaignRun,
    batches: Mapping[int, Batch],
    counted: Mapping[tuple[int, str, str], int],
    members: tuple[Mapping[int, datetime], ...],
    clicks: Iterable[tuple[str, datetime, int]],
) -> list[Variant]:
    """The figures of each of several variants; nothing if there is one."""
    names = sorted({batch.variant for batch in batches.values()})
    if len(names) < 2:
        return []
    total = sum(count for (number, _status, _reason), count in counted.items() if number in batches)
    active = {key for some in members for key in some}
    places = dict(Delivery.objects.filter(run=run, member__in=active).values_list("member", "batch")) if active else {}
    variants = []
    for name in names:
        own = {number for number, batch in batches.items() if batch.variant == name}
        by_status: Counter[str] = Counter()
        for (number, status, _reason), count in counted.items():
            by_status[status] += count if number in own else 0
        replied, answered, opened = (sum(places.get(key) in own for key in some) for some in members)
        size = sum(by_status.values())
        variants.append(
            Variant(
                name=name,
                members=size,
                share=100 * size / total if total else 0.0,
                sent=sum(by_status[code] for code in SENT),
                failed=by_status[D.FAILED] + by_status[D.EXPIRED],
                replied=replied,
                answered=answered,
                opened=opened,
                clicks=sum(count for variant, _hour, count in clicks if variant == name),
            )
        )
    return variants


def _points(
    run: CampaignRun,
    arrived: Mapping[datetime, int],
    replies: Iterable[datetime],
    clicks: Iterable[tuple[str, datetime, int]],
    answers: Iterable[datetime],
    *,
    now: datetime,
) -> list[Point]:
    """The sums over time, in steps that fit the run; nothing before something has arrived."""
    if not arrived:
        return []
    begins = min(run.moment, *arrived)
    series = (
        list(arrived.items()),
        [(at, 1) for at in replies],
        [(hour, count) for _variant, hour, count in clicks],
        [(at, 1) for at in answers],
    )
    last = max(at for some in series for at, _count in some)
    ends = max(last, min(now, begins + WITHIN)) if run.ended_at is None else last
    step = next((width for width in STEPS if (ends - begins) / width < MOST_POINTS), timedelta(days=1))
    steps = max(1, math.ceil((ends - begins) / step))
    sums = [_sums(some, begins, step, steps) for some in series]
    return [
        Point(at=begins + number * step, sent=sent, replied=replied, clicks=clicked, answered=answered)
        for number, (sent, replied, clicked, answered) in enumerate(zip(*sums, strict=True))
    ]


def _sums(some: Iterable[tuple[datetime, int]], begins: datetime, step: timedelta, steps: int) -> list[int]:
    """How much there was until each step; an hour that had begun before comes with the first one."""
    added = [0] * (steps + 1)
    for at, count in some:
        added[max(1, math.ceil((at - begins) / step))] += count
    return list(accumulate(added))
