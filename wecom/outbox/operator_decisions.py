"""What is decided about a message from outside: send it again, treat it as sent, or cancel it before it is sent."""

from django.db import transaction
from django.utils import timezone

from wecom.models import Attempt, Outbound
from wecom.outbox import duplicates


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
    return outbound.restart(repeat=outbound.repeat + 1, invalid=[], unlicensed=[], **fresh)


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
