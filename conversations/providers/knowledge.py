"""Answers from the table of questions and answers."""

from conversations.knowledge import retrieval
from conversations.models import Answer
from conversations.providers.base import ReplyProvider
from wecom.models import Member


class Knowledge(ReplyProvider):
    """The answer that `conversations.knowledge` finds, if it is sure."""

    def reply(self, text: str, *, language: str) -> str | None:
        found = self.reply_to(None, text, language=language)
        return found.answer if found else None

    def reply_to(self, member: Member | None, text: str, *, language: str) -> Answer | None:
        best = retrieval.find(text, language=language, member=member).best
        return Answer.objects.filter(pk=best.entry.pk).first() if best else None
