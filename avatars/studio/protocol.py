"""The messages between the studio and its child: one JSON object a line, orders one way, answers the other."""

import base64
import json
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from avatars import exceptions
from avatars.conformance.base import CheckRequest, Outcome
from avatars.exceptions import AvatarError, StudioError
from avatars.inspection.measures import Measures
from avatars.pipeline.script_to_video import FinishedVideo, VideoSpec
from avatars.pipeline.stages import Stage
from avatars.pipeline.stream_parts import StreamPart
from avatars.portraits.findings import Examined
from avatars.portraits.video_file import USUAL, Limits
from avatars.portraits.video_findings import ExaminedVideo
from avatars.previews.scene_preview import ScenePreview
from avatars.previews.voice_preview import VoicePreview
from avatars.recognition.base import Transcript
from avatars.speech.text.lint import Lint, Reading
from avatars.studio.gpu_cards import CardMemory


class Kind(StrEnum):
    WARM = "warm"
    VIDEO = "video"
    CHECK_PORTRAIT = "check_portrait"
    CHECK_VIDEO = "check_video"
    DRAW = "draw"
    TRANSCRIBE = "transcribe"
    VOICE_PREVIEW = "voice_preview"
    SCENE_PREVIEW = "scene_preview"
    PREVIEW_SCRIPT = "preview_script"
    NARRATE = "narrate"
    CHECK_ENGINE = "check_engine"
    MEASURE = "measure"


class Event(StrEnum):
    """The kinds of answers."""

    PROGRESS = "progress"
    PART = "part"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Order:
    """Work for the child.

    A video and a narration need spec and folder, measures need the spec and the video as `recording`, a portrait check
    needs data, the check of a portrait video its source and its target, a drawing the name of its character, a
    transcription the name of its engine and the recording; the others have a field of their own.
    """

    number: int
    kind: Kind
    spec: VideoSpec | None = None
    folder: Path | None = None
    data: bytes = b""
    name: str = ""
    recording: Path | None = None
    language: str = ""
    hints: tuple[str, ...] = ()
    voice_preview: VoicePreview | None = None
    scene_preview: ScenePreview | None = None
    reading: Reading | None = None
    check: CheckRequest | None = None
    face: int | None = None
    source: Path | None = None
    target: Path | None = None
    limits: Limits = USUAL


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The state of the order of that number."""

    number: int
    event: Event
    stage: Stage | None = None
    share: float = 0.0
    part: StreamPart | None = None
    video: FinishedVideo | None = None
    transcript: Transcript | None = None
    lint: Lint | None = None
    examined: Examined | None = None
    examined_video: ExaminedVideo | None = None
    outcome: Outcome | None = None
    measures: Measures | None = None
    data: bytes = b""
    error: AvatarError | None = None
    cards: tuple[CardMemory, ...] = ()


def order_line(order: Order) -> str:
    """An order as a line of JSON, without its end."""
    return _line(order)


def read_order(line: str) -> Order:
    """The order on a line. Raises `ValueError`, `KeyError` or `TypeError` for any other line."""
    order: Order = _built(Order, json.loads(line))
    return order


def answer_line(answer: Answer) -> str:
    """An answer as a line of JSON, without its end."""
    return _line(answer)


def read_answer(line: str) -> Answer:
    """The answer on a line, with its error in the class that it had. Raises as `read_order` does."""
    answer: Answer = _built(Answer, json.loads(line))
    return answer


def _line(message: Order | Answer) -> str:
    return json.dumps(message, ensure_ascii=True, default=_plain)


def _plain(value: Any) -> Any:
    """A value that JSON can hold, for one that it cannot."""
    if isinstance(value, AvatarError):
        facts = {"message": value.message, "code": value.code, "remedy": value.remedy, "field": value.field}
        return {"kind": type(value).__name__, **facts}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot go over the wire.")


def _built(kind: Any, value: Any) -> Any:
    """A value of a type, from its `_plain` form: nested dataclasses, tuples, paths, enums."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _built(next(each for each in inner if each is not type(None)), value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_built(part, each) for part, each in zip(kinds, value, strict=True))
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
