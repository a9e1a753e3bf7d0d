"""Messages taken back: an unsent one is cancelled; within 24 hours of sending the platform removes it.

Source: https://developer.work.weixin.qq.com/document/path/94867. Members on the WeChat plugin (微信插件) keep theirs.
A recall is safe to repeat, so a lost answer needs no special care.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.work.base import LeaseLost
from wecom.client import api, retry_policy
from wecom.exceptions import ApiError, ContentError, WeComError
from wecom.models import Outbound, Recall
from wecom.signals import recall_settled

logger = logging.getLogger(__name__)

TOO_OLD, NOT_OURS = 42052, 40058
LOOK_AGAIN = timedelta(seconds=5)


@transaction.atomic
def recall(outbound: Outbound, *, cid: str = "", now: datetime | None = None) -> Recall:
    """Take a message back from all who got it, with all its parts; queued ones are not sent any more.

    Raises `ContentError` for one that was not sent ("not_sent"), or more than 24 hours ago ("too_late").
    """
    first = outbound.first_part or outbound
    rows = [first, *first.later_parts.order_by("pk")]
    recalls = {row.pk: _request_one(row, cid=cid, now=now or timezone.now()) for row in rows}
    return recalls[outbound.pk]


def can_be_recalled(outbound: Outbound, now: datetime | None = None) -> bool:
    """Whether a recall may still help: the message is on its way, or was sent within the last 24 hours."""
    if Recall.objects.filter(outbound=outbound).exclude(status=Recall.Status.FAILED).exists():
        return False
    lately = outbound.finished_at is None or outbound.finished_at >= (now or timezone.now()) - Recall.possible_for
    return not outbound.is_finished or (bool(outbound.msgid) and lately)


def run_recall(pk: int, *, now: datetime | None = None) -> None:
    """Take a message back, or put the row back with the reason."""
    recall = Recall.claim(pk, now=now)
    if recall is None:
        return
    try:
        _recall(recall, now or timezone.now())
    except LeaseLost:
        logger.info("Another worker recalls this message.", extra={"cid": recall.cid})


def _request_one(outbound: Outbound, *, cid: str, now: datetime) -> Recall:
    outbound = Outbound.objects.select_for_update(of=("self",)).select_related("application").get(pk=outbound.pk)
    earlier = Recall.objects.filter(outbound=outbound).first()
    if earlier is not None:
        if earlier.status == Recall.Status.FAILED:
            earlier.restart(errcode=None)
        return earlier
    recall = Recall(application=outbound.application, outbound=outbound, cid=cid or outbound.cid)
    # No call was made yet, so a worker that has just claimed it finds that its lease is gone.
    if not outbound.is_finished and outbound.first_attempt_at is None and outbound.cancel(Outbound.Reason.RECALLED):
        recall.status, recall.reason, recall.finished_at = Recall.Status.DONE, Recall.Reason.UNSENT, now
        recall.save()
        recall_settled.send(Recall, recall=recall)
        return recall
    _check(outbound, now)
    recall.save()
    recall.wake()
    return recall


def _check(outbound: Outbound, now: datetime) -> None:
    if outbound.is_finished and not outbound.msgid:
        remedy = _("Only what WeChat Work has accepted can be recalled.")
        raise ContentError(_("There is nothing to recall."), code="not_sent", field="message", remedy=remedy)
    if outbound.finished_at and outbound.finished_at < now - Recall.possible_for:
        remedy = _("Write to the person instead.")
        raise ContentError(
            _("A message can be recalled for 24 hours."), code="too_late", field="message", remedy=remedy
        )


def _recall(recall: Recall, now: datetime) -> None:
    outbound = recall.outbound
    if not outbound.is_finished:
        recall.postpone(now + LOOK_AGAIN, Recall.Reason.SENDING, count_attempt=False)
        return
    if not outbound.msgid:
        _settle(recall, Recall.Status.FAILED, Recall.Reason.NEVER_SENT)
        return
    try:
        api.post(recall.application, "message/recall", {"msgid": outbound.msgid})
    except WeComError as error:
        errcode = error.errcode if isinstance(error, ApiError) else None
        reason = {TOO_OLD: Recall.Reason.TOO_LATE, NOT_OURS: Recall.Reason.FOREIGN}.get(errcode or 0)
        if reason is not None:
            _settle(recall, Recall.Status.FAILED, reason, errcode=errcode)
        else:
            retry_policy.retry_or_fail(recall, recall.application, error)
        return
    _settle(recall, Recall.Status.DONE, "", errcode=0)
    logger.info("A message was recalled.", extra={"cid": recall.cid})


def _settle(recall: Recall, status: Recall.Status, reason: str, **fields: Any) -> None:
    with transaction.atomic():
        recall.settle(status, reason, **fields)
        recall_settled.send(Recall, recall=recall)
