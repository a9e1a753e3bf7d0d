"""How far a video is, as a card: what it says, when it changes, and its end.

A card is changed with a response code. One comes with the card itself and one with each tap on it, each good for one
change (wecom-protocol, template cards): so a tap brings the news, and the card's own code is kept for the end. What a
card says in between is true of the minute that it names.
"""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone, translation

from avatars import services as avatars
from avatars.models import Render
from conversations import wording
from conversations.delivery import channel
from conversations.models import Content, Conversation, Message, ProgressCard, Standing
from wecom.contents import Button, ButtonCard, Row, Source, truncate
from wecom.models import Outbound

PROGRESS, TEXT, CANCEL = "progress", "text", "cancel"
RELATED = ("outbound", "message__render", "message__outbound", "message__content", "message__member")
TITLE = 70  # bytes, and so never more than the 72 columns that a title has
BLUE, RED = 1, 2


FINAL = (Standing.SENT, Standing.AS_VOICE, Standing.AS_TEXT, Standing.UNCONFIRMED, Standing.CANCELLED)


def send(conversation: Conversation, message: Message, *, cid: str) -> ProgressCard:
    """Promise a video with a card; `message` waits for it."""
    task_id = f"video-{message.pk}-{secrets.token_hex(4)}"
    first = _card(message, task_id=task_id)
    outbound = channel.send(conversation.application, conversation.member, first, cid=cid)
    Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.SENDING,
        content=Content.objects.create(kind=Content.Kind.CARD, text=first.words()),
        outbound=outbound,
        cid=cid,
    )
    return ProgressCard.objects.create(message=message, outbound=outbound, task_id=task_id)


def standing(message: Message) -> Standing:
    """How it stands. Done is only what the platform has accepted."""
    if message.state == Message.State.CANCELLED:
        return Standing.CANCELLED
    if message.state == Message.State.WAITING:
        begun = {Render.Status.QUEUED: Standing.QUEUED, Render.Status.RUNNING: Standing.MAKING}
        return begun.get(Render.Status(message.render.status), Standing.SENDING) if message.render else Standing.SENDING
    outbound = message.outbound
    if outbound is None or not outbound.is_finished:
        return Standing.SENDING
    if outbound.status == Outbound.Status.DONE:
        if message.reason == Message.Reason.VOICE:
            return Standing.AS_VOICE
        return Standing.AS_TEXT if message.degraded else Standing.SENT
    return Standing.CANCELLED if outbound.status == Outbound.Status.CANCELLED else Standing.UNCONFIRMED


def show(card: ProgressCard, code: str, *, now: datetime | None = None) -> None:
    """Change the card to how things stand, with the code of a tap or its own."""
    message = card.message
    stands = standing(message)
    if stands in FINAL:
        ProgressCard.objects.filter(pk=card.pk).update(closed_at=now or timezone.now())
    greyed = str(stands.label) if stands in FINAL else ""
    shown = _card(message, task_id=card.task_id, text_given=card.text_given, now=now)
    channel.update_card(message.application, message.member, code, greyed, card=shown)


def of(conversation: Conversation, task_id: str) -> ProgressCard | None:
    """The card of this name, where it is theirs."""
    mine = ProgressCard.objects.select_related(*RELATED).filter(task_id=task_id)
    return mine.filter(message__application=conversation.application, message__member=conversation.member).first()


def settle(message: Message) -> None:
    """Let the card of a message show its end, once; nothing before the end, or where the card has not arrived."""
    card = ProgressCard.objects.select_related(*RELATED).filter(message=message, closed_at=None).first()
    if card is None or not card.outbound.response_code or standing(card.message) not in FINAL:
        return
    with translation.override(_language(card.message)):
        show(card, card.outbound.response_code)


def _language(message: Message) -> str:
    found = Conversation.objects.filter(application=message.application_id, member=message.member_id)
    return found.values_list("language", flat=True).first() or translation.get_language()


def _card(message: Message, *, task_id: str, text_given: bool = False, now: datetime | None = None) -> ButtonCard:
    stands, now = standing(message), now or timezone.now()
    rows = [Row(name=wording.label_status(), value=_status(message, stands))]
    if message.render is not None and stands in (Standing.QUEUED, Standing.MAKING):
        left = avatars.time_left(message.render)
        ready = timezone.localtime(now + timedelta(seconds=left.high))
        rows.append(Row(name=wording.label_ready(), value=wording.ready_at(left.low, left.high, ready)))
    rows.append(Row(name=wording.label_as_of(), value=f"{timezone.localtime(now):%H:%M:%S}"))
    buttons = [Button(key=PROGRESS, text=wording.button_progress(), style=BLUE)]
    if not text_given:
        buttons.append(Button(key=TEXT, text=wording.button_text_first(), style=BLUE))
    buttons.append(Button(key=CANCEL, text=wording.button_cancel(), style=RED))
    return ButtonCard(
        source=Source(text=wording.card_source()),
        title=truncate(" ".join(message.content.text.split()), TITLE),
        rows=tuple(rows),
        buttons=tuple(buttons),
        task_id=task_id,
    )


def _status(message: Message, stands: Standing) -> str:
    render = message.render
    if render is not None and stands == Standing.QUEUED:
        return wording.place_in_queue(avatars.queue_position(render))
    if render is not None and stands == Standing.MAKING:
        return wording.making(str(render.get_stage_display()), render.progress)
    return str(stands.label)
