"""Answers from documents: the passage that says it, with title and page."""

from typing import ClassVar

from conversations.delivery.causes import Cause, described
from conversations.knowledge import answer_evidence, answer_retrieval
from conversations.knowledge.documents.passage_retrieval import find_passages, told_together
from conversations.providers.base import FoundReply, ReplyProvider
from conversations.wording import document_texts
from wecom.models import Member

CONSIDERED = 4  # passages


class Documents(ReplyProvider):
    """Quotes the passage of a document if it is sure, with those of its section that are as near.

    Where answers of the table may be meant, it asks back instead.
    """

    is_ground: ClassVar[bool] = True

    def reply(self, text: str, *, language: str) -> str | None:
        return self.reply_to(None, text, language=language)

    def reply_to(self, member: Member | None, text: str, *, language: str) -> str | None:
        reply = self.find_reply(member, text, language=language)
        return str(reply.reply) if reply else None

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        passages = find_passages(text, language=language, member=member, most=CONSIDERED)
        if not passages or not passages[0].is_sure:
            return None
        if answer_retrieval.find(text, language=language, member=member).asks_back:
            return None
        cause = described(Cause.PASSAGE, **answer_evidence.of_passages(passages[:2]))
        return FoundReply(reply=document_texts.quoted(told_together(passages)), cause=cause)
