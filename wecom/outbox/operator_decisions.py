"""What a person decides about a message that has ended: send it again, or treat it as sent."""

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
