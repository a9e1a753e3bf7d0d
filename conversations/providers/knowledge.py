"""Answers from the table of questions and answers."""

from conversations.knowledge import retrieval
from conversations.models import Answer
from conversations.providers.base import ReplyProvider


class Knowledge(ReplyProvider):
    """The answer that `conversations.knowledge` finds, if it is sure."""

    def reply(self, text: str, *, language: str) -> str | None:
        best = retrieval.find(text, language=language).best
        return Answer.objects.values_list("answer", flat=True).filter(pk=best.entry.pk).first() if best else None
