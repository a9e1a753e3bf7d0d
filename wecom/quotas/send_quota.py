"""The platform's limits of message/send: messages over them wait here, since the platform drops or refuses them.

Source: https://developer.work.weixin.qq.com/document/path/90312. An application may send 30 messages a minute and 1,000
an hour to one member; the platform drops more without an error. The daily limit is 200 messages for each account of the
company; a message to a thousand members counts a thousand times. Sends are counted in rows, which all workers share:
a row for each member, or one for all calls of a broadcast, since they go to different members.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from core.lookups import any_of
from core.work.statements import StandIns, Statement, select
from core.work.updates import add_to_row
from wecom import platform_quirks
from wecom.client import call_limit_breaker
from wecom.models import Application, BroadcastReservation, Corporation, DailyQuota, Outbound, SendReservation

API = "message/send"
MEMBER_MESSAGES_PER_MINUTE = 30
PER_MEMBER = ((timedelta(minutes=1), MEMBER_MESSAGES_PER_MINUTE), (timedelta(hours=1), 1000))
PER_ACCOUNT = 200
MOST_PER_MEMBER = tuple(most for _window, most in PER_MEMBER)
SLACK = timedelta(seconds=0.5)  # for the way to the platform, which counts on arrival
LONGEST_WINDOW = timedelta(hours=1)
SHARDS = 16  # rows of a count that senders without a lock share


@transaction.atomic(savepoint=False)
def reserve(outbound: Outbound, now: datetime, usage: "CompanyUsage | None" = None) -> datetime | None:
    """Count the message for its recipients; or, if a limit is used up, the time when there is room.

    While less than half of every limit is used, a message to one member is counted without a lock, in one of several
    rows: so few senders are at this point at a time that they cannot use up the other half. Beyond that, one of a
    company's senders counts after the other, and no limit is passed. `usage` is that of a moment ago.
    """
    if _has_plenty(outbound, now, usage):
        _count(outbound, now, shard=random.randrange(SHARDS))
        return None
    application = outbound.application
    corporation = call_limit_breaker.lock_corporation(application.corporation_id)
    waits = [
        call_limit_breaker.wait_until(application.corporation_id, API, now),
        _wait_for_day(application, outbound.reach, now, most=corporation.accounts * PER_ACCOUNT),
        _wait_for_members(outbound, now),
    ]
    until = max((wait for wait in waits if wait is not None), default=None)
    if until is None:
        _count(outbound, now)
    return until


def record_arrival(outbound: Outbound, reserved: datetime, took: timedelta) -> None:
    """After a slow call, count from its end: the platform counts from the arrival of the message."""
    if took > SLACK:
        if outbound.broadcast:
            later = _broadcasts(outbound.application_id).filter(broadcast=outbound.broadcast, at__lt=reserved + took)
            later.update(at=reserved + took)
        else:
            SendReservation.objects.filter(outbound=outbound, at=reserved).update(at=reserved + took)


def refund(outbound: Outbound, reserved: datetime) -> None:
    """Free the reservation of a message that the platform certainly did not accept; a broadcast stays counted."""
    if outbound.broadcast or SendReservation.objects.filter(outbound=outbound, at=reserved).delete()[0]:
        free_daily(outbound.application_id, outbound.reach, reserved)


def free_daily(application_id: int, recipients: int, reserved: datetime) -> None:
    """Take recipients off the count of a day, if it has so many in one row."""
    counts = DailyQuota.objects.filter(application_id=application_id, day=quota_day(reserved))
    largest = counts.order_by("-recipients").values_list("pk", flat=True)[:1]
    enough = counts.filter(pk__in=list(largest), recipients__gte=recipients)
    enough.update(recipients=F("recipients") - recipients)


def daily_limit(application: Application) -> int:
    """How many recipients a day the application may have; 0 if the number of accounts is not set."""
    return application.corporation.accounts * PER_ACCOUNT


def used_on(application: Application, day: date) -> int:
    """How many recipients the application had on a day."""
    counts = DailyQuota.objects.filter(application=application, day=day)
    return int(counts.aggregate(total=Sum("recipients"))["total"] or 0)


def quota_day(now: datetime) -> date:
    """The platform's calendar day."""
    return now.astimezone(call_limit_breaker.CHINA).date()


def delete_old_counts(now: datetime | None = None) -> None:
    """Delete counts that no limit of the platform needs any more."""
    now = now or timezone.now()
    call_limit_breaker.delete_old_counts(now)
    for reservations in (SendReservation, BroadcastReservation):
        reservations.objects.filter(at__lt=now - 2 * LONGEST_WINDOW).delete()
    DailyQuota.objects.filter(day__lt=quota_day(now) - timedelta(days=30)).delete()


def next_free_time(times: Iterable[datetime], now: datetime) -> datetime | None:
    """When the next message may go to a member who got messages at these times; None for now."""
    newest = sorted(times, reverse=True)
    waits = [_room_after(newest[most - 1], window) for window, most in PER_MEMBER if len(newest) >= most]
    return max((until for until in waits if until > now), default=None)


def _room_after(oldest: datetime, window: timedelta) -> datetime:
    """When the oldest message leaves its window: after the window's length, or at the clock's next minute or hour."""
    if not platform_quirks.current.aligned_quotas:
        return oldest + window + SLACK
    seconds = window.total_seconds()
    return datetime.fromtimestamp((oldest.timestamp() // seconds + 1) * seconds, tz=oldest.tzinfo) + SLACK


def _wait_for_day(application: Application, reach: int, now: datetime, *, most: int) -> datetime | None:
    if not most:
        return None
    used = used_on(application, quota_day(now))
    # A message over the whole daily limit goes out at the beginning of a day.
    return call_limit_breaker.next_quota_day(now) if used and used + reach > most else None


def broadcast_times(application: Application, now: datetime, *, but: str = "") -> list[datetime]:
    """When the broadcasts of the last hour went out, all but one: any member may have got them."""
    lately = _broadcasts(application.pk).filter(at__gt=now - LONGEST_WINDOW - SLACK).exclude(broadcast=but)
    return list(lately.values_list("at", flat=True))


def _broadcasts(application_id: int) -> QuerySet[BroadcastReservation]:
    return BroadcastReservation.objects.filter(application=application_id)


def _has_plenty(outbound: Outbound, now: datetime, usage: "CompanyUsage | None") -> bool:
    """Whether it goes to one member, and less than half of every limit is used; in one statement at most."""
    if outbound.broadcast or outbound.reach != 1 or not outbound.order_key:
        return False
    used = usage or company_usage(outbound.application, now, member=outbound.recipients[0])
    counts = [*used.counts(), *zip(map(_sum, used.own, used.everybody), MOST_PER_MEMBER, strict=True)]
    return not used.is_closed and all(2 * number < most for number, most in counts)


@dataclass(frozen=True, kw_only=True)
class CompanyUsage:
    """The usage of the limits that all messages of an application share; `everybody` for each window of a member.

    `own` is one member's usage within each, if it was asked for.
    """

    is_closed: bool
    calls: tuple[int, ...]
    everybody: tuple[int, ...]
    today: int
    daily: int
    own: tuple[int, ...]

    def counts(self) -> list[tuple[int, int]]:
        """Each count with its limit."""
        calls = zip(self.calls, (most for _window, most in call_limit_breaker.PER_API), strict=True)
        return [*calls, *([(self.today, self.daily)] if self.daily else [])]


def company_usage(application: Application, now: datetime, *, member: str = "") -> CompanyUsage:
    """The usage of an application and of this member, in one statement."""
    statement = _usage(bool(member), connection.vendor)
    values: dict[str, Any] = {"corporation": application.corporation_id, "application": application.pk}
    values |= {"day": quota_day(now), "member": member}
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.given(now, **values))
        return usage_of(*cursor.fetchone())


def usage_of(accounts: int, closed_until: object, *numbers: int | None) -> CompanyUsage:
    """The usage from the values of `usage_columns`."""
    used = tuple(number or 0 for number in numbers)
    return CompanyUsage(
        is_closed=closed_until is not None,
        calls=used[:2],
        everybody=used[2:4],
        today=used[4],
        daily=accounts * PER_ACCOUNT,
        own=used[5:],
    )


@lru_cache(maxsize=4)
def _usage(with_member: bool, vendor: str) -> Statement:
    """The statement of `company_usage`, for each kind of database."""

    def build(values: StandIns) -> tuple[str, Sequence[Any]]:
        member = values.text("member") if with_member else ""
        columns = usage_columns(values, values.number("application"), member=member, corporation="pk")
        return select(Corporation.objects.filter(pk=values.number("corporation")).values_list("accounts", *columns))

    return Statement(build)


def usage_columns(values: StandIns, application: int, *, member: str, corporation: str) -> tuple[Subquery, ...]:
    """The arguments of `usage_of` after the accounts, for a query with a `corporation`; stand-ins for the others."""
    starts = window_starts(values.now)
    today = DailyQuota.objects.filter(application=application, day=values.day("day")).values("application")
    sent = SendReservation.objects.filter(application=application, user_id=member)
    own = (_number(sent.filter(at__gt=at), "application") for at in starts) if member else ()
    return (
        *call_limit_breaker.standing(API, values.now, corporation=corporation),
        *(_number(_broadcasts(application).filter(at__gt=at), "application") for at in starts),
        Subquery(today.annotate(total=Sum("recipients")).values("total")),
        *own,
    )


def window_starts(now: datetime) -> list[datetime]:
    """Since when a member's messages count, for each of their limits."""
    return [now - window - SLACK for window, _most in PER_MEMBER]


def _number(rows: QuerySet[Any], group: str) -> Subquery:
    return Subquery(rows.order_by().values(group).annotate(number=Count("pk")).values("number"))


def _sum(*numbers: int | None) -> int:
    return sum(number or 0 for number in numbers)


def _wait_for_members(outbound: Outbound, now: datetime) -> datetime | None:
    (minute, a_minute), (hour, an_hour) = PER_MEMBER
    everybody = broadcast_times(outbound.application, now, but=outbound.broadcast)
    sent = SendReservation.objects.filter(
        any_of("user_id", outbound.recipients), application=outbound.application_id, at__gt=now - hour - SLACK
    )
    lately = Count("pk", filter=Q(at__gt=now - minute - SLACK))
    counts = sent.values("user_id").annotate(hour=Count("pk"), minute=lately)
    of_minute = sum(at > now - minute - SLACK for at in everybody)
    most = Q(minute__gte=a_minute - of_minute) | Q(hour__gte=an_hour - len(everybody))
    full = [row["user_id"] for row in counts.filter(most)]
    times = _times(sent.filter(user_id__in=full)) if full else {}
    waits = [next_free_time([*everybody, *times.get(name, ())], now) for name in ("", *full)]
    return max((until for until in waits if until), default=None)


def _times(rows: QuerySet[SendReservation]) -> Mapping[str, list[datetime]]:
    times: dict[str, list[datetime]] = defaultdict(list)
    for user_id, at in rows.values_list("user_id", "at"):
        times[user_id].append(at)
    return times


def _count(outbound: Outbound, now: datetime, *, shard: int = 0) -> None:
    application, names = outbound.application, outbound.recipients
    if outbound.broadcast:
        row = BroadcastReservation(application=application, broadcast=outbound.broadcast, at=now)
        BroadcastReservation.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["application", "broadcast"], update_fields=["at"]
        )
    else:
        count_members(application, [(outbound, name) for name in names], now)
    count_company(application, now, recipients=outbound.reach, calls=1, shard=shard)


def count_members(application: Application, messages: Iterable[tuple[Outbound, str]], now: datetime) -> None:
    """One message more for each of these members."""
    rows = [
        SendReservation(application=application, user_id=name, at=now, outbound=outbound) for outbound, name in messages
    ]
    # There are no conflicts; but so the database does not send a thousand keys back that nobody needs.
    SendReservation.objects.bulk_create(rows, ignore_conflicts=True)


def count_company(application: Application, now: datetime, *, recipients: int, calls: int, shard: int) -> None:
    """So many recipients and calls more."""
    key = {"application": application, "day": quota_day(now), "shard": shard}
    add_to_row(DailyQuota, key, recipients=recipients)
    call_limit_breaker.count_call(application.corporation_id, API, now, shard=shard, calls=calls)
