"""Voice messages: fetched, listened to, and then treated as what was typed, in a flow too."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from avatars import services as avatars
from avatars.exceptions import AvatarError
from conversations import wording
from conversations.delivery import channel
from conversations.delivery import messages as saying
from conversations.errands import worker
from conversations.errands.kinds import End, Sort
from conversations.flows import publication
from conversations.language import language_of
from conversations.machine.keywords import PHRASES
from conversations.models import Answer, Content, Conversation, Errand, Flow, Message
from conversations.providers.base import RemoteProvider, ReplyRefused
from conversations.replies import dispatch
from conversations.sessions import current
from core import backends
from core.exceptions import OpenUserError, TemporaryError
from wecom import messages

MOST_HINTS = 60


@transaction.atomic
def listen(conversation: Conversation, message: Message, media_id: str) -> Errand:
    """Have a voice message listened to; its words are answered when they are known."""
    errand = Errand.objects.create(
        kind=Errand.Kind.RECORDING,
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


class Ear(RemoteProvider):
    """Fetches a recording and listens to it, in a process of its own."""

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        spoken = "zh" if language.startswith("zh") else "en"
        try:
            recording = channel.fetched(conversation.application, text)
            return avatars.transcribe(recording, language=spoken, hints=hints(conversation)).text or None
        except TemporaryError:
            raise
        except OpenUserError as error:
            reason = "engine" if isinstance(error, AvatarError) and error.code.startswith("recognition") else error.code
            raise ReplyRefused(error.message, code=reason, remedy=error.remedy) from error


class Listening(Sort):
    """A voice message."""

    in_flows = True

    def source(self, errand: Errand) -> RemoteProvider:
        return Ear()

    def waiting(self) -> str:
        return wording.listening()

    def conclude(self, conversation: Conversation, errand: Errand, end: End) -> None:
        if end.reply and errand.message is not None:
            take(conversation, errand.message, end.reply)
            return
        words = wording.cannot_read("voice") if end.code == "engine" else wording.not_heard(end.reason, end.code)
        saying.say(conversation, words, cid=errand.cid)


worker.SORTS[Errand.Kind.RECORDING] = Listening()


def take(conversation: Conversation, message: Message, text: str, *, echoed: bool = True) -> None:
    """Answer the words of a voice message as if they had been typed when it came; `echoed` shows them first.

    Code handlers of texts are asked before us, by a callback of their own.
    """
    Content.objects.filter(pk=message.content_id).update(text=text)
    conversation.language = language_of(text, otherwise=conversation.language)
    conversation.save(update_fields=["language"])
    with translation.override(conversation.language):
        if echoed:
            saying.say(conversation, wording.heard(text), cid=message.cid)
        at, cid = message.created_at, message.cid
        if not channel.hear(conversation.application, conversation.member, text, at=at, cid=cid):
            dispatch.answer(conversation, _typed(conversation, message, text), cid=cid, now=at)


def hints(conversation: Conversation) -> list[str]:
    """Words that this member is likely to say: answers to what they were asked, then whatever we know answers to."""
    found: list[str] = []
    session = current.active(conversation)
    machine = publication.readable(session.version) if session else None
    node = machine.node(session.state) if session and machine else None
    if node is not None and node.slot is not None:
        found += [choice.label for choice in node.slot.choices]
    for answer in Answer.objects.filter(enabled=True).order_by("pk")[:MOST_HINTS]:
        found += [answer.question]
    for flow in Flow.objects.live().only("triggers")[:MOST_HINTS]:
        found += flow.trigger_words[:2]
    found += [phrase for phrases in PHRASES.values() for phrase in phrases[:2]]
    return list(dict.fromkeys(found))[:MOST_HINTS]


def _typed(conversation: Conversation, message: Message, text: str) -> messages.TextMessage:
    application = conversation.application
    return messages.typed(
        text,
        corp_id=application.corporation.corp_id,
        agent_id=application.agent_id,
        user_id=conversation.member.user_id,
        at=message.created_at,
    )
