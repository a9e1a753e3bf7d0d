"""A video on a member's wish: how many may wait, what is said meanwhile, and why not."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from avatars import services as avatars
from avatars.exceptions import QuotaExceeded, ScriptError
from avatars.models import DigitalHuman, RenderTemplate
from conversations import wording
from conversations.delivery import messages
from conversations.models import Conversation, Message, ProgressCard, Standing
from conversations.videos import lifecycle, progress_cards, requests
from wecom.models import Outbound

UNDER_WAY = (Standing.QUEUED, Standing.MAKING, Standing.SENDING)


def make_video(
    conversation: Conversation,
    text: str,
    *,
    mode: str = "",
    digital_human: DigitalHuman | None = None,
    template: RenderTemplate | None = None,
    cid: str,
) -> None:
    """Ask for a video and say how long it takes, or say that too many wait. Raises `ScriptError` for a bad script."""
    wishes: dict[str, Any] = {"mode": mode, "digital_human": digital_human, "template": template}
    most = settings.CONVERSATIONS["QUEUED_VIDEOS_PER_MEMBER"]
    if conversation.messages().waiting().count() >= most:
        messages.say(conversation, wording.too_many_videos(most), cid=cid)
        return
    try:
        message = requests.say_video(conversation, text, **wishes, asked=True, cid=cid)
    except QuotaExceeded as error:
        messages.say(conversation, wording.quota_used_up(error.wait), cid=cid)
        return
    render = message.render
    if render is None:
        return  # it went out as text
    desk = messages.desk_of(conversation.application)
    if render.is_finished:
        messages.say(conversation, wording.video_ready_soon(text), cid=cid)
    elif desk is None or desk.progress_cards:
        progress_cards.send(conversation, message, cid=cid)
    else:
        _promise(conversation, message, cid=cid)


def press(conversation: Conversation, card: ProgressCard, key: str, *, code: str, cid: str, now: datetime) -> str:
    """A button of a progress card; the card then shows how things stand. Returns what was pressed, in words."""
    message = card.message
    if key == progress_cards.CANCEL:
        lifecycle.cancel_one(message)
    elif key == progress_cards.TEXT and not card.text_given and progress_cards.standing(message) in UNDER_WAY:
        card.text_given = True
        card.save(update_fields=["text_given"])
        messages.say(conversation, wording.text_first(message.content.text), cid=cid)
    message.refresh_from_db()
    if code:
        progress_cards.show(card, code, now=now)
    else:
        progress_cards.settle(message)
    pressed = {progress_cards.TEXT: wording.button_text_first, progress_cards.CANCEL: wording.button_cancel}
    return pressed.get(key, wording.button_progress)()


def follow(outbound: Outbound) -> None:
    """A message reached its end: the card that follows it shows so; a card that cannot be sent becomes text."""
    if len(outbound.recipients) != 1:
        return
    for message in Message.objects.filter(outbound=outbound, progress_card__closed_at=None):
        progress_cards.settle(message)
    if outbound.msgtype != "template_card":
        return
    card = ProgressCard.objects.select_related(*progress_cards.RELATED).filter(outbound=outbound).first()
    if card is None:
        return
    if outbound.status == Outbound.Status.DONE:
        progress_cards.settle(card.message)
    elif outbound.status == Outbound.Status.FAILED and outbound.reason not in lifecycle.OUT_OF_REACH:
        conversation = messages.conversation_of(card.message.application, card.message.member)
        if progress_cards.standing(card.message) in UNDER_WAY:
            with translation.override(conversation.language):
                _promise(conversation, card.message, cid=card.message.cid)


def _promise(conversation: Conversation, message: Message, *, cid: str) -> None:
    assert message.render is not None
    left = avatars.time_left(message.render)
    words = wording.video_started(left.low, left.high, message.content.text)
    messages.say(conversation, words, cid=cid)


def refusal(error: ScriptError, text: str) -> str:
    """Why a script cannot become a video, as a person is told."""
    if error.code == "too_long":
        return wording.script_too_long(len(text), settings.AVATARS["MAX_CHARACTERS"])
    return wording.no_digital_human() if error.code == "no_desk" else wording.nothing_to_say()
