"""A language model with OpenAI's chat API: turns in, the next turn and its cost out."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.exceptions import ServiceRefused
from conversations.model_service.client import NO_ANSWER, Client, SettingNames, garbage
from conversations.model_service.reasoning_filter import without_thoughts

MAX_BODY = 262_144  # bytes of an answer that are read
MAX_TEXT = 12_000  # characters of an answer that are processed
CHECK_SECONDS = 5.0
BYTES_PER_TOKEN = 2  # for estimates: at least so many in every tokenizer, on the average of a text
NAMES = SettingNames(url="OPENUSER_CHAT_BASE_URL", key="OPENUSER_CHAT_API_KEY", model="OPENUSER_CHAT_MODEL")

Turns = Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The usage of a request: tokens that are sent, and tokens that are answered."""

    sent: int = 0
    answered: int = 0


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The model's turn, without its reasoning, and its tokens; None if the service did not say."""

    text: str
    tokens: Tokens | None = None


class ChatModel:
    """Asks `{base_url}/chat/completions`. Keeps nothing between calls, and offers the model no tools.

    `extra` is added to the request last; a null removes a field: `{"max_tokens": null, "max_completion_tokens": 800}`.
    `timeout` is in seconds, for the whole answer.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        networks: Iterable[str] = (),
        temperature: float = 0.3,
        max_tokens: int = 800,
        timeout: float = 40.0,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self.max_tokens = model, max_tokens
        self.options = {"temperature": temperature, "max_tokens": max_tokens, "stream": False, **(extra or {})}
        self.client = Client(
            base_url=base_url, api_key=api_key, networks=networks, timeout=timeout, most=MAX_BODY, names=NAMES
        )

    def complete(self, turns: Turns) -> Completion:
        """The next turn. Raises `ServiceBusy` for failures that may pass, `ServiceRefused` for the others."""
        self.check_name()
        asked = {"model": self.model, "messages": list(turns), **self.options}
        answer = self.client.post(
            "/chat/completions", {name: value for name, value in asked.items() if value is not None}
        )
        return Completion(text=without_thoughts(_content(answer))[:MAX_TEXT].strip(), tokens=_tokens(answer))

    def check_name(self) -> None:
        """Raise `ServiceRefused` if no model is named."""
        if not self.model:
            raise ServiceRefused("No model is named.", code="no_model", remedy="Set OPENUSER_CHAT_MODEL.")

    def most_tokens(self, turns: Turns) -> Tokens:
        """As many tokens as a request may take; a service without `max_tokens` may answer more."""
        sent = len(json.dumps(list(turns), ensure_ascii=False).encode())
        most = self.options.get("max_completion_tokens") or self.options.get("max_tokens") or self.max_tokens
        return Tokens(sent=math.ceil(sent / BYTES_PER_TOKEN), answered=int(most))


def check_service(options: Mapping[str, Any]) -> None:
    """Ask the service of these options for its models, which costs nothing. Raises as `ChatModel.complete`."""
    known = ("base_url", "model", "api_key", "networks")
    model = ChatModel(**{name: options[name] for name in known if name in options}, timeout=CHECK_SECONDS)
    model.check_name()
    model.client.check()


def _content(answer: Any) -> str:
    """The model's text; "" if it is empty. Raises `ServiceBusy` for an answer that does not follow the protocol."""
    try:
        content = answer["choices"][0]["message"].get("content")
        if isinstance(content, list):  # some services answer in parts
            content = "".join(part.get("text") or "" for part in content)
    except NO_ANSWER as error:
        raise garbage() from error
    return content if isinstance(content, str) else ""


def _tokens(answer: Any) -> Tokens | None:
    """The tokens that the service counts; None if it counts none."""
    try:
        used = answer["usage"]
        return Tokens(sent=max(0, int(used["prompt_tokens"])), answered=max(0, int(used["completion_tokens"])))
    except NO_ANSWER:
        return None
