"""An unrequested message never falls between a question and its answer: it waits until the dialogue ends or rests."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from conversations.delivery.broadcasts import in_dialogue
from conversations.models import Message
from wecom import services as wecom
from wecom.models import Application, Member, Outbound


def wait_for_dialogues(messages: Sequence[Message], *, now: datetime) -> int:
    """Hold those of these messages whose members are in a dialogue; returns how many members that are.

    All are of one application. To be called in the transaction that has queued them.
    """
    if not messages:
        return 0
    busy = in_dialogue(messages[0].application, [one.member_id for one in messages], since=_rests(now))
    held = [one for one in messages if one.member_id in busy]
    for message in held:
        wecom.hold_for_dialogue(message.cid, message.member.user_id)
    return len(held)


def let_rested_go(*, now: datetime | None = None) -> int:
    """Let go what waits for dialogues that have ended or rest; returns how many messages."""
    now = now or timezone.now()
    held, count = wecom.held_for(Outbound.Reason.DIALOGUE), 0
    for application in Application.objects.filter(pk__in=held.values("application")).order_by("pk"):
        ours = dict(held.filter(application=application).values_list("pk", "recipients"))
        names = {name for recipients in ours.values() for name in recipients}
        members = Member.objects.filter(corporation=application.corporation_id, user_id__in=names)
        busy = in_dialogue(application, members.values("pk"), since=_rests(now))
        waiting = set(members.filter(pk__in=busy).values_list("user_id", flat=True))
        free = [pk for pk, recipients in ours.items() if waiting.isdisjoint(recipients)]
        count += wecom.let_go(held.filter(pk__in=free), now=now)
    return count


def _rests(now: datetime) -> datetime:
    return now - timedelta(minutes=settings.CONVERSATIONS["DIALOGUE_RESTS_MINUTES"])
