"""Answers from documents: the passage that says it, with title and page."""

from conversations.knowledge import retrieval
from conversations.knowledge.documents.retrieval import find_passages
from conversations.knowledge.retrieval import Verdict
from conversations.providers.base import ReplyProvider
from conversations.wording import document_texts
from wecom.models import Member


class Documents(ReplyProvider):
    """Quotes the passage of a document if it is sure. Where the table is unsure, it asks back instead."""

    def reply(self, text: str, *, language: str) -> str | None:
        return self.reply_to(None, text, language=language)

    def reply_to(self, member: Member | None, text: str, *, language: str) -> str | None:
        found = find_passages(text, language=language, member=member, most=1)
        if not found or not found[0].is_sure:
            return None
        if retrieval.find(text, language=language, member=member).verdict == Verdict.UNSURE:
            return None
        return document_texts.quoted(found[0].passage)
