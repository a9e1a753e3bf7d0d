"""The choices for the picture of a video. Knows no pixels, so that rows may name it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SHARP, PLAIN = 720, 480
"""The shorter side in pixels, in the enhanced modes and in the others."""

PLAIN_LONGEST = 720  # pixels of the longer side without enhancement: a third of the pixels of 1,280
LONGEST = 1280  # pixels of the longer side: as a telephone shows it in full
MOST_ENLARGED = 2.0
"""A portrait is enlarged no further: it would only become blurred and slow."""


class Format(StrEnum):
    """The proportions of a video: width to height."""

    AS_PORTRAIT = "portrait"
    UPRIGHT = "9:16"
    SQUARE = "1:1"
    WIDE = "16:9"

    @property
    def aspect(self) -> float | None:
        """Width by height; None for the portrait's own."""
        if self is Format.AS_PORTRAIT:
            return None
        width, height = self.value.split(":")
        return int(width) / int(height)


class Captions(StrEnum):
    """The style of captions in the picture; they are beside it as a file in any case."""

    OFF = "off"
    PLAIN = "plain"
    KARAOKE = "karaoke"


class Corner(StrEnum):
    """The corner of a logo. The AI mark has the upper right corner: there a logo stands below it."""

    UPPER_LEFT = "upper_left"
    UPPER_RIGHT = "upper_right"
    LOWER_LEFT = "lower_left"
    LOWER_RIGHT = "lower_right"


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A `picture` with transparency; `size` is its height in per cent of the shorter side, `opacity` in per cent."""

    picture: Path
    corner: Corner = Corner.UPPER_LEFT
    size: int = 12
    opacity: int = 100


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The format; the background: a `colour` as #rrggbb, a `backdrop` picture, or the portrait's own; the overlays:
    `captions` and a `logo`; and the clips before and after, `intro` and `outro`.
    """

    format: Format = Format.AS_PORTRAIT
    colour: str = ""
    backdrop: Path | None = None
    captions: Captions = Captions.OFF
    logo: Logo | None = None
    intro: Path | None = None
    outro: Path | None = None

    @property
    def replaces_background(self) -> bool:
        return bool(self.colour or self.backdrop)


AS_IT_IS = Scene()
"""The portrait with its own background and format."""


def even(value: float) -> int:
    """The nearest even number that is no larger: H.264 halves the sides for its colours."""
    return max(2, int(value + 1e-6) // 2 * 2)


def size_of(width: float, height: float, *, fixed: bool, enhanced: bool, longest: int = LONGEST) -> tuple[int, int]:
    """The even sides of the video that shows so many pixels of a portrait; `fixed` if a format was chosen.

    Enhanced modes have 720p if the portrait is not enlarged more than twice for it. The others have 480p in a chosen
    format, and in the portrait's own its size, up to 720.
    """
    short, long = min(width, height), max(width, height)
    if enhanced:
        scale = min(SHARP / short, MOST_ENLARGED)
    elif fixed:
        scale = min(PLAIN / short, MOST_ENLARGED)
    else:
        scale = min(1.0, PLAIN_LONGEST / long)
    scale = min(scale, longest / long)
    return even(width * scale), even(height * scale)
