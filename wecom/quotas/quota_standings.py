"""Waiting messages and the usage of each limit, read for all applications at once: a statement for each table."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import RowNumber

from wecom.client import call_limit_breaker
from wecom.models import Application, BroadcastReservation, DailyQuota, Outbound, SendReservation
from wecom.quotas import send_quota

MEASURED = timedelta(minutes=2)
WINDOWS = range(len(call_limit_breaker.PER_API))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Of one application.

    Attributes:
        messages: how many wait, for `recipients`.
        lately: how many were sent within `MEASURED`.
        today: the recipients of the platform's day.
        calls: those of its company within each window of `circuit_breaker.PER_API`.
        closed_until: when its company may send again; None for now.
        longest: how many messages wait for the member with the longest queue.
        times: when that member, or everybody, got a message in the last hour.
    """

    messages: int = 0
    recipients: int = 0
    lately: int = 0
    today: int = 0
    calls: tuple[int, ...] = (0,) * len(WINDOWS)
    closed_until: datetime | None = None
    longest: int = 0
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The messages that wait for one member."""

    user_id: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Busy:
    """A member with how many messages of the last minute and hour."""

    user_id: str
    minute: int
    hour: int


def standings(applications: Sequence[Application], now: datetime) -> Mapping[int, Standing]:
    """The standing of each of these applications, by key."""
    keys = [application.pk for application in applications]
    figures: list[Any] = list(Application.objects.filter(pk__in=keys).values("pk", **_figures(now)))
    queues = _longest_queues(keys) if any(row["count"] for row in figures) else {}
    times = _times(queues, now) if queues else {}
    return {
        row["pk"]: Standing(
            messages=row["count"] or 0,
            recipients=row["reach"] or 0,
            lately=row["lately"] or 0,
            today=row["today"] or 0,
            calls=tuple(row[f"calls{number}"] or 0 for number in WINDOWS),
            closed_until=row["closed_until"],
            longest=queues[row["pk"]].count if row["pk"] in queues else 0,
            times=tuple(sorted(times.get(row["pk"], ()))),
        )
        for row in figures
    }


def busiest(applications: Sequence[Application], now: datetime, most: int) -> Mapping[int, list[Busy]]:
    """The members who got most messages of each application in the last minute, or else the last hour."""
    (minute, _a_minute), (hour, _an_hour) = send_quota.PER_MEMBER
    rows = SendReservation.objects.filter(application__in=applications, at__gt=now - hour)
    counted = rows.values("application", "user_id").annotate(
        hour=Count("pk"), minute=Count("pk", filter=Q(at__gt=now - minute))
    )
    order = (F("minute").desc(), F("hour").desc(), F("user_id").asc())
    busiest_of: dict[int, list[Busy]] = defaultdict(list)
    for row in _first(counted, order, most):
        busiest_of[row["application"]].append(Busy(user_id=row["user_id"], minute=row["minute"], hour=row["hour"]))
    return busiest_of


def _figures(now: datetime) -> dict[str, Any]:
    """Columns of a query on applications."""
    own = {"application": OuterRef("pk")}
    waiting = Outbound.objects.filter(**own, status__in=Outbound.UNFINISHED)
    done = Outbound.objects.filter(**own, status=Outbound.Status.DONE, finished_at__gt=now - MEASURED)
    today = DailyQuota.objects.filter(**own, day=send_quota.quota_day(now))
    until, *calls = call_limit_breaker.standing(send_quota.API, now, corporation="corporation")
    return {
        "count": _one(waiting, Count("pk")),
        "reach": _one(waiting, Sum("reach")),
        "lately": _one(done, Count("pk")),
        "today": _one(today, Sum("recipients")),
        "closed_until": until,
        **{f"calls{number}": call for number, call in enumerate(calls)},
    }


def _one(rows: QuerySet[Any], measure: Any) -> Subquery:
    return Subquery(rows.order_by().values("application").annotate(found=measure).values("found"))


def _longest_queues(keys: Collection[int]) -> Mapping[int, Queue]:
    """The longest queue of one member, of each application."""
    waiting = Outbound.objects.filter(application__in=keys, status__in=Outbound.UNFINISHED).exclude(order_key="")
    counted = waiting.order_by().values("application", "order_key").annotate(count=Count("pk"))
    rows = _first(counted, (F("count").desc(), F("order_key").asc()), 1)
    return {row["application"]: Queue(user_id=row["order_key"].partition(":")[2], count=row["count"]) for row in rows}


def _times(queues: Mapping[int, Queue], now: datetime) -> Mapping[int, list[datetime]]:
    """When the members of these queues got messages in the last hour, those that went to everybody too."""
    theirs, since = Q(pk__in=()), now - send_quota.LONGEST_WINDOW
    for key, queue in queues.items():
        theirs |= Q(application=key, user_id=queue.user_id)
    own = SendReservation.objects.filter(theirs, at__gt=since).values_list("application", "at")
    everybody = BroadcastReservation.objects.filter(application__in=queues, at__gt=since - send_quota.SLACK)
    times: dict[int, list[datetime]] = defaultdict(list)
    for key, at in own.union(everybody.values_list("application", "at"), all=True):
        times[key].append(at)
    return times


def _first(rows: QuerySet[Any, Any], order: Sequence[Any], most: int) -> QuerySet[Any, Any]:
    """The first rows of each application in an order."""
    place = Window(RowNumber(), partition_by=F("application"), order_by=list(order))
    first: QuerySet[Any, Any] = rows.annotate(place=place).filter(place__lte=most).order_by("application", "place")
    return first
