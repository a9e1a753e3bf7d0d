"""The limits of `send_quota` for many messages at once, each of which goes to another member."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from core.lookups import any_of
from wecom.client import call_limit_breaker
from wecom.models import Outbound, SendReservation
from wecom.quotas import send_quota
from wecom.quotas.send_quota import MOST_PER_MEMBER, SHARDS, CompanyUsage

SENDERS = 16  # batches that may be counted at a time without a lock


def find_room(outbounds: Sequence[Outbound], now: datetime) -> tuple[list[Outbound], int]:
    """Those for which there is room, and the shard in which `count` counts them, in the same transaction.

    While `SENDERS` such batches fit in the unused part of the first half of every limit, nothing is locked, for the
    reason that `send_quota.reserve` gives. Otherwise a company's senders count one after the other. A message whose
    member has had half of a limit is left out.
    """
    application = outbounds[0].application
    used = send_quota.company_usage(application, now)
    free = _of_free_members(outbounds, used, now)
    if all(number + SENDERS * len(free) < most / 2 for number, most in used.counts()) and not used.is_closed:
        return free, random.randrange(SHARDS)
    call_limit_breaker.lock_corporation(application.corporation_id)
    used = send_quota.company_usage(application, now)
    if used.is_closed:
        return [], 0
    room = min(most - number for number, most in used.counts())
    return _of_free_members(outbounds, used, now)[: max(room, 0)], 0


def count(outbounds: Sequence[Outbound], now: datetime, *, shard: int) -> None:
    """Count messages that were found to have room."""
    application = outbounds[0].application
    send_quota.count_members(application, [(outbound, outbound.recipients[0]) for outbound in outbounds], now)
    number = len(outbounds)
    send_quota.count_company(application, now, recipients=number, calls=number, shard=shard)


def refund(outbounds: Sequence[Outbound], reserved: datetime) -> None:
    """Free the quota of messages that were not called for; their calls stay counted, as after a refusal."""
    if outbounds:
        _reservations(outbounds, reserved).delete()
        send_quota.free_daily(outbounds[0].application_id, len(outbounds), reserved)


def record_arrivals(outbounds: Sequence[Outbound], reserved: datetime, took: timedelta) -> None:
    """Count from the end of the last call, as `send_quota.record_arrival`: early for some, and too late for none."""
    if outbounds and took > send_quota.SLACK:
        _reservations(outbounds, reserved).update(at=reserved + took)


def _of_free_members(outbounds: Sequence[Outbound], used: CompanyUsage, now: datetime) -> list[Outbound]:
    """Those whose member has had less than half of each limit."""
    names = [outbound.recipients[0] for outbound in outbounds]
    minute, hour = send_quota.window_starts(now)
    sent = SendReservation.objects.filter(
        any_of("user_id", names), application=outbounds[0].application_id, at__gt=hour
    )
    lately = Count("pk", filter=Q(at__gt=minute))
    own = {name: counts for name, *counts in sent.values_list("user_id").annotate(minute=lately, hour=Count("pk"))}

    def is_free(name: str) -> bool:
        numbers = zip(own.get(name, (0, 0)), used.everybody, MOST_PER_MEMBER, strict=True)
        return all(2 * (number + to_all) < most for number, to_all, most in numbers)

    return [outbound for outbound, name in zip(outbounds, names, strict=True) if is_free(name)]


def _reservations(outbounds: Sequence[Outbound], reserved: datetime) -> QuerySet[SendReservation]:
    return SendReservation.objects.filter(outbound__in=[outbound.pk for outbound in outbounds], at=reserved)
