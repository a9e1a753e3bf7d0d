"""Counts a corporation's calls of each interface, and stops calls of interfaces that the platform closed to it.

Source: https://developer.work.weixin.qq.com/document/path/90312. The answer 45009 does not say which window is used up,
so calls wait for the shortest first, and for the next if the first call after that is refused again.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from core.work.updates import add_to_row
from wecom.exceptions import LimitedError
from wecom.models import CallQuota, Circuit, Corporation

logger = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")  # whose days the platform counts
SLOT = 10  # seconds
PER_API = ((timedelta(minutes=1), 10_000), (timedelta(hours=1), 150_000))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOO_OFTEN = 45009
# Counted by `send_quota.reserve`, in the transaction that records the attempt.
RESERVED = frozenset({"message/send"})


def lock_corporation(corporation_id: int) -> Corporation:
    """Lock the corporation's counts until the transaction ends. SQLite's transactions do so anyway."""
    return Corporation.objects.select_for_update(no_key=True).get(pk=corporation_id)


def before_call(corporation_id: int, api: str) -> bool:
    """Count a call that is about to be made; whether the interface was closed until a moment ago.

    Raises `LimitedError`, and counts nothing, if the platform would refuse it.
    """
    if api in RESERVED:
        return False
    now = timezone.now()
    with transaction.atomic():
        lock_corporation(corporation_id)
        until = wait_until(corporation_id, api, now)
        if until is None:
            count_call(corporation_id, api, now)
            return Circuit.objects.filter(corporation_id=corporation_id, api=api).exists()
    raise limit_error(until)


def standing(api: str, now: datetime, *, corporation: str = "pk") -> tuple[Subquery, ...]:
    """Columns of a query that has a corporation: until when the interface is closed, the calls within each window."""
    closed = Circuit.objects.filter(corporation=OuterRef(corporation), api=api, until__gt=now).values("until")
    counts = CallQuota.objects.filter(corporation=OuterRef(corporation), api=api)
    return Subquery(closed), *(_calls(counts.filter(_slots(now, window))) for window, _most in PER_API)


def wait_until(corporation_id: int, api: str, now: datetime) -> datetime | None:
    """When the interface may be called again, or None for now."""
    # Of the corporation, which is there, in one statement: interfaces have neither counts nor a closure at first.
    row = Corporation.objects.filter(pk=corporation_id).values_list(*standing(api, now))
    until: datetime | None
    until, *calls = row.get()
    if until is not None:
        return until
    full = any((count or 0) >= most for count, (_window, most) in zip(calls, PER_API, strict=True))
    return now + timedelta(seconds=SLOT) if full else None


def count_call(corporation_id: int, api: str, now: datetime, *, shard: int = 0, calls: int = 1) -> None:
    """One call more, or as many as said."""
    slot = datetime.fromtimestamp(now.timestamp() // SLOT * SLOT, tz=now.tzinfo)
    key = {"corporation_id": corporation_id, "api": api, "slot": slot, "shard": shard}
    add_to_row(CallQuota, key, calls=calls)


def calls_within(counts: QuerySet[CallQuota], now: datetime, window: timedelta) -> int:
    """Calls of a window; of a slot that it cuts through, all."""
    return int(counts.filter(_slots(now, window)).aggregate(total=Sum("calls"))["total"] or 0)


def _calls(counts: QuerySet[CallQuota]) -> Subquery:
    return Subquery(counts.order_by().values("api").annotate(total=Sum("calls")).values("total"))


def _slots(now: datetime, window: timedelta) -> Q:
    return Q(slot__gt=now - window - timedelta(seconds=SLOT))


@transaction.atomic
def trip(corporation_id: int, api: str, errcode: int) -> LimitedError:
    """The platform refused one call too many: close the interface, for longer if it was just opened again."""
    now = timezone.now()
    lock_corporation(corporation_id)
    row = Circuit.objects.filter(corporation_id=corporation_id, api=api).first()
    if row is None or row.until <= now:
        step = row.step + 1 if row is not None and errcode == TOO_OFTEN else 0
        until = now + _closed_for(step, now) * settings.WECOM["RETRY_BASE_SECONDS"]
        values = {"errcode": errcode, "step": step, "since": now, "until": until}
        row, _ = Circuit.objects.update_or_create(corporation_id=corporation_id, api=api, defaults=values)
        logger.warning("The platform closed an interface for a while.", extra={"api": api, "errcode": errcode})
    return limit_error(row.until, errcode)


def clear(corporation_id: int, api: str) -> None:
    """A call went through: open the interface again."""
    Circuit.objects.filter(corporation_id=corporation_id, api=api, until__lte=timezone.now()).delete()


def limit_error(until: datetime, errcode: int = TOO_OFTEN) -> LimitedError:
    """The error that says until when."""
    error = LimitedError("WeChat Work takes no more of these calls for now.", code="limited", errcode=errcode)
    error.until = until
    return error


def next_quota_day(now: datetime) -> datetime:
    """When China's next day has begun; a few minutes later, since all other companies wait for midnight too."""
    tomorrow = now.astimezone(CHINA) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=3, second=0, microsecond=0)


def delete_old_counts(now: datetime) -> None:
    """Delete counts of windows that are over."""
    CallQuota.objects.filter(slot__lt=now - 2 * HOUR).delete()


def _closed_for(step: int, now: datetime) -> timedelta:
    return (MINUTE, HOUR)[step] if step < 2 else next_quota_day(now) - now
