"""Voice messages: downloaded, transcribed as an errand, then answered like typed text, in a flow too.

While a person answers the member, they are only written down, so that operators at the desk can read them.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from avatars import services as avatars
from avatars.exceptions import AvatarError
from conversations.care import care_replies
from conversations.delivery import channel
from conversations.delivery.messages import say
from conversations.errands.kinds import KINDS, ErrandKind, Result
from conversations.exceptions import ServiceRefused
from conversations.handoff import member_turns
from conversations.machine.commands import KEYWORDS
from conversations.models import Answer, Content, Conversation, Errand, Flow, Message, Session, Ticket, TicketLine
from conversations.providers.base import RemoteProvider
from conversations.replies import dispatch, question_preparation
from conversations.sessions.current import machine_of
from conversations.wording import chat_texts
from core import backends
from core.exceptions import OpenUserError, TemporaryError
from core.live_updates import publish_change
from wecom.messages import TextMessage, VoiceMessage, typed

MOST_HINTS = 60


@transaction.atomic
def request_transcription(
    conversation: Conversation, message: Message, media_id: str, *, answered: bool = True
) -> Errand:
    """Queue the transcription of a voice message, which is answered as soon as its text is known, or only kept."""
    errand = Errand.objects.create(
        kind=Errand.Kind.RECORDING if answered else Errand.Kind.TRANSCRIPT,
        conversation=conversation,
        message=message,
        provider=next(iter(backends.names("RECOGNITION_ENGINES")), ""),
        question=media_id,
        language=conversation.language,
        deadline_at=timezone.now() + timedelta(seconds=settings.CONVERSATIONS["VOICE_MESSAGE_TIMEOUT"]),
        order_key=f"recording:{conversation.pk}",
        cid=message.cid,
    )
    errand.wake()
    return errand


class Transcriber(RemoteProvider):
    """Downloads a recording and transcribes it, in a process of its own."""

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        spoken = "zh" if language.startswith("zh") else "en"
        try:
            recording = channel.download_recording(conversation.application, text)
            return avatars.transcribe(recording, language=spoken, hints=speech_hints(conversation)).text or None
        except TemporaryError:
            raise
        except OpenUserError as error:
            reason = "engine" if isinstance(error, AvatarError) and error.code.startswith("recognition") else error.code
            raise ServiceRefused(error.message, code=reason, remedy=error.remedy) from error


class Recording(ErrandKind):
    """The transcription of a voice message."""

    runs_in_flows = True

    def provider(self, errand: Errand) -> RemoteProvider:
        return Transcriber()

    def waiting_text(self) -> str:
        return chat_texts.listening()

    def prepare(self, errand: Errand, reply: str | None) -> None:
        conversation = errand.conversation
        if reply and errand.message is not None:
            heard = _typed(conversation, errand.message, reply)
            rows = Conversation.objects.filter(pk=conversation.pk)
            question_preparation.prepare(rows, heard, now=timezone.now())

    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        if member_turns.is_silent(conversation):
            return  # a person answers, who has heard the recording
        if result.reply and errand.message is not None:
            answer_transcript(conversation, errand.message, result.reply)
            return
        words = (
            chat_texts.cannot_read("voice")
            if result.code == "engine"
            else chat_texts.not_heard(result.reason, result.code)
        )
        say(conversation, words, cid=errand.cid)


class Transcript(Recording):
    """The transcription of a voice message that a person answers; it is shown beside the recording."""

    def waiting_text(self) -> str:
        return ""

    def prepare(self, errand: Errand, reply: str | None) -> None:
        """The text is not answered."""

    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        if result.reply and errand.message is not None:
            keep_transcript(errand.message, result.reply)


KINDS[Errand.Kind.RECORDING] = Recording()
KINDS[Errand.Kind.TRANSCRIPT] = Transcript()


def hand_over(conversation: Conversation, message: Message, voice: VoiceMessage) -> None:
    """Write down a voice message that a person answers: WeChat Work's own text, or one of our recognition."""
    heard = voice.recognition.strip()
    if heard:
        keep_transcript(message, heard)
    elif voice.media_id and backends.names("RECOGNITION_ENGINES"):
        request_transcription(conversation, message, voice.media_id, answered=False)


def keep_transcript(message: Message, text: str) -> None:
    """Store the text of a voice message, and show it on open pages of the desk."""
    Content.objects.filter(pk=message.content_id).update(text=text)
    noticed = care_replies.noticed_for_sure(text)
    ticket = Ticket.objects.filter(lines__message=message).select_related("conversation").first() if noticed else None
    if noticed is not None and ticket is not None:
        care_replies.inform(ticket.conversation, noticed, text, now=message.created_at)
    for line in TicketLine.objects.filter(message=message):
        publish_change("tickets", "line", id=line.ticket_id)


def answer_transcript(conversation: Conversation, message: Message, text: str, *, echoed: bool = True) -> None:
    """Answer the text of a voice message as if it had been typed at that time; `echoed` repeats it first.

    Code handlers of texts come before us, with a callback of their own. A recording about a sensitive subject is
    forgotten here: its case has the words.
    """
    noticed = care_replies.noticed_for_sure(text)
    if noticed is not None:
        at, cid = message.created_at, message.cid
        channel.forget_recording(message.download)
        message.delete()
        with translation.override(conversation.language):
            care_replies.answer(conversation, noticed, text, cid=cid, now=at)
        return
    Content.objects.filter(pk=message.content_id).update(text=text)
    conversation.notice_language(text)
    conversation.save(update_fields=["language"])
    with translation.override(conversation.language):
        if echoed:
            say(conversation, chat_texts.heard(text), cid=message.cid)
        at, cid = message.created_at, message.cid
        if not channel.pass_to_handlers(conversation.application, conversation.member, text, at=at, cid=cid):
            session = Session.objects.active_in(conversation)
            dispatch.answer(conversation, _typed(conversation, message, text), session=session, cid=cid, now=at)
            care_replies.offer(conversation, text, cid=cid)


def speech_hints(conversation: Conversation) -> list[str]:
    """Words that the member is likely to say: choices of the open question, then known questions and triggers."""
    hints: list[str] = []
    session = Session.objects.active_in(conversation)
    machine = machine_of(session) if session else None
    node = machine.node(session.state) if session and machine else None
    if node is not None and node.slot is not None:
        hints += [choice.label for choice in node.slot.choices]
    for answer in Answer.objects.filter(enabled=True).order_by("pk")[:MOST_HINTS]:
        hints += [answer.question]
    for flow in Flow.objects.live().only("triggers")[:MOST_HINTS]:
        hints += flow.trigger_words[:2]
    hints += [phrase for phrases in KEYWORDS.values() for phrase in phrases[:2]]
    return list(dict.fromkeys(hints))[:MOST_HINTS]


def _typed(conversation: Conversation, message: Message, text: str) -> TextMessage:
    application = conversation.application
    return typed(
        text,
        corp_id=application.corporation.corp_id,
        agent_id=application.agent_id,
        user_id=conversation.member.user_id,
        at=message.created_at,
    )
