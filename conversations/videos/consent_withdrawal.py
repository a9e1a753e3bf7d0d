"""Videos and narrations whose consent was withdrawn: those on their way are recalled, sent ones are listed."""

import logging
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from avatars.models import CONSENTS, Consent
from conversations.delivery import messages
from conversations.models import Conversation, Message, MessageQuerySet
from conversations.wording import video_texts
from core.exceptions import OpenUserError
from wecom.models import Outbound

logger = logging.getLogger(__name__)


def recall_withdrawn() -> int:
    """Recall videos that are on their way without consent, and send their script as text. Returns how many.

    By state, not by event: a second call does nothing.
    """
    on_its_way = Message.objects.filter(_withdrawn(), outbound__status__in=Outbound.UNFINISHED, outbound__recall=None)
    return sum(_recall(pk) for pk in on_its_way.order_by("pk").values_list("pk", flat=True)[:500])


def _withdrawn() -> Q:
    """Videos and narrations of which a face or voice lacks the consent that it had."""
    shown = reduce(or_, (Q(**{f"render__{name}__withdrawn_at__isnull": False}) for name in CONSENTS))
    spoken = Q(narration__voice_consent__withdrawn_at__isnull=False)
    return (Q(degraded=False) & shown) | (Q(reason=Message.Reason.VOICE) & spoken)


RELATED = ("application__corporation", "member", "content", "outbound", "render__consent", "render__partner_consent")


@transaction.atomic
def _recall(pk: int) -> int:
    message = Message.objects.select_related(*RELATED).get(pk=pk)
    conversation = Conversation.objects.locked(message.application, message.member)
    assert message.outbound is not None
    if not Message.objects.filter(_withdrawn(), pk=pk, outbound__recall=None).exists():
        return 0
    try:
        messages.recall(message.outbound, cid=message.cid)
    except OpenUserError as error:
        # It was sent, or failed, meanwhile.
        logger.warning("A video could not be taken back.", extra={"cid": message.cid, "code": error.code})
        return 0
    fields = {"degraded": True, "reason": Message.Reason.TEXT, "why": _why(message)}
    Message.objects.filter(pk=pk).update(**fields)
    with translation.override(conversation.language):
        messages.say(conversation, video_texts.video_not_allowed(message.content.text), cid=message.cid, degraded=True)
    return 1


def _why(message: Message) -> str:
    """Whether the consent for a face or one for a voice was withdrawn."""
    render = message.render if not message.degraded else None
    faces = (render.consent, render.partner_consent) if render else ()
    shown = any(consent and consent.withdrawn_at for consent in faces)
    return "consent_withdrawn" if shown else "voice_consent_withdrawn"


def recallable(consent: Consent) -> MessageQuerySet:
    """Messages that require a consent and that WeChat Work can still recall."""
    return Message.objects.resting_on(consent).recallable()
