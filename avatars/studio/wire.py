"""What the studio and its child say to each other: one JSON object a line, orders one way and answers the other."""

import base64
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from avatars import exceptions
from avatars.exceptions import AvatarError, StudioError
from avatars.pipeline import Film, Script, Stage, Timing
from avatars.recognition.base import Transcript


class Kind(StrEnum):
    """What can be ordered."""

    WARM = "warm"
    FILM = "film"
    CHECK_PORTRAIT = "check_portrait"
    DRAW = "draw"
    LISTEN = "listen"


class Event(StrEnum):
    """What an answer is about."""

    PROGRESS = "progress"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Order:
    """Work for the child.

    A film needs script and folder, a check needs data, a drawing the name of its character, listening the name of its
    engine and the recording.
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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the order of that number stands."""

    number: int
    event: Event
    stage: Stage | None = None
    share: float = 0.0
    film: Film | None = None
    transcript: Transcript | None = None
    data: bytes = b""
    warnings: tuple[str, ...] = ()
    error: AvatarError | None = None


def order_line(order: Order) -> str:
    """An order as a line of JSON, without its end."""
    return _line(order)


def read_order(line: str) -> Order:
    """The order of a line. Raises `ValueError` or `TypeError` for a line that is none."""
    values = json.loads(line)
    script = values["script"]
    return Order(
        number=values["number"],
        kind=Kind(values["kind"]),
        script=Script(**{**script, "portrait": Path(script["portrait"])}) if script else None,
        folder=Path(values["folder"]) if values["folder"] else None,
        data=base64.b64decode(values["data"]),
        name=values["name"],
        recording=Path(values["recording"]) if values["recording"] else None,
        language=values["language"],
        hints=tuple(values["hints"]),
    )


def answer_line(answer: Answer) -> str:
    """An answer as a line of JSON, without its end."""
    return _line(answer)


def read_answer(line: str) -> Answer:
    """The answer of a line, its error rebuilt as the class it was. Raises `ValueError` for a line that is none."""
    values = json.loads(line)
    return Answer(
        number=values["number"],
        event=Event(values["event"]),
        stage=Stage(values["stage"]) if values["stage"] else None,
        share=values["share"],
        film=_film(values["film"]) if values["film"] else None,
        transcript=Transcript(**values["transcript"]) if values["transcript"] else None,
        data=base64.b64decode(values["data"]),
        warnings=tuple(values["warnings"]),
        error=_error(**values["error"]) if values["error"] else None,
    )


def _line(message: Order | Answer) -> str:
    plain = {field.name: _plain(getattr(message, field.name)) for field in fields(message)}
    return json.dumps(plain, ensure_ascii=True, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, AvatarError):
        words = {"message": value.message, "code": value.code, "remedy": value.remedy, "field": value.field}
        return {"kind": type(value).__name__, **words}
    return asdict(value) if isinstance(value, Script | Film | Transcript) else value


def _film(values: dict[str, Any]) -> Film:
    paths = {name: Path(values[name]) for name in ("video", "captions", "poster")}
    timings = tuple(Timing(**{**timing, "stage": Stage(timing["stage"])}) for timing in values["timings"])
    return Film(**{**values, **paths, "timings": timings})


def _error(kind: str, message: str, code: str, remedy: str, field: str) -> AvatarError:
    named = getattr(exceptions, kind, None)
    known = isinstance(named, type) and issubclass(named, AvatarError)
    error: type[AvatarError] = named if known else StudioError  # type: ignore[assignment]
    return error(message, code=code, remedy=remedy, field=field)
