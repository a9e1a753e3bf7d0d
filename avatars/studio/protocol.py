"""What the studio and its child say to each other: one JSON object a line, orders one way and answers the other."""

import base64
import json
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from avatars import exceptions
from avatars.conformance.base import Outcome, Wish
from avatars.exceptions import AvatarError, StudioError
from avatars.pipeline.script_to_video import Film, Script
from avatars.pipeline.stages import Stage
from avatars.portraits.findings import Examined
from avatars.previews.voice_preview import Audition
from avatars.recognition.base import Transcript
from avatars.speech.text.lint import Lint, Reading


class Kind(StrEnum):
    """What can be ordered."""

    WARM = "warm"
    FILM = "film"
    CHECK_PORTRAIT = "check_portrait"
    DRAW = "draw"
    LISTEN = "listen"
    AUDITION = "audition"
    READ = "read"
    NARRATE = "narrate"
    CONFORM = "conform"


class Event(StrEnum):
    """What an answer is about."""

    PROGRESS = "progress"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Order:
    """Work for the child.

    A film and a narration need script and folder, a check needs data, a drawing the name of its character, listening
    the name of its engine and the recording, an audition, a reading and the check of an engine themselves.
    """

    number: int
    kind: Kind
    script: Script | None = None
    folder: Path | None = None
    data: bytes = b""
    name: str = ""
    recording: Path | None = None
    language: str = ""
    hints: tuple[str, ...] = ()
    audition: Audition | None = None
    reading: Reading | None = None
    wish: Wish | None = None
    face: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the order of that number stands."""

    number: int
    event: Event
    stage: Stage | None = None
    share: float = 0.0
    film: Film | None = None
    transcript: Transcript | None = None
    lint: Lint | None = None
    examined: Examined | None = None
    outcome: Outcome | None = None
    data: bytes = b""
    error: AvatarError | None = None


def order_line(order: Order) -> str:
    """An order as a line of JSON, without its end."""
    return _line(order)


def read_order(line: str) -> Order:
    """The order of a line. Raises `ValueError`, `KeyError` or `TypeError` for a line that is none."""
    order: Order = _built(Order, json.loads(line))
    return order


def answer_line(answer: Answer) -> str:
    """An answer as a line of JSON, without its end."""
    return _line(answer)


def read_answer(line: str) -> Answer:
    """The answer of a line, its error rebuilt as the class it was. Raises as `read_order` does."""
    answer: Answer = _built(Answer, json.loads(line))
    return answer


def _line(message: Order | Answer) -> str:
    return json.dumps(message, ensure_ascii=True, default=_plain)


def _plain(value: Any) -> Any:
    """What JSON knows instead of what it does not know."""
    if isinstance(value, AvatarError):
        words = {"message": value.message, "code": value.code, "remedy": value.remedy, "field": value.field}
        return {"kind": type(value).__name__, **words}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot go over the wire.")


def _built(kind: Any, value: Any) -> Any:
    """A value of a type, from what `_plain` made of it: dataclasses in dataclasses, tuples, paths, enums."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _built(next(each for each in inner if each is not type(None)), value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_built(one, each) for one, each in zip(kinds, value, strict=True))
    if kind is AvatarError:
        return _error(**value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _built(hints[name], each) for name, each in value.items()})
    if kind is bytes:
        return base64.b64decode(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Path | Enum) else value


def _error(kind: str, message: str, code: str, remedy: str, field: str) -> AvatarError:
    named = getattr(exceptions, kind, None)
    known = isinstance(named, type) and issubclass(named, AvatarError)
    error: type[AvatarError] = named if known else StudioError  # type: ignore[assignment]
    return error(message, code=code, remedy=remedy, field=field)
