"""What a film is to be, and what it became: values that go between processes. Knows files, not rows."""

from dataclasses import dataclass
from pathlib import Path

from avatars.engines.base import Mode
from avatars.framing.scene import AS_IT_IS, LONGEST, Scene
from avatars.pipeline.stages import Timing
from avatars.speech.base import NATURAL, Manner

SIZE_LIMIT = 10 * 1024 * 1024 - 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Script:
    """What to film. `portrait` is a picture file, `scene` what the film makes of it; `longest` is the longer side in
    pixels at most, `limit` is in bytes. A film has no more bytes than `goal` where it can be looked at then.
    A `recording` is heard as it is; then `text` are its words, "" if unknown. At `cuts`, places in the text, pieces
    begin that other films may have too: each is drawn by itself, once, where the engine can."""

    text: str
    cuts: tuple[int, ...] = ()
    portrait: Path
    content_id: str
    provider: str
    voice: str
    speech_engine: str = "kokoro"
    render_engine: str = "puppet"
    restorer: str = ""
    speed: float = 1.0
    manner: Manner = NATURAL
    recording: Path | None = None
    mode: str = Mode.ENHANCED_TALKING_HEAD
    fps: int = 25
    longest: int = LONGEST
    scene: Scene = AS_IT_IS
    seed: int = 1
    limit: int = SIZE_LIMIT
    goal: int = 0


@dataclass(frozen=True, kw_only=True)
class Film:
    """A finished film, labelled and checked: MP4, SRT and JPEG; `seconds` is its length, `size` is in bytes.

    `notes` say what is not as it was asked for, in codes of `avatars.reasons`.
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
