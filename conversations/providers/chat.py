"""Answers from a language model: any service with OpenAI's chat API, local or remote."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests import exceptions
from urllib3.exceptions import HTTPError, ReadTimeoutError

from conversations.models import Conversation, Desk
from conversations.providers.base import RemoteProvider, ReplyBusy, ReplyRefused
from conversations.providers.history import turns_before
from conversations.providers.reasoning_filter import without_thoughts
from core.work.db_connections import release_connections
from wecom.contents import plain_text, truncate

CONNECT_SECONDS = 5.0
MAX_BODY = 262_144  # bytes of an answer that are read
MAX_TEXT = 12_000  # characters of an answer that are processed
LONGEST = 8_000  # bytes of an answer that are sent: four messages
HISTORY_BUDGET = 6_000  # characters of earlier messages
DEFAULT_PROMPT = (
    "You are {name}, a digital human who helps colleagues in their company's WeChat Work. Answer briefly and friendly, "
    "in plain text without Markdown. When you do not know something about the company, say so and name whom to ask; "
    "never invent rules, numbers or names."
)
LANGUAGES = {"zh-hans": "Answer in Simplified Chinese (简体中文).", "en": "Answer in English."}
MISCONFIGURED = (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema, exceptions.InvalidHeader)
MOVED = ("The service is at another address.", "Name that in OPENUSER_CHAT_BASE_URL.")
REMEDIES = {
    **dict.fromkeys((301, 302, 303, 307, 308), MOVED),
    401: ("The service does not accept the key.", "Check OPENUSER_CHAT_API_KEY."),
    402: ("The account at the service has no credit.", "Top it up."),
    403: ("The service does not allow this.", "Check OPENUSER_CHAT_API_KEY and what it may use."),
    404: (
        "The service has no such address or model.",
        "Check OPENUSER_CHAT_BASE_URL, which mostly ends with /v1, and OPENUSER_CHAT_MODEL.",
    ),
}
# Errors of parsing a body that does not follow the protocol.
NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
PASSES = (408, 409, 425, 429)


class Chat(RemoteProvider):
    """Asks `{base_url}/chat/completions`. Keeps no state between questions: the history comes from the messages.

    `prompt` may contain `{name}`, the digital human's. `extra` is added to the request last; a null removes a
    field: `{"max_tokens": null, "max_completion_tokens": 800}`. `timeout` is in seconds, for the whole answer.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        prompt: str = "",
        history: int = 10,
        temperature: float = 0.3,
        max_tokens: int = 800,
        timeout: float = 40.0,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.url = f"{base_url.rstrip('/')}/chat/completions"
        self.model = model
        self.prompt = prompt or DEFAULT_PROMPT
        self.history = max(0, history)
        self.timeout = timeout
        self.options = {"temperature": temperature, "max_tokens": max_tokens, "stream": False, **(extra or {})}
        # Bytes, so that the service, not http.client, rejects a key with characters that headers forbid.
        self.headers = {"Authorization": b"Bearer " + api_key.encode()} if api_key else {}

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        if not self.model:
            raise ReplyRefused("No model is named.", code="no_model", remedy="Set OPENUSER_CHAT_MODEL.")
        asked = {"model": self.model, "messages": self._messages(conversation, text, language), **self.options}
        status, headers, body = self._post({name: value for name, value in asked.items() if value is not None})
        if status != requests.codes.ok:
            raise _failure(status, headers, body)
        said = without_thoughts(_content(body))[:MAX_TEXT]
        return truncate(plain_text(said), LONGEST) or None

    def _messages(self, conversation: Conversation, text: str, language: str) -> list[dict[str, str]]:
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

    def _post(self, asked: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        release_connections()
        until = time.monotonic() + self.timeout
        timeout = (min(CONNECT_SECONDS, self.timeout), self.timeout)
        try:
            with requests.Session() as session:
                session.trust_env = False
                session.headers.update(self.headers)
                with session.post(
                    self.url, json=asked, timeout=timeout, allow_redirects=False, stream=True
                ) as response:
                    return response.status_code, response.headers, _read(response, until)
        except MISCONFIGURED as error:
            words, remedy = (
                "The address or the key is not one.",
                "Check OPENUSER_CHAT_BASE_URL and OPENUSER_CHAT_API_KEY.",
            )
            raise ReplyRefused(words, code="misconfigured", remedy=remedy) from error
        except (exceptions.Timeout, ReadTimeoutError) as error:
            raise ReplyBusy("The service did not answer in time.", code="timeout") from error
        except (exceptions.RequestException, HTTPError, OSError) as error:
            raise ReplyBusy("The service could not be reached.", code="not_reached") from error


def _read(response: requests.Response, until: float) -> bytes:
    """The body, read as it arrives. Raises `ReplyBusy` if it is too long or too slow."""
    body = b""
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY:
            raise ReplyBusy("The answer of the service has no end.", code="too_long")
        if time.monotonic() > until:
            raise ReplyBusy("The service did not answer in time.", code="timeout")
    return body


def _content(body: bytes) -> str:
    """The model's text; "" if it is empty. Raises `ReplyBusy` for a malformed answer."""
    try:
        said = json.loads(body)["choices"][0]["message"].get("content")
        if isinstance(said, list):  # some services answer in parts
            said = "".join(part.get("text") or "" for part in said)
    except NO_ANSWER as error:
        raise ReplyBusy("The answer of the service is no answer.", code="garbage") from error
    return said if isinstance(said, str) else ""


def _failure(status: int, headers: Mapping[str, str], body: bytes) -> ReplyBusy | ReplyRefused:
    kind = _kind(body)
    if (status in PASSES or status >= 500) and kind != "insufficient_quota":
        busy = ReplyBusy(f"The service is busy or broken ({status}).", code=f"http_{status}")
        busy.retry_after = _seconds(headers.get("Retry-After", ""))
        return busy
    if kind == "insufficient_quota":
        status = 402
    words, remedy = REMEDIES.get(status, (f"The service refused the question ({status}).", ""))
    return ReplyRefused(f"{words} [{kind}]" if kind else words, code=f"http_{status}", remedy=remedy)


def _kind(body: bytes) -> str:
    """The service's error code. Its message is left out, because it may quote members."""
    try:
        error = json.loads(body)["error"]
        names = [error.get("code"), error.get("param")]
    except NO_ANSWER:
        return ""
    return " ".join(name for name in names if isinstance(name, str) and re.fullmatch(r"[\w.-]{1,40}", name, re.ASCII))


def _seconds(retry_after: str) -> float:
    """A Retry-After header: a number of seconds, or a date."""
    try:
        return min(3600.0, max(0.0, float(retry_after)))
    except ValueError:
        pass
    try:
        return min(3600.0, max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):
        return 0.0
