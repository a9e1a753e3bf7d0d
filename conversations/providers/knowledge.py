"""Answers from the table of questions and answers."""

from typing import ClassVar

from conversations.delivery.causes import Cause, described
from conversations.knowledge import evidence, retrieval
from conversations.models import Answer
from conversations.providers.base import FoundReply, ReplyProvider
from wecom.models import Member


class Knowledge(ReplyProvider):
    """The answer that `conversations.knowledge` finds, if it is sure."""

    is_ground: ClassVar[bool] = True

    def reply(self, text: str, *, language: str) -> str | None:
        found = self.reply_to(None, text, language=language)
        return found.answer if found else None

    def reply_to(self, member: Member | None, text: str, *, language: str) -> Answer | None:
        found = self.find_reply(member, text, language=language)
        return found.reply if found and isinstance(found.reply, Answer) else None

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        found = retrieval.find(text, language=language, member=member)
        answer = Answer.objects.filter(pk=found.best.entry.pk).first() if found.best else None
        if answer is None:
            return None
        return FoundReply(reply=answer, cause=described(Cause.ANSWER, **evidence.of_answer(found, text)))
