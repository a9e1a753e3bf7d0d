"""How much of each limit is used, and when the queue will be delivered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wecom.client import circuit_breaker
from wecom.models import Application, CallQuota, Circuit, Outbound, SendReservation
from wecom.quotas import send_quota
from wecom.restore import guard as restore_guard

SPEED = 5.0  # messages a second, if too few were sent to measure it
MEASURED = timedelta(minutes=2)
ENOUGH = 50
BUSIEST = 5
MAX_SIMULATED = 3000
BECAUSE = {
    "nothing": _("nothing waits"),
    "speed": _("as fast as calls go"),
    "member": _("many for one person: 30 a minute, 1,000 an hour"),
    "calls": _("calls of the company: 10,000 a minute, 150,000 an hour"),
    "day": _("the day's share of the application"),
    "circuit": _("WeChat Work takes no calls for now"),
    "held": _("the application is held until a setting is mended"),
    "guarded": _("a person must confirm this database first"),
}


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How much of a limit is used; `limit` is 0 if it is not known."""

    used: int
    limit: int

    @property
    def percent(self) -> int:
        """0 to 100."""
        return min(100, ceil(100 * self.used / self.limit)) if self.limit else 0


@dataclass(frozen=True, kw_only=True)
class MemberUsage:
    """What one member got in the last minute and hour."""

    user_id: str
    minute: Usage
    hour: Usage


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """When a queue will be delivered; `through_at` is None if that is unknown. `because` is the limit that decides."""

    messages: int
    recipients: int
    through_at: datetime | None
    because: str

    @property
    def why(self) -> str:
        """The reason in words."""
        return str(BECAUSE[self.because])


@dataclass(frozen=True, kw_only=True)
class ApplicationQuotas:
    """How much of its limits an application has used."""

    application: Application
    day: Usage
    calls_minute: Usage
    calls_hour: Usage
    members: list[MemberUsage] = field(default_factory=list)
    closed: list[Circuit] = field(default_factory=list)
    forecast: Forecast


def list_quotas(now: datetime | None = None) -> list[ApplicationQuotas]:
    """How much of the platform's limits each application has used, and when its queue will be delivered."""
    now = now or timezone.now()
    rows = Application.objects.select_related("corporation").order_by("-is_default", "pk")
    return [_quota(application, now) for application in rows]


def forecast_for(
    application: Application, *, messages: int = 0, recipients: int = 0, now: datetime | None = None
) -> Forecast:
    """When the queue will be delivered, with so many more messages to so many members."""
    now = now or timezone.now()
    waiting = Outbound.objects.filter(application=application, status__in=Outbound.UNFINISHED)
    found = waiting.aggregate(messages=Count("pk"), recipients=Coalesce(Sum("reach"), 0))
    messages, recipients = messages + found["messages"], recipients + found["recipients"]
    stopped = _stopped(application, now)
    ends = (
        {"nothing": now}
        if not messages
        else {
            "speed": now + timedelta(seconds=messages / _speed(application, now)),
            "calls": _through_calls(application, messages, now),
            "day": _through_days(application, recipients, now),
            "member": _through_member(application, now),
            "circuit": _closed_until(application, now),
        }
    )
    because = stopped or max(ends, key=lambda name: ends[name])
    through = None if stopped else max(ends.values())
    return Forecast(messages=messages, recipients=recipients, through_at=through, because=because)


def _quota(application: Application, now: datetime) -> ApplicationQuotas:
    counts = CallQuota.objects.filter(corporation_id=application.corporation_id, api=send_quota.API)
    (minute, a_minute), (hour, an_hour) = circuit_breaker.PER_API
    return ApplicationQuotas(
        application=application,
        day=Usage(used=_today(application, now), limit=send_quota.daily_limit(application)),
        calls_minute=Usage(used=circuit_breaker.calls_within(counts, now, minute), limit=a_minute),
        calls_hour=Usage(used=circuit_breaker.calls_within(counts, now, hour), limit=an_hour),
        members=list(_busiest(application, now)),
        closed=list(Circuit.objects.filter(corporation_id=application.corporation_id, until__gt=now).order_by("api")),
        forecast=forecast_for(application, now=now),
    )


def _busiest(application: Application, now: datetime) -> Iterable[MemberUsage]:
    (minute, a_minute), (hour, an_hour) = send_quota.PER_MEMBER
    rows = SendReservation.objects.filter(application=application, at__gt=now - hour).values("user_id")
    rows = rows.annotate(hour=Count("pk"), minute=Count("pk", filter=Q(at__gt=now - minute)))
    for row in rows.order_by("-minute", "-hour", "user_id")[:BUSIEST]:
        yield MemberUsage(
            user_id=row["user_id"],
            minute=Usage(used=row["minute"], limit=a_minute),
            hour=Usage(used=row["hour"], limit=an_hour),
        )


def _today(application: Application, now: datetime) -> int:
    return send_quota.used_on(application, send_quota.quota_day(now))


def _stopped(application: Application, now: datetime) -> str:
    if restore_guard.restore_hold() is not None:
        return "guarded"
    return "held" if application.held_until and application.held_until > now else ""


def _speed(application: Application, now: datetime) -> float:
    """Messages a second, measured over the last two minutes."""
    done = Outbound.objects.filter(application=application, status=Outbound.Status.DONE, finished_at__gt=now - MEASURED)
    count = done.count()
    return count / MEASURED.total_seconds() if count >= ENOUGH else SPEED


def _closed_until(application: Application, now: datetime) -> datetime:
    rows = Circuit.objects.filter(corporation_id=application.corporation_id, api=send_quota.API, until__gt=now)
    return max((row.until for row in rows), default=now)


def _through_calls(application: Application, messages: int, now: datetime) -> datetime:
    counts = CallQuota.objects.filter(corporation_id=application.corporation_id, api=send_quota.API)
    ends = [now]
    for window, most in circuit_breaker.PER_API:
        over = circuit_breaker.calls_within(counts, now, window) + messages - most
        ends.append(now + window * ceil(max(over, 0) / most))
    return max(ends)


def _through_days(application: Application, recipients: int, now: datetime) -> datetime:
    most = send_quota.daily_limit(application)
    over = recipients + _today(application, now) - most
    if not most or over <= 0:
        return now
    return circuit_breaker.next_quota_day(now) + timedelta(days=ceil(over / most) - 1)


def _through_member(application: Application, now: datetime) -> datetime:
    """When the member with the longest queue has got all of it, each message at the first free time."""
    waiting = Outbound.objects.filter(application=application, status__in=Outbound.UNFINISHED).exclude(order_key="")
    most = waiting.values("order_key").annotate(count=Count("pk")).order_by("-count").first()
    if most is None:
        return now
    user_id = most["order_key"].partition(":")[2]
    sent = SendReservation.objects.filter(
        application=application, user_id=user_id, at__gt=now - send_quota.LONGEST_WINDOW
    )
    times = sorted([*sent.values_list("at", flat=True), *send_quota.broadcast_times(application, now)])
    at = now
    for _number in range(min(most["count"], MAX_SIMULATED)):
        at = send_quota.next_free_time(times[-1000:], at) or at
        times.append(at)
    return at
