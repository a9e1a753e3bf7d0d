"""What became of messages: change them, take them back, send them again; and how fast they may go."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from wecom import restore_guard
from wecom.client import error_codes
from wecom.contents import Card
from wecom.models import Application, Attempt, CardUpdate, Guard, Outbound, Recall
from wecom.outbox import attachments, card_updates, recalls
from wecom.outbox.enqueue import current_callback
from wecom.quotas import forecast, members
from wecom.quotas.forecast import ApplicationQuotas, Forecast


def update_card(
    application: Application,
    *,
    response_code: str,
    user_id: str,
    text: str = "",
    card: Card | None = None,
    cid: str = "",
) -> CardUpdate:
    """Put a greyed text in the place of a card's buttons, or another card in its place, for one person.

    For all who got the card where the `user_id` is "@all".

    The code comes with a click, or is that of the `Outbound` that carried the card; for 72 hours, and each is good for
    one change. Text of more than 30 Chinese characters is cut, as the phone would; with a `card` it stands in the place
    of that one's buttons. Raises `ContentError` for an empty code, and where there is neither text nor card.
    """
    callback = current_callback()
    cid = cid or (callback.cid if callback else "")
    return card_updates.request_update(
        application, response_code=response_code, user_id=user_id, text=text, card=card, cid=cid
    )


def recall(outbound: Outbound, *, cid: str = "") -> Recall:
    """Take a message back from everybody who got it, with all its parts. What is queued is not sent any more.

    Raises `ContentError` for one that was not sent ("not_sent"), or more than 24 hours ago ("too_late").
    """
    return recalls.recall(outbound, cid=cid)


def can_be_recalled(outbound: Outbound) -> bool:
    """Whether `recall` would take it back, as far as anybody knows."""
    return recalls.can_be_recalled(outbound)


@transaction.atomic
def resend(outbound: Outbound) -> bool:
    """A person decided: send this again, as a new message, with bytes that the platform does not take for the old.

    False while it is on its way.
    """
    if not Outbound.objects.filter(pk=outbound.pk).exclude(status__in=Outbound.UNFINISHED).exists():
        return False
    Attempt.objects.abandoned(outbound).update(outcome=Attempt.Outcome.AMBIGUOUS)
    if outbound.upload is not None and outbound.msgtype in attachments.BARE_MEDIA:
        outbound.upload = attachments.split_copy(outbound.upload, outbound.fingerprint, timezone.now())
    fresh = {"body": None, "upload": outbound.upload, "was_ambiguous": False, "first_attempt_at": None, "errcode": None}
    return outbound.restart(repeat=outbound.repeat + 1, invalid=[], unlicensed=[], **fresh)


@transaction.atomic
def treat_as_sent(outbound: Outbound) -> bool:
    """A person decided: it arrived. Only for one that nobody knows about."""
    rows = Outbound.objects.filter(pk=outbound.pk, status=Outbound.Status.FAILED, reason=Outbound.Reason.UNKNOWN)
    return bool(rows.update(status=Outbound.Status.DONE, reason=Outbound.Reason.UNKNOWN))


def restore_hold() -> Guard | None:
    """The guard while nothing is sent, because the database was restored or copied and nobody confirmed it yet."""
    return restore_guard.restore_hold()


def release_restore_hold(*, discard: bool) -> int:
    """A person confirmed this database: send what waits in it, or discard that. Returns how many messages it is."""
    return restore_guard.release_restore_hold(discard=discard)


def list_quotas(now: datetime | None = None) -> list[ApplicationQuotas]:
    """What of the platform's limits each application has used, and when what waits will be through."""
    return forecast.list_quotas(now or timezone.now())


def forecast_for(
    application: Application, *, messages: int = 0, recipients: int = 0, now: datetime | None = None
) -> Forecast:
    """When all that waits will be through, and so many messages to so many members more."""
    return forecast.forecast_for(application, now or timezone.now(), messages=messages, recipients=recipients)


def remedy_for(errcode: int | None) -> str:
    """What a person can do about a code of the platform, in words; empty where nobody knows."""
    return error_codes.remedy_for(errcode)


def delete_old_counts(now: datetime | None = None) -> None:
    """Delete what no limit of the platform counts any more."""
    members.delete_old_counts(now or timezone.now())
