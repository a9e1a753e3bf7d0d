"""How fast we may send: what the platform would drop silently, or refuse, waits here instead.

Source: https://developer.work.weixin.qq.com/document/path/90312. An application may send 30 messages a minute and 1,000
an hour to one member; what is more vanishes without a word. A day it may send 200 times as many as the company has
accounts, where a message to a thousand counts a thousand times. All is counted in rows, so that workers count together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from wecom import platform_quirks
from wecom.client import circuit_breaker
from wecom.models import Application, DayCount, Outbound, Spending

API = "message/send"
PER_MEMBER = ((timedelta(minutes=1), 30), (timedelta(hours=1), 1000))
PER_ACCOUNT = 200
SLACK = timedelta(seconds=0.5)  # for the way to the platform, which counts when a message arrives
LONGEST = timedelta(hours=1)


@transaction.atomic
def reserve(outbound: Outbound, now: datetime) -> datetime | None:
    """Count this message for everybody who gets it, or say when there is room. In the attempt's transaction."""
    application = outbound.application
    circuit_breaker.lock_corporation(application.corporation_id)
    waits = [
        circuit_breaker.wait_until(application.corporation_id, API, now),
        _wait_for_day(application, outbound.reach, now),
        _wait_for_members(application, outbound.recipients, now),
    ]
    until = max((wait for wait in waits if wait is not None), default=None)
    if until is None:
        _count(outbound, now)
    return until


def record_arrival(outbound: Outbound, reserved: datetime, took: timedelta) -> None:
    """A call has ended: the platform counts from when the message came, which may be as late as that."""
    if took > SLACK:
        Spending.objects.filter(outbound=outbound, at=reserved).update(at=reserved + took)


def refund(outbound: Outbound, reserved: datetime) -> None:
    """The platform certainly did not accept it: what was reserved is free again."""
    if Spending.objects.filter(outbound=outbound, at=reserved).delete()[0]:
        counts = DayCount.objects.filter(application_id=outbound.application_id, day=quota_day(reserved))
        counts.filter(recipients__gte=outbound.reach).update(recipients=F("recipients") - outbound.reach)


def daily_limit(application: Application) -> int:
    """To how many the application may send a day; 0 where nobody said how many accounts the company has."""
    return application.corporation.accounts * PER_ACCOUNT


def quota_day(now: datetime) -> date:
    """The platform's calendar day."""
    return now.astimezone(circuit_breaker.CHINA).date()


def delete_old_counts(now: datetime) -> None:
    """Delete what no limit counts any more."""
    circuit_breaker.delete_old_counts(now)
    Spending.objects.filter(at__lt=now - 2 * LONGEST).delete()
    DayCount.objects.filter(day__lt=quota_day(now) - timedelta(days=30)).delete()


def next_free_time(times: Iterable[datetime], now: datetime) -> datetime | None:
    """When one more may go to a member who got messages at these times, newest first; None for now."""
    newest = sorted(times, reverse=True)
    waits = [_room_after(newest[most - 1], window) for window, most in PER_MEMBER if len(newest) >= most]
    return max((until for until in waits if until > now), default=None)


def _room_after(oldest: datetime, window: timedelta) -> datetime:
    """When the oldest of as many messages as fit into a window counts no more: later, or as the clock's next begins."""
    if not platform_quirks.current.aligned_quotas:
        return oldest + window + SLACK
    seconds = window.total_seconds()
    return datetime.fromtimestamp((oldest.timestamp() // seconds + 1) * seconds, tz=oldest.tzinfo) + SLACK


def _wait_for_day(application: Application, reach: int, now: datetime) -> datetime | None:
    most = daily_limit(application)
    if not most:
        return None
    row = DayCount.objects.filter(application=application, day=quota_day(now)).first()
    used = row.recipients if row else 0
    # More than a whole day's share never finds more room than at the beginning of a day.
    return circuit_breaker.next_quota_day(now) if used and used + reach > most else None


def _wait_for_members(application: Application, user_ids: list[str], now: datetime) -> datetime | None:
    (minute, a_minute), (hour, an_hour) = PER_MEMBER
    sent = Spending.objects.filter(application=application, user_id__in=user_ids, at__gt=now - hour - SLACK)
    lately = Count("pk", filter=Q(at__gt=now - minute - SLACK))
    counts = sent.values("user_id").annotate(hour=Count("pk"), minute=lately)
    full = [row["user_id"] for row in counts.filter(Q(minute__gte=a_minute) | Q(hour__gte=an_hour))]
    times = _times(sent.filter(user_id__in=full)) if full else {}
    return max((until for until in (next_free_time(one, now) for one in times.values()) if until), default=None)


def _times(rows: QuerySet[Spending]) -> Mapping[str, list[datetime]]:
    times: dict[str, list[datetime]] = defaultdict(list)
    for user_id, at in rows.values_list("user_id", "at"):
        times[user_id].append(at)
    return times


def _count(outbound: Outbound, now: datetime) -> None:
    application, names = outbound.application, outbound.recipients
    Spending.objects.bulk_create(
        Spending(application=application, user_id=name, at=now, outbound=outbound) for name in names
    )
    day = DayCount.objects.filter(application=application, day=quota_day(now))
    if not day.update(recipients=F("recipients") + outbound.reach):
        DayCount.objects.create(application=application, day=quota_day(now), recipients=outbound.reach)
    circuit_breaker.count_call(application.corporation_id, API, now)
