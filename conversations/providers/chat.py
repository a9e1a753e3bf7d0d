"""Answers from a language model's own knowledge, for questions without an answer or a document. Off by default."""

from typing import Any

from conversations.model_service import spending
from conversations.model_service.chat_model import ChatModel
from conversations.models import Conversation, Desk
from conversations.providers.base import RemoteProvider
from conversations.providers.grounded_prompt import LANGUAGES
from conversations.providers.history import turns_before
from wecom.contents import plain_text, truncate

LONGEST = 8_000  # bytes of an answer that are sent: four messages
HISTORY_BUDGET = 6_000  # characters of earlier messages
DEFAULT_PROMPT = (
    "You are {name}, a digital human who helps colleagues in their company's WeChat Work. Answer briefly and friendly, "
    "in plain text without Markdown. When you do not know something about the company, say so and name whom to ask; "
    "never invent rules, numbers or names."
)


class Chat(RemoteProvider):
    """Asks the model the question with the earlier messages, and nothing to rest its answer on.

    `prompt` may contain `{name}`, the digital human's; `history` is the number of earlier messages. Further options are
    those of `ChatModel`.
    """

    def __init__(self, *, prompt: str = "", history: int = 10, **options: Any) -> None:
        self.prompt, self.history = prompt or DEFAULT_PROMPT, max(0, history)
        self.model = ChatModel(**options)

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        turns = self._turns(conversation, text, language)
        member = conversation.member if conversation.member_id else None
        corporation = conversation.application.corporation
        reply = spending.complete(self.model, turns, corporation=corporation, member=member).text
        return truncate(plain_text(reply), LONGEST) or None

    def _turns(self, conversation: Conversation, text: str, language: str) -> list[dict[str, str]]:
        before = turns_before(conversation, text, most=self.history, budget=HISTORY_BUDGET)
        return [
            {"role": "system", "content": self._system(conversation, language)},
            *({"role": turn.role, "content": turn.text} for turn in before),
            {"role": "user", "content": text},
        ]

    def _system(self, conversation: Conversation, language: str) -> str:
        desk = Desk.objects.select_related("digital_human").filter(application=conversation.application_id).first()
        name = desk.digital_human.name if desk else conversation.application.name
        return f"{self.prompt.replace('{name}', name)}\n{LANGUAGES.get(language, '')}".strip()
