"""Videos whose person has withdrawn the consent: what is not sent yet is taken back, what was sent is listed."""

import logging

from django.db import transaction
from django.utils import translation

from avatars.models import Consent
from conversations import channel, saying, wording
from conversations.models import Message, MessageQuerySet
from openuser.lib.exceptions import OpenUserError
from wecom.models import Outbound

logger = logging.getLogger(__name__)


def take_back() -> int:
    """Take back videos that are on their way though their consent was withdrawn; their text goes out instead.

    By state and not by event: doing it twice does nothing. Returns how many messages that were.
    """
    on_its_way = Message.objects.filter(
        render__consent__withdrawn_at__isnull=False,
        outbound__status__in=Outbound.UNFINISHED,
        outbound__recall=None,
        degraded=False,
    )
    return sum(_take_back(pk) for pk in on_its_way.order_by("pk").values_list("pk", flat=True)[:500])


@transaction.atomic
def _take_back(pk: int) -> int:
    message = Message.objects.select_related("application__corporation", "member", "content", "outbound").get(pk=pk)
    conversation = saying.conversation_of(message.application, message.member)
    assert message.outbound is not None
    if not Message.objects.filter(pk=pk, degraded=False, outbound__recall=None).exists():
        return 0
    try:
        channel.recall(message.outbound, cid=message.cid)
    except OpenUserError as error:
        # It was sent, or failed, at this moment.
        logger.warning("A video could not be taken back.", extra={"cid": message.cid, "code": error.code})
        return 0
    fields = {"degraded": True, "reason": Message.Reason.TEXT, "why": "consent_withdrawn"}
    Message.objects.filter(pk=pk).update(**fields)
    with translation.override(conversation.language):
        saying.say(conversation, wording.video_not_allowed(message.content.text), cid=message.cid, degraded=True)
    return 1


def recallable(consent: Consent) -> MessageQuerySet:
    """Messages with a video that rests on a consent, and that WeChat Work still takes back."""
    return Message.objects.filter(render__consent=consent).recallable()
