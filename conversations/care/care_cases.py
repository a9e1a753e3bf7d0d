"""Cases: opened or continued when a member writes, told to their group at once, taken and closed by a person."""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from conversations.care import care_texts
from conversations.care.detection import Noticed
from conversations.delivery import messages
from conversations.models import CareCase, CareSubject, Conversation, Operator
from conversations.tickets.threads import thread_of

logger = logging.getLogger(__name__)

WITHIN = timedelta(hours=1)  # of `CareSubject.most_alerts`
AGAIN_AFTER = timedelta(hours=4)  # after which a group is told once more about a case that still waits


def record(conversation: Conversation, noticed: Noticed, text: str, *, now: datetime) -> CareCase:
    """Open a case for a member whose conversation is locked, or add to the one that is not closed."""
    who = {"application": conversation.application, "member": conversation.member}
    rows = CareCase.objects.unfinished().select_related("subject", "group")
    case = rows.filter(**who, subject=noticed.subject).first()
    if case is not None:
        case.add(text, now=now)
        return case
    subject = CareSubject.objects.select_related("group").get(pk=noticed.subject)
    return CareCase.objects.create(
        **who,
        subject=subject,
        group=subject.group if subject.group and subject.group.enabled else None,
        said=text[-CareCase.MOST_SAID :],
        found_by=noticed.found_by,
        language=conversation.language,
        opened_at=now,
        last_said_at=now,
    )


def tell_group(case: CareCase, *, now: datetime) -> bool:
    """Send each operator of the case's group a private message; whether the group knows of the case.

    Not again within some hours, and not more in an hour than its subject allows. A group without a phone sees its cases
    in the admin only.
    """
    group = case.group
    if group is None:
        return False
    if case.status != CareCase.Status.OPEN or (case.told_at and now - case.told_at < AGAIN_AFTER):
        return True
    lately = CareCase.objects.told_since(group, now - WITHIN).filter(subject=case.subject)
    if lately.count() >= case.subject.most_alerts:
        logger.warning("A group is told of no more care cases in this hour.", extra={"group": group.pk})
        return True
    operators = group.operators.filter(enabled=True).exclude(member=case.member_id)
    for operator in operators.filter(member__isnull=False).select_related("member").order_by("pk"):
        _alert(case, operator)
    case.told_at = now
    case.save(update_fields=["told_at"])
    return operators.exists()


def _alert(case: CareCase, operator: Operator) -> None:
    """With a correlation ID of its own: the timeline of the member's message does not lead to the group."""
    with thread_of(operator, case.application) as thread:
        if thread is None:
            return
        subject = case.subject.name_in(thread.language)
        words = care_texts.alert(case.pk, subject, case.member.name or case.member.user_id, case.member.user_id)
        messages.say_privately(thread, words, cid=secrets.token_hex(8))


@transaction.atomic
def take(case: CareCase, *, by: Any) -> bool:
    """An account looks after a case from now on; False if another one does already, or it is closed."""
    fresh = CareCase.objects.filter(pk=case.pk, status=CareCase.Status.OPEN)
    return bool(fresh.update(status=CareCase.Status.TAKEN, taken_by=by.pk))


@transaction.atomic
def close(case: CareCase, *, by: Any, now: datetime | None = None) -> bool:
    """Close a case, from when on its retention counts; False if it is closed."""
    values: dict[str, Any] = {"status": CareCase.Status.CLOSED, "closed_at": now or timezone.now()}
    rows = CareCase.objects.unfinished().filter(pk=case.pk)
    rows.filter(taken_by=None).update(taken_by=by.pk)
    return bool(rows.update(**values))
