"""Calls of services as values: the request that a step makes, and the results kept of the response. Pure.

Answers reach a URL percent-encoded and a JSON body as whole values, so that no text of a member can change the shape of
a request.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from core.text.placeholders import PLACEHOLDER
from core.text.slot_values import Slot, SlotType

SECRET = re.compile(r"\{\{\s*secret:([A-Z][A-Z0-9_]*)\s*\}\}")
ORIGIN = re.compile(r"https?://[^/?#]*")
LONGEST_ANSWER = 2_000  # characters of a field that is kept

Fill = Callable[[str], str]


class Method(StrEnum):
    """The method of a request."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class Way(StrEnum):
    """How a call or a sub-flow ends; an edge `On` the same leads on."""

    NEXT = "next"
    FAILED = "failed"
    TIMEOUT = "timeout"
    RETRIES = "retries"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """The result of a call or a sub-flow: how it ended, and the answers that are kept, some with labels."""

    way: Way = Way.NEXT
    kept: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """As the text of an act, so that it can be recorded and replayed."""
        told = {"way": self.way.value, "kept": dict(self.kept)} | ({"labels": dict(self.labels)} if self.labels else {})
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Returned":
        """Read a `to_text` result; a failure, if it is none."""
        try:
            data = json.loads(text)
            kept, labels = (
                {str(name): str(value) for name, value in data.get(part, {}).items()} for part in ("kept", "labels")
            )
            return cls(way=Way(data["way"]), kept=kept, labels=labels)
        except (ValueError, LookupError, TypeError, AttributeError):
            return cls(way=Way.FAILED)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that a step makes. `results` are the name of an answer and the path of a field, like `data.id`.

    `seconds` limit one attempt.
    """

    method: Method = Method.POST
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    seconds: int = 15
    attempts: int = 3
    results: tuple[tuple[str, str], ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that may hold placeholders and secrets."""
        return (self.url, self.body, *(value for _name, value in self.headers))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Call":
        """The call of an `asdict` result."""
        pairs = {name: tuple((one, other) for one, other in data[name]) for name in ("headers", "results")}
        return cls(**{**data, "method": Method(data["method"]), **pairs})


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request with answers in it. Secrets are still references."""

    method: Method
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    seconds: int
    attempts: int
    results: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Request":
        """The request of a `to_json` result."""
        pairs = {name: tuple((one, other) for one, other in data[name]) for name in ("headers", "results")}
        return cls(**{**data, "method": Method(data["method"]), **pairs})


def request_of(call: Call, fill: Fill, slots: Mapping[str, Slot]) -> Request:
    """The request of a call; `fill` replaces the placeholders of a text."""
    return Request(
        method=call.method,
        url=_filled(call.url, lambda text: quote(fill(text), safe="")),
        headers=tuple((name, " ".join(fill(value).split())) for name, value in call.headers),
        body=_body(call.body, fill, slots),
        seconds=call.seconds,
        attempts=call.attempts,
        results=call.results,
    )


def with_secrets(text: str, secret: Fill) -> str:
    """A text with its references to secrets replaced; `secret` gives the value of a name."""
    return SECRET.sub(lambda found: secret(found[1]), text)


def secret_names(call: Call) -> Iterator[str]:
    """The names of all secrets that a call refers to."""
    return (found[1] for text in call.texts for found in SECRET.finditer(text))


def without_secrets(text: str) -> str:
    """A text without its references to secrets, whose braces are no placeholder's."""
    return SECRET.sub("", text)


def kept_of(results: tuple[tuple[str, str], ...], response: bytes) -> dict[str, str]:
    """The fields that are kept of a response, by the name of the answer; "" for one that is not there.

    Raises `ValueError` if there are results to keep, and the response is not JSON.
    """
    if not results:
        return {}
    try:
        response_data = json.loads(response)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("The response is not JSON.") from error
    return {name: _text(_field(response_data, path))[:LONGEST_ANSWER] for name, path in results}


def origin_of(url: str) -> str:
    """The scheme and host of a URL, where no placeholder may stand."""
    match = ORIGIN.match(url)
    return match[0] if match else ""


def _filled(text: str, fill: Fill) -> str:
    """The text with each placeholder filled by itself."""
    return PLACEHOLDER.sub(lambda found: fill(found[0]), text)


def _body(body: str, fill: Fill, slots: Mapping[str, Slot]) -> str:
    """The JSON body; "" for none, or for one that cannot be read, which the check of the draft reports."""
    if not body.strip():
        return ""
    try:
        template = json.loads(body)
    except ValueError:
        return ""
    return json.dumps(_value(template, fill, slots), ensure_ascii=False)


def _value(template: Any, fill: Fill, slots: Mapping[str, Slot]) -> Any:
    if isinstance(template, dict):
        return {key: _value(value, fill, slots) for key, value in template.items()}
    if isinstance(template, list):
        return [_value(value, fill, slots) for value in template]
    if not isinstance(template, str):
        return template
    alone = PLACEHOLDER.fullmatch(template.strip())
    slot = slots.get(alone[1]) if alone and not alone[2] else None
    text = _filled(template, fill)
    if slot is not None and slot.type == SlotType.NUMBER:
        return _number(text)
    if slot is not None and slot.type == SlotType.YES_NO:
        return {"yes": True, "no": False}.get(text)
    return text


def _number(text: str) -> int | float | str:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _field(found: Any, path: str) -> Any:
    """The field at a path like `items.0.id`; None if there is none."""
    for part in path.split("."):
        if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict):
            found = found.get(part)
        else:
            return None
    return found


def _text(value: Any) -> str:
    match value:
        case None | dict():
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_text, value))
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
