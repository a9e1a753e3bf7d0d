"""Progress cards of videos: their text, their updates and their final status.

Updating a card takes a response code. WeChat Work gives one with the card and one with each tap, each for one update
(wecom-protocol, template cards): a tap shows the current progress, and the card's own code is reserved for the final
status. In between the card shows the time of its last update.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation

from avatars import services as avatars
from avatars.models import Render
from conversations.delivery import card_names, messages, watch_links
from conversations.models import Content, Conversation, Desk, Message, ProgressCard, VideoStatus
from conversations.wording import video_texts
from wecom.contents import Button, ButtonCard, Row, Source, Web, truncate
from wecom.models import Outbound

CARD = "template_card"
PROGRESS, TEXT, CANCEL = "progress", "text", "cancel"
RELATED = (
    "outbound",
    *(f"message__{name}" for name in ("render", "outbound", "content", "member", "application__corporation")),
)
TASK = "video-"
TITLE = 70  # bytes, and so never more than the 72 columns that a title has
BLUE, RED = 1, 2
FINAL = (VideoStatus.SENT, VideoStatus.AS_VOICE, VideoStatus.AS_TEXT, VideoStatus.UNCONFIRMED, VideoStatus.CANCELLED)


def announce(conversation: Conversation, message: Message, *, cid: str) -> None:
    """Tell a member about the video that `message` waits for: by a card, or by text if the desk sends no cards."""
    desk = Desk.objects.of(conversation.application)
    if desk is not None and not desk.progress_cards:
        _say_estimate(conversation, message, cid=cid)
        return
    task_id = card_names.name(TASK, message.content.text, cid=cid)
    first = _card(message, task_id=task_id)
    outbound = messages.send(conversation.application, conversation.member, first, cid=cid)
    messages.record_sent(conversation, outbound, Content.Kind.CARD, first.words(), cid=cid)
    ProgressCard.objects.create(message=message, outbound=outbound, task_id=task_id)


def status_of(message: Message) -> VideoStatus:
    """The status of a video; sent means that WeChat Work has accepted it."""
    if message.state == Message.State.CANCELLED:
        return VideoStatus.CANCELLED
    if message.state == Message.State.WAITING:
        by_render = {Render.Status.QUEUED: VideoStatus.QUEUED, Render.Status.RUNNING: VideoStatus.MAKING}
        render = message.render
        return by_render.get(Render.Status(render.status), VideoStatus.SENDING) if render else VideoStatus.SENDING
    outbound = message.outbound
    if outbound is None or not outbound.is_finished:
        return VideoStatus.SENDING
    if outbound.status == Outbound.Status.DONE:
        if message.reason == Message.Reason.VOICE:
            return VideoStatus.AS_VOICE
        return VideoStatus.AS_TEXT if message.degraded else VideoStatus.SENT
    return VideoStatus.CANCELLED if outbound.status == Outbound.Status.CANCELLED else VideoStatus.UNCONFIRMED


def update(card: ProgressCard, code: str, *, now: datetime | None = None) -> None:
    """Show the current status on the card, with the response code of a tap or its own."""
    message = card.message
    status = status_of(message)
    if status in FINAL:
        ProgressCard.objects.filter(pk=card.pk).update(closed_at=now or timezone.now())
    greyed = str(status.label) if status in FINAL else ""
    shown = _card(message, task_id=card.task_id, text_given=card.text_given, now=now)
    messages.update_card(message.application, message.member, code, greyed, card=shown)


def find(conversation: Conversation, task_id: str) -> ProgressCard | None:
    """The member's card with this task ID; None for another's."""
    mine = ProgressCard.objects.select_related(*RELATED).filter(task_id=task_id)
    return mine.filter(message__application=conversation.application, message__member=conversation.member).first()


def show_end(message: Message) -> None:
    """Show the final status on the card of a message, once; nothing before that, or if the card was not delivered."""
    card = ProgressCard.objects.select_related(*RELATED).filter(message=message, closed_at=None).first()
    if card is not None:
        _show_end(card)


def _show_end(card: ProgressCard) -> None:
    if card.closed_at or not card.outbound.response_code or status_of(card.message) not in FINAL:
        return
    with translation.override(_language(card.message)):
        update(card, card.outbound.response_code)


def follow_up(outbounds: Sequence[Outbound]) -> None:
    """Show the end of settled messages on their cards; send text instead of a card that could not be delivered."""
    alone = [outbound for outbound in outbounds if len(outbound.recipients) == 1]
    if not alone:
        return
    cards = ProgressCard.objects.select_related(*RELATED)
    carriers = [outbound for outbound in alone if outbound.msgtype != CARD]
    for card in cards.filter(message__outbound__in=carriers, closed_at=None) if carriers else ():
        _show_end(card)
    carded = [outbound for outbound in alone if outbound.msgtype == CARD]
    for card in cards.filter(outbound__in=carded) if carded else ():
        _follow_card(card)


def _follow_card(card: ProgressCard) -> None:
    outbound = card.outbound
    if outbound.status == Outbound.Status.DONE:
        _show_end(card)
    elif outbound.status == Outbound.Status.FAILED and outbound.reason not in messages.UNREACHABLE:
        conversation = Conversation.objects.locked(card.message.application, card.message.member)
        if status_of(card.message) not in FINAL:
            with translation.override(conversation.language):
                _say_estimate(conversation, card.message, cid=card.message.cid)


def _say_estimate(conversation: Conversation, message: Message, *, cid: str) -> None:
    assert message.render is not None
    left = avatars.time_left(message.render)
    words = video_texts.video_started(left.low, left.high, message.content.text)
    messages.say(conversation, words, cid=cid)


def _language(message: Message) -> str:
    conversations = Conversation.objects.filter(application=message.application_id, member=message.member_id)
    return conversations.values_list("language", flat=True).first() or translation.get_language()


def _card(message: Message, *, task_id: str, text_given: bool = False, now: datetime | None = None) -> ButtonCard:
    status, now = status_of(message), now or timezone.now()
    rows = [Row(name=video_texts.label_status(), value=_status(message, status))]
    if message.render is not None and status in (VideoStatus.QUEUED, VideoStatus.MAKING):
        left = avatars.time_left(message.render)
        ready = timezone.localtime(now + timedelta(seconds=left.high))
        rows.append(Row(name=video_texts.label_ready(), value=video_texts.ready_at(left.low, left.high, ready)))
    rows.append(Row(name=video_texts.label_as_of(), value=f"{timezone.localtime(now):%H:%M:%S}"))
    buttons = [Button(key=PROGRESS, text=video_texts.button_progress(), style=BLUE)]
    if not text_given:
        buttons.append(Button(key=TEXT, text=video_texts.button_text_first(), style=BLUE))
    buttons.append(Button(key=CANCEL, text=video_texts.button_cancel(), style=RED))
    return ButtonCard(
        source=Source(text=video_texts.card_source()),
        title=truncate(" ".join(message.content.text.split()), TITLE),
        rows=tuple(rows),
        buttons=tuple(buttons),
        link=_watch_link(message, status),
        task_id=task_id,
    )


def _watch_link(message: Message, status: VideoStatus) -> Web | None:
    """The page where the video plays while it is made; None where members reach no page of ours."""
    making = status in (VideoStatus.QUEUED, VideoStatus.MAKING)
    if message.render is None or not making or not settings.SITE_URL:
        return None
    return Web(url=watch_links.render_url(message.application, message.member, message.render))


def _status(message: Message, status: VideoStatus) -> str:
    render = message.render
    if render is not None and status == VideoStatus.QUEUED:
        return video_texts.place_in_queue(avatars.queue_position(render))
    if render is not None and status == VideoStatus.MAKING:
        return video_texts.making(str(render.get_stage_display()), render.progress)
    return str(status.label)
