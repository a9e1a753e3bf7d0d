"""Delivery by batch: the message that woke a worker takes along the plain ones that are due for the same application.

The steps are those of `dispatcher`, in the same order, each for all: claim, reserve, freeze and record the attempts,
note them in the journal, call, settle. A worker that dies between two of them leaves the same traces as with one
message, so the next worker sends the same bytes again under the platform's duplicate check.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.postgresql.prepared_statements import prepared_statements
from core.work import batches, crash_points
from wecom.client import access_tokens
from wecom.exceptions import WeComError
from wecom.models import Attempt, Guard, Outbound
from wecom.outbox import dispatcher, outcomes, standings
from wecom.outbox.batches import calls, pace, plain, preparation, settlement, wakes
from wecom.outbox.batches.calls import Call
from wecom.restore import guard as restore_guard

ROOM = 0.1  # share of the lease that is left for writing what became of the calls


@prepared_statements()
def deliver(pk: int, *, now: datetime | None = None) -> None:
    """`dispatcher.deliver`, for this message and those that can go out with it."""
    if not wakes.is_over(pk):
        dispatcher.deliver(pk, now=now, by=_deliver_with_company)


@prepared_statements()
def deliver_due(application: int, *, bulk: bool = False) -> None:
    """Deliver the plain message of an application that is due first, with those that go along, and wake the next.

    It is a reply, or `bulk`.
    """
    first = _first_due(application, bulk=bulk)
    if first is None:
        return
    deliver(first)
    if _first_due(application, bulk=bulk) not in (None, first):  # the same was not claimed: the sweeper wakes it
        wakes.wake_rest(application, bulk=bulk)


def _first_due(application: int, *, bulk: bool) -> int | None:
    rows = plain.bulk_due(application, timezone.now()) if bulk else plain.replies_due(application, timezone.now())
    return rows.order_by("-priority", "due_at", "pk").values_list("pk", flat=True).first()


def _deliver_with_company(outbound: Outbound, now: datetime) -> None:
    standing = standings.read(outbound, now=now, company=plain.company(outbound))
    if standing.has_company and plain.is_plain(outbound, now) and _seconds(outbound) > 0:
        guard = standing.guard or restore_guard.confirmed()
        if guard is not None and plain.is_calm(outbound, standing, guard):
            _deliver_batch(_with_company(outbound, now), now, guard)
            return
    dispatcher.deliver_claimed(outbound, now, standing)


def _with_company(outbound: Outbound, now: datetime) -> list[Outbound]:
    """The message and those that it takes along, under its lease."""
    company = plain.company(outbound)(outbound.application_id, now)
    due = company.order_by("-priority", "due_at", "pk").values_list("pk", flat=True)
    keys = list(due[: pace.most(outbound) - 1])
    rows = batches.claim(Outbound, keys, owner=outbound.lease_owner, now=now, given=plain.conditions(now))
    crash_points.point("outbound.claimed")
    for row in rows:
        row.application = outbound.application
    return [outbound, *rows]


def _deliver_batch(outbounds: list[Outbound], now: datetime, guard: Guard) -> None:
    try:
        token = access_tokens.valid_token(outbounds[0].application, just_read=True)
    except WeComError as error:
        outcomes.postpone(outbounds[0], error)
        batches.put_back(outbounds[1:])
        return
    began = time.monotonic()
    attempts = preparation.prepare(outbounds, now)
    if attempts:
        restore_guard.record_attempts(guard, {attempt: attempt.outbound.recipients for attempt in attempts})
        crash_points.point("outbound.attempting")
        made = [Call(attempt=attempt) for attempt in attempts]
        seconds = _seconds(outbounds[0])
        in_trouble = calls.make(made, token, seconds=seconds, goes_on=lambda: _goes_on(outbounds[0]))
        pace.note(outbounds[0], called=sum(call.began for call in made), in_trouble=in_trouble)
        crash_points.point("outbound.called")
        settlement.settle(made, guard=guard, reserved=now, took=timedelta(seconds=time.monotonic() - began))
        crash_points.point("outbound.settled")
        wakes.remember(call.outbound.pk for call in made[1:] if call.outbound.status == Outbound.Status.DONE)
    _deliver_alone(outbounds, attempts, now + timedelta(seconds=time.monotonic() - began))


def _deliver_alone(outbounds: list[Outbound], attempts: list[Attempt], now: datetime) -> None:
    """The messages that could not go out with the others; back to the queue, if the lease does not last for another
    call.

    `now` is after the calls: a message may have expired meanwhile, and its quota counts from its own call.
    """
    called = {attempt.outbound_id for attempt in attempts}
    for outbound in outbounds:
        if outbound.pk in called:
            continue
        if _seconds(outbound) > 0:
            dispatcher.deliver_claimed(outbound, now)
        else:
            batches.put_back([outbound])


def _seconds(outbound: Outbound) -> float:
    """How long calls may still be begun: each must end, and be settled, within the lease."""
    whole = outbound.lease.total_seconds() * float(settings.WORK_LEASE_SCALE)
    return outbound.lease_left() - calls.longest_call() - ROOM * whole


def _goes_on(outbound: Outbound) -> bool:
    """Bulk stops for replies that became due, which would wait for no more than a call otherwise."""
    return not (outbound.is_bulk and dispatcher.urgent_due(timezone.now()).exists())
