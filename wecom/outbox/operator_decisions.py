"""Decisions about a message from outside: send it again, treat it as sent, hold it, or cancel it in time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.work.base import FAR
from core.work.updates import update_returning
from wecom.models import Attempt, Corporation, Outbound
from wecom.outbox import duplicates, payloads


@transaction.atomic
def resend(outbound: Outbound) -> bool:
    """Send it again as a new message with bytes that are no duplicate; False while it is on its way, or if its content
    was erased."""
    if outbound.upload_id is None and not outbound.content:
        return False
    if not Outbound.objects.filter(pk=outbound.pk).exclude(status__in=Outbound.UNFINISHED).exists():
        return False
    Attempt.objects.abandoned(outbound).update(outcome=Attempt.Outcome.AMBIGUOUS)
    if outbound.upload is not None and outbound.msgtype in duplicates.BARE_MEDIA:
        outbound.upload = duplicates.distinct_upload(outbound.upload, outbound.fingerprint, timezone.now())
    fresh = {"body": None, "upload": outbound.upload, "was_ambiguous": False, "first_attempt_at": None, "errcode": None}
    return outbound.restart(repeat=min(outbound.repeat + 1, payloads.REPEATS), invalid=[], unlicensed=[], **fresh)


@transaction.atomic
def treat_as_sent(outbound: Outbound) -> bool:
    """Record that it arrived; False unless its end is unknown."""
    rows = Outbound.objects.filter(pk=outbound.pk, status=Outbound.Status.FAILED, reason=Outbound.Reason.UNKNOWN)
    return bool(rows.update(status=Outbound.Status.DONE, reason=Outbound.Reason.UNKNOWN))


@transaction.atomic
def cancel_unsent(outbound: Outbound) -> bool:
    """Cancel a message of which no call was made yet; False if one may have been made, or if it has ended."""
    row = Outbound.objects.select_for_update(of=("self",)).get(pk=outbound.pk)
    # A worker that has just claimed it finds that its lease is gone before it calls.
    return not row.is_finished and row.first_attempt_at is None and row.cancel(Outbound.Reason.RECALLED)


def hold_unsent(cid: str) -> int:
    """Hold the messages of a correlation ID that have certainly not arrived, until `let_held_go`; returns how many.

    Later messages to the same member go first.
    """
    # A worker that has just claimed one finds that its lease is gone before it calls.
    fields = {"status": Outbound.Status.QUEUED, "reason": Outbound.Reason.STOPPED, "due_at": FAR, "gave_way": True}
    return _unsent(cid).update(**fields, lease_owner="", lease_until=None)


def let_held_go(corporation: Corporation, *, now: datetime) -> int:
    """Let held messages go on, in their order; returns how many."""
    ours = corporation.applications.values("pk")
    return let_go(held_for(Outbound.Reason.STOPPED).filter(application__in=ours), now=now)


def held_for(reason: Outbound.Reason) -> QuerySet[Outbound]:
    """The messages that are held for one reason."""
    return Outbound.objects.filter(status=Outbound.Status.QUEUED, due_at=FAR, reason=reason)


@transaction.atomic
def let_go(held: QuerySet[Outbound], *, now: datetime) -> int:
    """Let messages that are held go on, in their order; returns how many."""
    rows = update_returning(held, due_at=now, woken_at=None, reason="", gave_way=False)
    for row in sorted(rows, key=lambda row: row.pk):
        row.wake()
    return len(rows)


def _unsent(cid: str) -> QuerySet[Outbound]:
    """Messages that have certainly not arrived."""
    unsent = Q(first_attempt_at=None) | Q(status=Outbound.Status.QUEUED, was_ambiguous=False)
    return Outbound.objects.filter(unsent, cid=cid, status__in=Outbound.UNFINISHED)
