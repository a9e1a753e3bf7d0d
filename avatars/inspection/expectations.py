"""The expectations of a video, and the errors where it does not meet them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from avatars.engines.base import Shot
from avatars.exceptions import OutputError
from avatars.framing.boxes import Box

Report = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A shot, with so many frames `before` and `after` it that are no part of it.

    `covered` are the places where something is drawn over the frames: motion or light there proves nothing.
    """

    shot: Shot
    before: int = 0
    after: int = 0
    covered: tuple[Box, ...] = ()

    @property
    def frames(self) -> int:
        return self.before + self.shot.frame_count + self.after

    @property
    def seconds(self) -> float:
        if not self.before and not self.after:
            return self.shot.speech.seconds
        return self.frames / self.shot.fps

    @property
    def begins(self) -> float:
        """The begin of the shot, in seconds of the video."""
        return self.before / self.shot.fps

    def speaks(self, frame: int) -> bool:
        """Whether there is speech while this frame of the shot is shown."""
        middle = (frame + 0.5) / self.shot.fps
        return any(sound.symbol and sound.start <= middle < sound.end for sound in self.shot.speech.sounds)

    def silences(self, longest: float) -> list[tuple[float, float]]:
        """The silences of the speech of more than so many seconds, between its sounds."""
        spoken = [(sound.start, sound.end) for sound in self.shot.speech.sounds if sound.symbol]
        edges = [(0.0, 0.0), *spoken, (self.shot.speech.seconds, self.shot.speech.seconds)]
        gaps = [(before[1], after[0]) for before, after in pairwise(edges)]
        return [(start, end) for start, end in gaps if spoken and end - start > longest]


def wrong(code: str, why: str) -> OutputError:
    """The refusal of a video that is not as it should be."""
    return OutputError(f"The finished video failed its checks: {why}.", code=code, remedy="Try again.")
