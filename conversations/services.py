"""The front door of conversations: what members do comes in here, and what is said to them goes out."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from conversations import wording
from conversations.delivery import channel
from conversations.delivery.channel import show_on_page
from conversations.delivery.messages import (
    KINDS,
    conversation_of,
    conversation_with,
    desk_of,
    digital_human_of,
    say,
    say_content,
)
from conversations.delivery.video_form import fit as fit_upload
from conversations.delivery.watch_links import link as link_to_watch
from conversations.delivery.watch_links import viewings
from conversations.errands.worker import cancel_all as cancel_errands
from conversations.errands.worker import run_errand
from conversations.flows.drafts import add_example as add_flow
from conversations.flows.drafts import duplicate as duplicate_flow
from conversations.flows.drafts import restore as restore_draft
from conversations.flows.publication import publish, roll_back
from conversations.language import language_of
from conversations.models import Content, Conversation, Message
from conversations.replies import dispatch, voice_messages
from conversations.sessions.current import active as active_session
from conversations.sessions.questions import close_card
from conversations.sessions.runner import start as start_flow
from conversations.sessions.runner import stop as stop_session
from conversations.sessions.runner import tick
from conversations.videos import member_requests, progress_cards
from conversations.videos.awaitables import (
    generate_and_send_video,
    generate_digital_human_video,
    generate_response,
    generate_video,
    process_with_ai,
    reply_to,
    send_recording,
    send_recording_of,
    send_video_of,
    video_of,
    video_url_of,
)
from conversations.videos.consent_withdrawal import recallable, take_back
from conversations.videos.lifecycle import (
    cancel_waiting,
    fall_back,
    recall,
    release,
    release_all,
    release_spoken,
    use_rendition,
)
from conversations.videos.requests import say_template, say_video
from core.live_updates import publish_change
from wecom import messages
from wecom.models import Callback, Download, Outbound

__all__ = [
    "active_session",
    "add_flow",
    "ask_for_patience",
    "cancel_waiting",
    "choose",
    "conversation_of",
    "conversation_with",
    "desk_of",
    "digital_human_of",
    "duplicate_flow",
    "fall_back",
    "fit_upload",
    "follow",
    "generate_and_send_video",
    "generate_digital_human_video",
    "generate_response",
    "generate_video",
    "greet",
    "leave",
    "link_to_watch",
    "note_answer",
    "note_sent",
    "press",
    "process_with_ai",
    "publish",
    "recall",
    "recallable",
    "receive",
    "release",
    "release_all",
    "release_spoken",
    "reply_to",
    "restore_draft",
    "roll_back",
    "run_errand",
    "say",
    "say_content",
    "say_template",
    "say_video",
    "send_recording",
    "send_recording_of",
    "send_video_of",
    "show_on_page",
    "start_flow",
    "stop_session",
    "take_back",
    "tick",
    "use_rendition",
    "video_of",
    "video_url_of",
    "viewings",
]


@transaction.atomic
def receive(callback: Callback, inbound: messages.Inbound) -> None:
    """Record what a member said, and answer it."""
    conversation = _conversation(callback)
    if _is_spoken(inbound):  # its voice message was recorded
        with translation.override(conversation.language):
            dispatch.answer(conversation, inbound, cid=callback.cid, now=callback.sent_at)
        return
    text = inbound.content if isinstance(inbound, messages.TextMessage) else ""
    # A command's words need not be the language of who sends it: “/video Welcome” may come from anybody.
    if not text.startswith(("/", "／")) or not conversation.messages().exists():
        conversation.language = language_of(text, otherwise=conversation.language)
    conversation.last_message_at = callback.created_at
    conversation.save(update_fields=["language", "last_message_at"])
    note = _note(conversation, inbound.kind, text, callback.cid, download=channel.fetch(callback, inbound))
    with translation.override(conversation.language):
        if isinstance(inbound, messages.VoiceMessage) and inbound.recognition.strip():
            voice_messages.take(conversation, note, inbound.recognition.strip(), echoed=False)
            return
        if isinstance(inbound, messages.VoiceMessage) and inbound.media_id:
            voice_messages.listen(conversation, note, inbound.media_id)
            return
        dispatch.answer(conversation, inbound, cid=callback.cid, now=callback.created_at)


@transaction.atomic
def press(callback: Callback, event: messages.Event) -> None:
    """Act on a button of the application's menu."""
    conversation = _conversation(callback)
    _note(conversation, Content.Kind.EVENT, event.event_key, callback.cid)
    with translation.override(conversation.language):
        dispatch.press_menu(conversation, event.event_key, cid=callback.cid)


@transaction.atomic
def choose(callback: Callback, event: messages.Event) -> None:
    """Act on a button of a card, and let the card show what was chosen."""
    conversation = _conversation(callback)
    now = callback.created_at
    note = _note(conversation, Content.Kind.EVENT, event.event_key, callback.cid)  # before what it is answered with
    with translation.override(conversation.language):
        card = progress_cards.of(conversation, event.task_id)
        if card is not None:
            code, key = event.response_code, event.event_key
            words = member_requests.press(conversation, card, key, code=code, cid=callback.cid, now=now)
            Content.objects.filter(pk=note.content_id).update(text=words)
            return
        shown = dispatch.press_card(conversation, event.task_id, event.event_key, cid=callback.cid, now=now)
        Content.objects.filter(pk=note.content_id).update(text=wording.over() if shown is None else shown)
    if shown is None:
        return
    if event.response_code:
        channel.update_card(conversation.application, conversation.member, event.response_code, shown)
    elif event.task_id:
        close_card(conversation, event.task_id, shown)


@transaction.atomic
def greet(callback: Callback) -> None:
    """Greet somebody who opens the application, at most once in some hours."""
    conversation = _conversation(callback)
    pause = timedelta(hours=settings.CONVERSATIONS["GREET_EVERY_HOURS"])
    if conversation.greeted_at and callback.created_at - conversation.greeted_at < pause:
        return
    desk = desk_of(conversation.application)
    conversation.greeted_at = callback.created_at
    conversation.save(update_fields=["greeted_at"])
    with translation.override(conversation.language):
        say(conversation, desk.greeting if desk else wording.greeting(), cid=callback.cid)


@transaction.atomic
def ask_for_patience(callback: Callback) -> None:
    """Tell somebody who asks for more than is served in a minute; what is beyond it is kept, but not answered."""
    conversation = _conversation(callback)
    with translation.override(conversation.language):
        say(conversation, wording.too_much(), cid=callback.cid)


@transaction.atomic
def leave(callback: Callback) -> None:
    """Somebody can no longer be reached: what waits for them ends, so that nothing is made or asked in vain."""
    conversation = _conversation(callback)
    _note(conversation, Content.Kind.EVENT, callback.event, callback.cid)
    cancel_waiting(conversation)
    cancel_errands(conversation)
    session = active_session(conversation)
    if session is not None:
        stop_session(session)


@transaction.atomic
def follow(outbound: Outbound) -> None:
    """A message reached its end, whichever: what depends on it goes on."""
    fall_back(outbound)
    member_requests.follow(outbound)


@transaction.atomic
def note_answer(callback: Callback, text: str, outbounds: list[Outbound]) -> None:
    """Record what a code handler answered, and what it answered to."""
    conversation = _conversation(callback)
    inbound = messages.inbound(callback.body.encode())
    said = inbound.content if isinstance(inbound, messages.TextMessage) else ""
    if not _is_spoken(inbound):
        # It came before what the handler sent meanwhile.
        download = channel.fetch(callback, inbound)
        _note(conversation, inbound.kind, said, callback.cid, at=callback.created_at, download=download)
    if outbounds:
        Message.objects.create(
            application=conversation.application,
            member=conversation.member,
            direction=Message.Direction.OUT,
            state=Message.State.SENDING,
            content=Content.objects.create(kind=KINDS.get(outbounds[-1].msgtype, Content.Kind.OTHER), text=text),
            outbound=outbounds[-1],
            cid=callback.cid,
        )


@transaction.atomic
def note_sent(outbound: Outbound, text: str) -> None:
    """Record what code sent to a member of its own accord; a retry of the same send is recorded once."""
    if Message.objects.filter(outbound=outbound).exists():
        return
    conversation = conversation_with(outbound.recipients[0], application=outbound.application)
    Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.SENDING,
        content=Content.objects.create(kind=KINDS.get(outbound.msgtype, Content.Kind.OTHER), text=text),
        outbound=outbound,
        cid=outbound.cid,
    )


def _is_spoken(inbound: messages.Inbound) -> bool:
    return isinstance(inbound, messages.TextMessage) and inbound.spoken


def _conversation(callback: Callback) -> Conversation:
    return conversation_of(callback.application, channel.member_of(callback))


def _note(
    conversation: Conversation,
    kind: str,
    text: str,
    cid: str,
    *,
    at: datetime | None = None,
    download: Download | None = None,
) -> Message:
    content = Content.objects.create(kind=kind if kind in Content.Kind.values else Content.Kind.OTHER, text=text)
    publish_change("messages", "received")
    return Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.IN,
        state=Message.State.RECEIVED,
        content=content,
        download=download,
        cid=cid,
        created_at=at or timezone.now(),
    )
