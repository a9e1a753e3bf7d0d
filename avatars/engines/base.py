"""Render engines: a portrait and speech in, frames out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.adapters.availability import Probed
from avatars.engines.portrait_video import MovingPortrait
from avatars.speech.base import Speech
from avatars.speech.synthesis.stream import SpeechStream

Picture = NDArray[np.uint8]


class Mode(StrEnum):
    """The moving parts and the quality of a video; the names are the integration guide's."""

    LIPSYNC = "lipsync"
    TALKING_HEAD = "talking_head"
    ENHANCED_LIPSYNC = "enhanced_lipsync"
    ENHANCED_TALKING_HEAD = "enhanced_talking_head"

    @property
    def moves_head(self) -> bool:
        return self in (Mode.TALKING_HEAD, Mode.ENHANCED_TALKING_HEAD)

    @property
    def enhanced(self) -> bool:
        return self in (Mode.ENHANCED_LIPSYNC, Mode.ENHANCED_TALKING_HEAD)


def _unheard(_share: float) -> None:
    """Ignore the progress."""


def _unread(_code: str) -> None:
    """Ignore the note."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A turn of the head by `yaw` degrees, from second `start` to `end`: above 0 to the right of the picture."""

    start: float
    end: float
    yaw: float


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The shot to render: `portrait` is RGB of shape (height, width, 3) with even sides, already at output size.

    `folder` is a place for files that vanish with the video, even if the process is killed. An engine that works long
    before its first frame reports its progress to `waiting`, 0..1.
    It reports each difference from the request to `note`, by a code of `avatars.reasons`.
    `origin` is the SHA-256, in hex, of the file that the portrait comes from: engines key their caches by it.
    A shot that `rests` begins and ends with the face of the portrait, so that videos join invisibly.
    A shot that `loops` is silent, and its end leads into its beginning, if the engine can do so.
    An engine that can turns the head at the `looks`. `text` is the spoken text, "" if unknown; tokens have their places
    in it.
    With `moving` the portrait is one frame of a video; engines that do not move it (`moves_video`) animate that frame.
    """

    portrait: Picture
    mode: Mode = Mode.ENHANCED_TALKING_HEAD
    fps: int = 25
    seed: int = 1
    origin: str = ""
    folder: Path | None = None
    rests: bool = False
    loops: bool = False
    looks: tuple[Look, ...] = ()
    text: str = ""
    moving: MovingPortrait | None = None
    waiting: Callable[[float], None] = _unheard
    note: Callable[[str], None] = _unread

    def with_speech(self, speech: Speech) -> "Shot":
        """The shot in which this speech is spoken."""
        return Shot(**{field.name: getattr(self, field.name) for field in fields(Setup)}, speech=speech)


@dataclass(frozen=True, kw_only=True)
class Shot(Setup):
    """The shot to render: the portrait speaks `speech`, all of which is there."""

    speech: Speech

    @property
    def frame_count(self) -> int:
        return frame_count(self.speech.seconds, self.fps)


def frame_count(seconds: float, fps: int) -> int:
    """The number of frames that show so many seconds: the last may be shown for longer than there is sound."""
    return int(np.ceil(round(seconds * fps, 6)))


class RenderEngine(Probed, ABC):
    """A way to animate a portrait. Models load in `__init__`, which raises `EngineMissing` where one is absent."""

    edition: str = ""
    """Of an engine whose shots rest where they are to: changes with all that decides how it draws."""

    moves_video: bool = False
    """Whether it draws its mouth into the frames of a portrait that is a video."""

    device: str = ""
    """Its device and software, for people; "" where it does not say."""

    @abstractmethod
    def animate(self, shot: Shot) -> Iterator[Picture]:
        """Yield exactly `shot.frame_count` RGB frames of the portrait's shape, frame i showing time (i + 0.5) / fps.

        Raises `PortraitError` where the portrait has no face that can be animated. The same shot gives the same
        frames. A yielded frame may be overwritten once the next is asked for.
        """


class StreamingEngine(RenderEngine):
    """An engine that begins before the speech is over: it hears a moment more than it draws, not all of it."""

    @abstractmethod
    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        """As `animate`, frame after frame of the speech so far, waiting for more until the speech is over.

        The frames are the same whether the rest was spoken before they were drawn or after. Samples of the speech are
        forgotten two seconds after their frame was drawn.
        """

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`."""
        return self.follow(shot, SpeechStream.of(shot.speech))
