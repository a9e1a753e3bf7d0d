"""A language model that answers from answers and passages, and shows its sources. Off unless its address is set."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import translation

from conversations.knowledge import answer_retrieval
from conversations.model_service import spending
from conversations.model_service.chat_model import ChatModel, Tokens
from conversations.models import Conversation
from conversations.providers import citations, grounded_prompt
from conversations.providers.base import CitedReply, RemoteProvider
from conversations.providers.history import Turn, turns_before
from conversations.providers.sources import Source, find_sources
from conversations.wording import document_texts
from wecom.contents import plain_text, truncate
from wecom.models import Application, Member

logger = logging.getLogger(__name__)

LONGEST = 6_000  # bytes of an answer without its sources: three messages
HISTORY_BUDGET = 3_000  # characters of earlier messages


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, the member whose rights choose its sources, the member who pays for it, and the messages before."""

    text: str
    language: str
    reader: Member | None = None
    payer: Member | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grounded:
    """The model's answer to a question, and the words to send, or why none are sent.

    Attributes:
        fault: no_ground (it was not asked), no_answer, no_source, unknown_source, beyond_sources or leak.
    """

    words: str = ""
    fault: str = ""
    said: str = ""
    sources: tuple[Source, ...] = ()
    tokens: Tokens | None = None


class GroundedChat(RemoteProvider):
    """Asks the model only questions with answers or documents near them; its options are those of `ChatModel`.

    `prompt` comes before our rules; `history` is the number of earlier messages that the model gets.
    """

    needs_ground: ClassVar[bool] = True

    def __init__(self, *, prompt: str = "", history: int = 10, **options: Any) -> None:
        self.prompt, self.history = prompt.replace("{name}", ""), max(0, history)
        self.model = ChatModel(**options)

    def has_ground(self, member: Member | None, text: str, *, language: str) -> bool:
        with translation.override(language):
            return bool(find_sources(text, language=language, member=member))

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        member = conversation.member if conversation.member_id else None
        before = turns_before(conversation, text, most=self.history, budget=HISTORY_BUDGET) if member else []
        question = Question(text=text, language=language, reader=member, payer=member, history=tuple(before))
        outcome = self.ask(conversation.application, question)
        reply = CitedReply(outcome.words)
        reply.sources = tuple(source.row for source in outcome.sources)
        return reply or None

    def ask(self, application: Application, question: Question) -> Grounded:
        """As `answer`, with the sources and the tokens. Raises as `ChatModel.complete`, and at a limit."""
        answer_retrieval.prepare(question.text)
        with translation.override(question.language):
            sources = find_sources(question.text, language=question.language, member=question.reader)
            if not sources:
                return Grounded(fault="no_ground")
            return self._ask(application, question, sources)

    def _ask(self, application: Application, question: Question, sources: Sequence[Source]) -> Grounded:
        mark = grounded_prompt.new_mark()
        turns = grounded_prompt.turns(
            question.text, sources, question.history, language=question.language, prompt=self.prompt, mark=mark
        )
        corporation = application.corporation
        completion = spending.complete(self.model, turns, corporation=corporation, member=question.payer)
        answer = plain_text(completion.text)
        secret = (mark.strip("="), *(part for part in (grounded_prompt.RULES, self.prompt) if part))
        checked = citations.check(answer, [source.text for source in sources], question=question.text, secret=secret)
        if checked.fault:
            logger.info("An answer of the language model is not sent.", extra={"fault": checked.fault})
            spending.note_rejected(corporation)
            return Grounded(fault=checked.fault, said=answer, sources=tuple(sources), tokens=completion.tokens)
        cited = tuple(sources[place] for place in checked.cited)
        reply = document_texts.with_sources(truncate(checked.text, LONGEST), [source.title for source in cited])
        return Grounded(words=reply, said=answer, sources=cited, tokens=completion.tokens)
