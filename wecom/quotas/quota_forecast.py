"""How much of each limit is used, and when the queue will be delivered."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wecom.client import call_limit_breaker
from wecom.models import Application, Circuit
from wecom.quotas import quota_standings, send_quota
from wecom.quotas.quota_standings import Busy, Standing
from wecom.restore import guard as restore_guard

SPEED = 5.0  # messages a second, if too few were sent to measure it
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
    """The messages of one member in the last minute and hour."""

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
    rows = list(Application.objects.select_related("corporation").order_by("-is_default", "pk"))
    usage, busiest = quota_standings.standings(rows, now), quota_standings.busiest(rows, now, BUSIEST)
    closed = list(Circuit.objects.filter(corporation__in={row.corporation_id for row in rows}, until__gt=now))
    is_guarded = restore_guard.restore_hold() is not None
    return [
        _quotas(
            row,
            usage[row.pk],
            members=busiest.get(row.pk, ()),
            closed=sorted(
                (circuit for circuit in closed if circuit.corporation_id == row.corporation_id),
                key=lambda circuit: circuit.api,
            ),
            forecast=_forecast(row, usage[row.pk], now, is_guarded=is_guarded),
        )
        for row in rows
    ]


def forecast_for(
    application: Application, *, messages: int = 0, recipients: int = 0, now: datetime | None = None
) -> Forecast:
    """When the queue will be delivered, with so many more messages to so many members."""
    now = now or timezone.now()
    standing = quota_standings.standings([application], now)[application.pk]
    more = replace(standing, messages=standing.messages + messages, recipients=standing.recipients + recipients)
    return _forecast(application, more, now, is_guarded=restore_guard.restore_hold() is not None)


def _forecast(application: Application, standing: Standing, now: datetime, *, is_guarded: bool) -> Forecast:
    held = "held" if application.held_until and application.held_until > now else ""
    stopped = "guarded" if is_guarded else held
    ends = (
        {"nothing": now}
        if not standing.messages
        else {
            "speed": now + timedelta(seconds=standing.messages / _speed(standing)),
            "calls": _through_calls(standing, now),
            "day": _through_days(application, standing, now),
            "member": _through_member(standing, now),
            "circuit": standing.closed_until or now,
        }
    )
    return Forecast(
        messages=standing.messages,
        recipients=standing.recipients,
        through_at=None if stopped else max(ends.values()),
        because=stopped or max(ends, key=lambda name: ends[name]),
    )


def _quotas(
    application: Application,
    standing: Standing,
    *,
    members: Iterable[Busy],
    closed: list[Circuit],
    forecast: Forecast,
) -> ApplicationQuotas:
    minute, hour = (
        Usage(used=used, limit=most)
        for used, (_window, most) in zip(standing.calls, call_limit_breaker.PER_API, strict=True)
    )
    return ApplicationQuotas(
        application=application,
        day=Usage(used=standing.today, limit=send_quota.daily_limit(application)),
        calls_minute=minute,
        calls_hour=hour,
        members=[_member_usage(member) for member in members],
        closed=closed,
        forecast=forecast,
    )


def _member_usage(busy: Busy) -> MemberUsage:
    (_minute, a_minute), (_hour, an_hour) = send_quota.PER_MEMBER
    return MemberUsage(
        user_id=busy.user_id,
        minute=Usage(used=busy.minute, limit=a_minute),
        hour=Usage(used=busy.hour, limit=an_hour),
    )


def _speed(standing: Standing) -> float:
    """Messages a second, as measured lately."""
    return standing.lately / quota_standings.MEASURED.total_seconds() if standing.lately >= ENOUGH else SPEED


def _through_calls(standing: Standing, now: datetime) -> datetime:
    ends = [now]
    for used, (window, most) in zip(standing.calls, call_limit_breaker.PER_API, strict=True):
        ends.append(now + window * ceil(max(used + standing.messages - most, 0) / most))
    return max(ends)


def _through_days(application: Application, standing: Standing, now: datetime) -> datetime:
    most = send_quota.daily_limit(application)
    over = standing.recipients + standing.today - most
    if not most or over <= 0:
        return now
    return call_limit_breaker.next_quota_day(now) + timedelta(days=ceil(over / most) - 1)


def _through_member(standing: Standing, now: datetime) -> datetime:
    """When the member with the longest queue has got all of it, each message at the first free time."""
    times, at = list(standing.times), now
    for _number in range(min(standing.longest, MAX_SIMULATED)):
        at = send_quota.next_free_time(times[-1000:], at) or at
        times.append(at)
    return at
