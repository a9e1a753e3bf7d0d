"""What is particular to a kind of errand: who is asked, what is said meanwhile, and how it ends."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from conversations import wording
from conversations.delivery import messages
from conversations.models import Conversation, Errand, Message
from conversations.providers.base import RemoteProvider
from core import backends

POISON = "attempts"  # the reason of a row whose workers died each time
TIMELY = (Errand.Reason.LATE, POISON)  # who asks again later may well get an answer


@dataclass(frozen=True, kw_only=True)
class End:
    """How an errand ended: with a reply, or with a reason and, where a service said why, its error's code."""

    question: str
    reply: str | None = None
    reason: str = ""
    code: str = ""


class Sort(ABC):
    """What is particular to a kind of errand."""

    in_flows: ClassVar[bool] = False
    """Whether it ends in the middle of a flow too."""

    @abstractmethod
    def source(self, errand: Errand) -> RemoteProvider:
        """Who is asked. Raises `ImproperlyConfigured` where there is nobody."""

    @abstractmethod
    def waiting(self) -> str:
        """What somebody is told who has waited for some seconds."""

    @abstractmethod
    def conclude(self, conversation: Conversation, errand: Errand, end: End) -> None:
        """Say how it ended, in the transaction that settles it, with the conversation locked."""


class Asking(Sort):
    """A question to one of the REPLY_PROVIDERS."""

    def source(self, errand: Errand) -> RemoteProvider:
        provider: RemoteProvider = backends.backend("REPLY_PROVIDERS", errand.provider)
        return provider

    def waiting(self) -> str:
        return wording.looking_up()

    def conclude(self, conversation: Conversation, errand: Errand, end: End) -> None:
        words = end.reply or (wording.no_answer_in_time() if end.reason in TIMELY else wording.not_understood())
        if _has_moved_on(conversation, errand):
            words = wording.answer_to(end.question, words)
        messages.say(conversation, words, cid=errand.cid)


def _has_moved_on(conversation: Conversation, errand: Errand) -> bool:
    """Whether the member has said something else since."""
    last = conversation.messages().filter(direction=Message.Direction.IN).order_by("-created_at", "-pk").first()
    return last is not None and last.cid != errand.cid
