"""Videos and spoken words whose person has withdrawn the consent: taken back where they wait, listed where sent."""

import logging

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from avatars.models import Consent
from conversations import wording
from conversations.delivery import channel, messages
from conversations.models import Message, MessageQuerySet
from core.exceptions import OpenUserError
from wecom.models import Outbound

logger = logging.getLogger(__name__)


def take_back() -> int:
    """Take back videos that are on their way though their consent was withdrawn; their text goes out instead.

    By state and not by event: doing it twice does nothing. Returns how many messages that were.
    """
    on_its_way = Message.objects.filter(_withdrawn(), outbound__status__in=Outbound.UNFINISHED, outbound__recall=None)
    return sum(_take_back(pk) for pk in on_its_way.order_by("pk").values_list("pk", flat=True)[:500])


def _withdrawn() -> Q:
    """Videos whose person, and videos and spoken words whose voice's person, has withdrawn the consent."""
    face = Q(render__consent__withdrawn_at__isnull=False)
    voice = Q(render__voice_consent__withdrawn_at__isnull=False)
    spoken = Q(narration__voice_consent__withdrawn_at__isnull=False)
    return (Q(degraded=False) & (face | voice)) | (Q(reason=Message.Reason.VOICE) & spoken)


RELATED = ("application__corporation", "member", "content", "outbound", "render__consent")


@transaction.atomic
def _take_back(pk: int) -> int:
    message = Message.objects.select_related(*RELATED).get(pk=pk)
    conversation = messages.conversation_of(message.application, message.member)
    assert message.outbound is not None
    if not Message.objects.filter(_withdrawn(), pk=pk, outbound__recall=None).exists():
        return 0
    try:
        channel.recall(message.outbound, cid=message.cid)
    except OpenUserError as error:
        # It was sent, or failed, at this moment.
        logger.warning("A video could not be taken back.", extra={"cid": message.cid, "code": error.code})
        return 0
    fields = {"degraded": True, "reason": Message.Reason.TEXT, "why": _why(message)}
    Message.objects.filter(pk=pk).update(**fields)
    with translation.override(conversation.language):
        messages.say(conversation, wording.video_not_allowed(message.content.text), cid=message.cid, degraded=True)
    return 1


def _why(message: Message) -> str:
    """Whether it is the person who is shown that no longer agrees, or the one who is heard."""
    consent = message.render.consent if message.render and not message.degraded else None
    return "consent_withdrawn" if consent and consent.withdrawn_at else "voice_consent_withdrawn"


def recallable(consent: Consent) -> MessageQuerySet:
    """Messages with a video, or with spoken words, that rest on a consent, and that WeChat Work still takes back."""
    return Message.objects.resting_on(consent).recallable()
