"""Acts of members and of code handlers: each call is one transaction without network."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from conversations.care import care_replies
from conversations.care.detection import Noticed
from conversations.delivery import channel
from conversations.delivery.causes import Cause, because
from conversations.delivery.messages import kind_of, record_sent, say, update_card
from conversations.errands import worker
from conversations.handoff import card_taps, endings, member_turns
from conversations.models import Content, Conversation, Desk, Message, Session, Ticket
from conversations.preferences import preference_cards
from conversations.replies import dispatch, question_preparation, reply_context, voice_messages
from conversations.replies.reply_context import ReplyContext
from conversations.sessions import runner
from conversations.sessions.questions import chosen_key, close_card
from conversations.signals import card_pressed, message_received
from conversations.videos import lifecycle, member_requests, progress_cards
from conversations.wording import chat_texts, flow_texts, handoff_texts
from core.live_updates import publish_change
from core.read_once import reading_once
from wecom.messages import Event, Inbound, TextMessage, VoiceMessage
from wecom.messages import inbound as parse_inbound
from wecom.models import Callback, Download, Outbound


def prepare_message(callback: Callback, inbound: Inbound) -> Session | None:
    """Compute the slow parts of an answer, so that the transaction of `receive_message` does not wait for it.

    Returns the session that it has read, for that transaction.
    """
    if not isinstance(inbound, TextMessage):
        return None
    return question_preparation.prepare(Conversation.objects.of_sender(callback), inbound, now=callback.created_at)


@transaction.atomic(savepoint=False)
@reading_once()
def receive_message(callback: Callback, inbound: Inbound, known: Session | None = None) -> None:
    """Record a message from a member and answer it. `known` is the session that `prepare_message` returned."""
    if _is_transcript(inbound):
        _receive_transcript(callback, inbound)
        return
    context = _receiving(callback, known)
    conversation = context.conversation
    text = inbound.content if isinstance(inbound, TextMessage) else ""
    _notice_language(conversation, text)
    noticed = care_replies.noticed_for_sure(text or getattr(inbound, "recognition", ""))
    if noticed is not None and _takes_care(callback, context, inbound, noticed):
        return
    download = channel.fetch_file(callback, inbound)
    message = _record_received(conversation, inbound.kind, text, callback.cid, download=download)
    message_received.send(Message, message=message)
    with translation.override(conversation.language):
        if context.is_silent and member_turns.handle(conversation, message, cid=callback.cid, now=callback.created_at):
            if isinstance(inbound, VoiceMessage):
                voice_messages.hand_over(conversation, message, inbound)
            return
        session = context.session
        if download is not None:
            if dispatch.take_file(conversation, message, cid=callback.cid, now=callback.created_at):
                return
            session = Session.objects.active_in(conversation)  # one that was over has ended
        if isinstance(inbound, VoiceMessage) and inbound.recognition.strip():
            voice_messages.answer_transcript(conversation, message, inbound.recognition.strip(), echoed=False)
            return
        if isinstance(inbound, VoiceMessage) and inbound.media_id:
            voice_messages.request_transcription(conversation, message, inbound.media_id)
            return
        dispatch.answer(conversation, inbound, session=session, cid=callback.cid, now=callback.created_at)
        care_replies.offer(conversation, text, cid=callback.cid)


def _takes_care(callback: Callback, context: ReplyContext, inbound: Inbound, noticed: Noticed) -> bool:
    """Answer a message about a sensitive subject, which is recorded in its case only; False if a person answers.

    Then the person reads it as any other, the group of the subject is told too, and the bot stays silent. What an
    operator writes to the member whom they answer is none of theirs.
    """
    conversation, now = context.conversation, callback.created_at
    text = inbound.content if isinstance(inbound, TextMessage) else str(getattr(inbound, "recognition", ""))
    with translation.override(conversation.language):
        if not context.is_silent:
            callback.is_private = True
            care_replies.answer(conversation, noticed, text, cid=callback.cid, now=now)
        elif Ticket.objects.unfinished_in(conversation) is not None:
            care_replies.inform(conversation, noticed, text, now=now)
    return not context.is_silent


def _receive_transcript(callback: Callback, inbound: Inbound) -> None:
    """Answer the text of a voice message, which is recorded already, and during a hand-off passed on."""
    conversation = _conversation(callback)
    if member_turns.is_silent(conversation):
        return
    session = Session.objects.active_in(conversation)
    with translation.override(conversation.language):
        dispatch.answer(conversation, inbound, session=session, cid=callback.cid, now=callback.sent_at)
        if isinstance(inbound, TextMessage):
            care_replies.offer(conversation, inbound.content, cid=callback.cid)


@transaction.atomic
def press_menu(callback: Callback, event: Event) -> None:
    """Handle a button of the application's menu."""
    conversation = _conversation(callback)
    _record_received(conversation, Content.Kind.EVENT, event.event_key, callback.cid)
    with translation.override(conversation.language):
        paused = member_turns.paused_words(conversation)
        if paused is not None:
            with because(Cause.HANDOFF):
                say(conversation, paused, cid=callback.cid)
            return
        dispatch.press_menu(conversation, event.event_key, cid=callback.cid)


@transaction.atomic
def press_card(callback: Callback, event: Event) -> None:
    """Handle a button of a card, and show the choice on the card."""
    conversation = _conversation(callback)
    now = callback.created_at
    message = _record_received(conversation, Content.Kind.EVENT, event.event_key, callback.cid)  # before its answer
    with translation.override(conversation.language):
        if preference_cards.is_card(event.task_id):
            with because(Cause.PREFERENCES):
                label = preference_cards.press(conversation, event, cid=callback.cid)
            Content.objects.filter(pk=message.content_id).update(text=label)
            return
        card = progress_cards.find(conversation, event.task_id)
        if card is not None:
            code, key = event.response_code, event.event_key
            with because(Cause.NOTICE, notice="progress"):
                label = member_requests.press_button(conversation, card, key, code=code, cid=callback.cid, now=now)
            Content.objects.filter(pk=message.content_id).update(text=label)
            return
        shown = card_taps.press(conversation, event, cid=callback.cid, now=now)
        if shown is None:
            shown = _chosen_elsewhere(conversation, event, now)
            started = _start_by_button(conversation, event, cid=callback.cid, now=now)
            shown = shown or started
        if shown is None and member_turns.is_silent(conversation):
            shown = handoff_texts.paused()  # the question is asked again afterwards
        if shown is None:
            shown = dispatch.press_card(conversation, event.task_id, chosen_key(event), cid=callback.cid, now=now)
        Content.objects.filter(pk=message.content_id).update(text=flow_texts.over() if shown is None else shown)
    if shown is None:
        return
    if event.response_code:
        update_card(conversation.application, conversation.member, event.response_code, shown)
    elif event.task_id:
        close_card(conversation, event.task_id, shown)


@transaction.atomic
def press_card_menu(callback: Callback, event: Event) -> None:
    """Handle an entry of a card's menu. The card keeps its buttons, so the choice is confirmed by a message."""
    conversation = _conversation(callback)
    message = _record_received(conversation, Content.Kind.EVENT, event.event_key, callback.cid)
    with translation.override(conversation.language):
        shown = _chosen_elsewhere(conversation, event, callback.created_at)
        if shown is None:
            return
        Content.objects.filter(pk=message.content_id).update(text=shown)
        with because(Cause.NOTICE, notice="chosen"):
            say(conversation, shown, cid=callback.cid)


@transaction.atomic
def greet(callback: Callback) -> None:
    """Greet a member who opens the application, at most once in some hours."""
    conversation = _conversation(callback)
    pause = timedelta(hours=settings.CONVERSATIONS["GREET_EVERY_HOURS"])
    if conversation.greeted_at and callback.created_at - conversation.greeted_at < pause:
        return
    if member_turns.is_silent(conversation):
        return
    desk = Desk.objects.of(conversation.application)
    conversation.greeted_at = callback.created_at
    conversation.save(update_fields=["greeted_at"])
    with translation.override(conversation.language):
        if dispatch.start_by_event(conversation, callback.event, cid=callback.cid, now=callback.created_at):
            return
        with because(Cause.GREETING):
            say(conversation, desk.greeting if desk else chat_texts.greeting(), cid=callback.cid)


@transaction.atomic
def notify_rate_limit(callback: Callback) -> None:
    """Tell a member that they are over the rate limit. Further messages are kept, but not answered."""
    conversation = _conversation(callback)
    with translation.override(conversation.language), because(Cause.NOTICE, notice="too_much"):
        say(conversation, chat_texts.too_much(), cid=callback.cid)


@transaction.atomic
def end_contact(callback: Callback) -> None:
    """Cancel the videos, errands and session of a member who can no longer be reached."""
    conversation = _conversation(callback)
    _record_received(conversation, Content.Kind.EVENT, callback.event, callback.cid)
    lifecycle.cancel_waiting(conversation)
    worker.cancel_all(conversation)
    ticket = Ticket.objects.unfinished_in(conversation)
    if ticket is not None:
        endings.end(ticket, Ticket.Outcome.LEFT, now=callback.created_at)
    session = Session.objects.active_in(conversation)
    if session is not None:
        runner.stop(session)


@transaction.atomic
def record_answer(callback: Callback, text: str, outbounds: list[Outbound]) -> None:
    """Record the message that a code handler answered, and its answer."""
    conversation = _conversation(callback)
    inbound = parse_inbound(callback.body.encode())
    content = inbound.content if isinstance(inbound, TextMessage) else ""
    if not _is_transcript(inbound):
        # Dated before the messages that the handler has sent.
        download = channel.fetch_file(callback, inbound)
        at = callback.created_at
        _record_received(conversation, inbound.kind, content, callback.cid, at=at, download=download)
    if outbounds:
        kind = kind_of(outbounds[-1].msgtype)
        with because(Cause.PROGRAM, program="handler"):
            record_sent(conversation, outbounds[-1], kind, text, cid=callback.cid)


@transaction.atomic
def record_sent_by_code(outbound: Outbound, text: str) -> None:
    """Record a message that code sent outside a handler, once for all retries."""
    if Message.objects.filter(outbound=outbound).exists():
        return
    conversation = channel.conversation_with(outbound.recipients[0], application=outbound.application)
    with because(Cause.PROGRAM, program="code"):
        record_sent(conversation, outbound, kind_of(outbound.msgtype), text, cid=outbound.cid)


def _start_by_button(conversation: Conversation, event: Event, *, cid: str, now: datetime) -> str | None:
    """Start the flow of a button; the text that replaces the buttons, None if it starts none or a person answers."""
    if member_turns.is_silent(conversation):
        return None
    label = dispatch.start_by_button(conversation, event.task_id, event.event_key, cid=cid, now=now)
    return None if label is None else flow_texts.chosen(label)


def _chosen_elsewhere(conversation: Conversation, event: Event, at: datetime) -> str | None:
    """The text that replaces the buttons of a card of an app above, such as a campaign's; None if it is none."""
    who = {"application": conversation.application, "member": conversation.member}
    answers = card_pressed.send(Conversation, **who, event=event, at=at)
    chosen = next((label for _receiver, label in answers if label is not None), None)
    return None if chosen is None else flow_texts.chosen(chosen)


def _is_transcript(inbound: Inbound) -> bool:
    return isinstance(inbound, TextMessage) and inbound.spoken


def _conversation(callback: Callback) -> Conversation:
    return Conversation.objects.locked(callback.application, channel.member_of(callback))


def _receiving(callback: Callback, known: Session | None) -> ReplyContext:
    """The context of a member's message, with the conversation locked, and created if it is the first."""
    own = Conversation.objects.of_sender(callback)
    while not own.update(last_message_at=callback.created_at):
        _conversation(callback)
    context = reply_context.read(own, known=known)
    assert context is not None
    callback.application = context.conversation.application
    return context


def _notice_language(conversation: Conversation, text: str) -> None:
    """Follow the language of a message; whether it is the first one is asked only where that matters."""
    before = conversation.language
    conversation.notice_language(text, is_first=True)
    if conversation.language == before:
        return
    if conversation.messages().filter(direction=Message.Direction.IN).exists():
        conversation.language = before
        # The text of a command may be in another language than its sender's, like “/video Welcome”.
        if not text.startswith(("/", "／")):
            conversation.notice_language(text)
    if conversation.language != before:
        conversation.save(update_fields=["language"])


def _record_received(
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
