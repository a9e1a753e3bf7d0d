"""Answers from the table of questions and answers."""

from typing import ClassVar

from conversations.delivery.causes import Cause, described
from conversations.knowledge import answer_evidence, answer_retrieval
from conversations.models import Answer
from conversations.providers.base import FoundReply, ReplyProvider
from wecom.models import Member


class Knowledge(ReplyProvider):
    """The answer that `conversations.knowledge` finds, if it is sure."""

    is_ground: ClassVar[bool] = True

    def reply(self, text: str, *, language: str) -> str | None:
        reply = self.reply_to(None, text, language=language)
        return reply.answer if reply else None

    def reply_to(self, member: Member | None, text: str, *, language: str) -> Answer | None:
        reply = self.find_reply(member, text, language=language)
        return reply.reply if reply and isinstance(reply.reply, Answer) else None

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        result = answer_retrieval.find(text, language=language, member=member)
        answer = Answer.objects.filter(pk=result.best.entry.pk).first() if result.best else None
        if answer is None:
            return None
        return FoundReply(reply=answer, cause=described(Cause.ANSWER, **answer_evidence.of_answer(result, text)))
