"""The spec of a video, and the finished video: values that cross processes. Works on files, not on rows."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from avatars.engines.base import Mode
from avatars.framing.scene import AS_IT_IS, LONGEST, Scene
from avatars.pipeline.stages import Timing
from avatars.scenes.spec import Deck
from avatars.speech.base import NATURAL, Manner

SIZE_LIMIT = 10 * 1024 * 1024 - 64 * 1024
"""Bytes: WeChat Work takes videos up to 10 MB; the label and the index are written afterwards."""


@dataclass(frozen=True, kw_only=True)
class VideoSpec:
    """The video to make. `portrait` is a picture file, or one frame of the `portrait_video` that moves instead of it.

    `scene` is its framing; `longest` limits the longer side in pixels, `limit` the bytes. A video has at most `goal`
    bytes where that leaves enough quality. A `recording` is used as it is; `text` then holds its words, "" if unknown.
    `cuts` are places in the text where segments begin that other videos may share: engines that support it draw each
    once. A `loop` is silent, so many seconds long, and plays over and over without a seam. A `deck` has scenes, in
    which `scene` tells the format and how the human looks."""

    text: str
    cuts: tuple[int, ...] = ()
    portrait: Path
    portrait_video: Path | None = None
    content_id: str
    provider: str
    voice: str
    speech_engine: str = "kokoro"
    render_engine: str = "puppet"
    restorer: str = ""
    speed: float = 1.0
    manner: Manner = NATURAL
    recording: Path | None = None
    loop: float = 0.0
    mode: str = Mode.ENHANCED_TALKING_HEAD
    fps: int = 25
    longest: int = LONGEST
    scene: Scene = AS_IT_IS
    deck: Deck | None = None
    seed: int = 1
    """The seed of idle motion."""
    limit: int = SIZE_LIMIT
    goal: int = 0


def seed_of(content_id: str) -> int:
    """The seed of a video: another one for each, the same however often it is made."""
    return int.from_bytes(hashlib.sha256(content_id.encode()).digest()[:4])


@dataclass(frozen=True, kw_only=True)
class FinishedVideo:
    """A finished video, labelled and checked: MP4, SRT and JPEG; `seconds` is its length, `size` is in bytes, `device`
    computed its frames. It was `resized` where it had to be encoded again, being too large. It may have
    a second SRT in the language that is not spoken.

    `notes` are codes of `avatars.reasons` for differences from the request.
    """

    video: Path
    captions: Path
    poster: Path
    seconds: float
    frames: int
    width: int
    height: int
    size: int
    sha256: str
    timings: tuple[Timing, ...]
    notes: tuple[str, ...] = ()
    words: str = ""
    device: str = ""
    translated_captions: Path | None = None
    resized: bool = False
