"""Kinds of errands: the provider of each, the text that the member reads while waiting, and the end."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from conversations.delivery import answer_offers, messages
from conversations.delivery.causes import Cause, because
from conversations.knowledge import answer_retrieval
from conversations.models import Conversation, Desk, Errand, Message
from conversations.providers.base import CitedReply, RemoteProvider
from conversations.wording import chat_texts, small_talk_texts
from core import backends

EXHAUSTED = "attempts"  # the reason of a row whose workers died at every attempt
MAY_PASS = (Errand.Reason.LATE, EXHAUSTED)  # asking again later may succeed


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of an errand: a reply, or a reason and the error code of the service, if it gave one."""

    question: str
    reply: str | None = None
    reason: str = ""
    code: str = ""


class ErrandKind(ABC):
    """The differences between kinds of errands."""

    runs_in_flows: ClassVar[bool] = False
    """Whether it runs during a flow too, instead of being held until the flow ends."""
    waits_for_person: ClassVar[bool] = False
    """Whether its result is kept while a person talks with the member, and settled afterwards."""

    tries_again: ClassVar[bool] = True
    """Whether a busy provider is called again, as long as there is time."""

    @abstractmethod
    def provider(self, errand: Errand) -> RemoteProvider:
        """The provider to call. Raises `ImproperlyConfigured` if there is none."""

    @abstractmethod
    def waiting_text(self) -> str:
        """The notice for a member who has waited for some seconds; "" for none."""

    def attempts(self, errand: Errand) -> int:
        """How often the provider is called at most."""
        return errand.max_attempts

    def keep(self, errand: Errand, result: Result) -> str:
        """The question with its result, for one that waits for a person."""
        raise NotImplementedError

    def known_result(self, errand: Errand) -> Result | None:
        """The result, if it is known without a call: it was kept, or has become superfluous."""
        return None

    def prepare(self, errand: Errand, reply: str | None) -> None:  # noqa: B027
        """Compute the slow part of `finish`, before its transaction."""

    @abstractmethod
    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        """Send the result, in the transaction that settles the errand, with the conversation locked."""


class Question(ErrandKind):
    """A question to one of the REPLY_PROVIDERS."""

    def provider(self, errand: Errand) -> RemoteProvider:
        provider: RemoteProvider = backends.backend("REPLY_PROVIDERS", errand.provider)
        return provider

    def waiting_text(self) -> str:
        return chat_texts.looking_up()

    def prepare(self, errand: Errand, reply: str | None) -> None:
        if not reply:
            answer_retrieval.prepare(errand.question)

    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        reply = result.reply or self._apology(conversation, result)
        conversation.note_reply(found=bool(result.reply))
        if has_moved_on(conversation, errand):
            reply = chat_texts.answer_to(result.question, reply)
        cited = {"sources": list(result.reply.sources)} if isinstance(result.reply, CitedReply) else {}
        facts = {"provider": errand.provider, "answered": bool(result.reply), "reason": result.reason, **cited}
        with because(Cause.PROVIDER, **facts):
            messages.say(conversation, reply, cid=errand.cid)
        if not result.reply and result.reason not in MAY_PASS:
            answer_offers.note_unanswered(conversation, result.question, cid=errand.cid, at=errand.created_at)

    def _apology(self, conversation: Conversation, result: Result) -> str:
        if result.reason in MAY_PASS:
            return chat_texts.no_answer_in_time()
        if not conversation.misses:
            return chat_texts.not_understood()
        contact = Desk.objects.contact_of(conversation.application)
        return f"{chat_texts.still_not_understood()}\n{small_talk_texts.person(contact)}"


def has_moved_on(conversation: Conversation, errand: Errand) -> bool:
    """Whether the member has written something else since."""
    last = conversation.messages().filter(direction=Message.Direction.IN).order_by("-created_at", "-pk").first()
    return last is not None and last.cid != errand.cid


KINDS: dict[str, ErrandKind] = {Errand.Kind.QUESTION: Question()}
