"""The pointer: a ring that draws itself around a place of the slide while the script speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from avatars.engines.base import Look, Picture
from avatars.framing.boxes import Box
from avatars.framing.pictures import rgb
from avatars.scenes.patches import Patch, eased
from avatars.scenes.spec import Layout, Pointing
from avatars.speech.base import Token

# Of the shorter side of the frame: the ring's radius, the width of its line, and of the dark halo around that.
RADIUS, LINE, HALO = 0.058, 0.008, 0.004
SMOOTH = 4  # times the size at which the ring is drawn and shrunk: smooth edges
LEAD, RISE, FALL = 0.25, 0.3, 0.3  # seconds: before its word is spoken, and to fade in and out
LONGEST = 6.0  # seconds: a pointer that stays says nothing any more
PULSE, PULSES = 0.5, 0.14
"""Seconds in which a ring shrinks to its own size, and of that size by which each of its `STEPS` is larger."""
TURN, GLANCE = 6.0, 1.6
"""Degrees, and seconds: the digital human turns to the slide and back."""
STEPS = 6  # sizes of the ring while it shrinks to its own: drawn once, not for each frame


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The time of a pointer on a place of a slide, in seconds of the scene."""

    start: float
    end: float
    x: float
    y: float


def moments(pointings: Sequence[Pointing], tokens: Sequence[Token], *, begin: int, length: float) -> tuple[Moment, ...]:
    """The time of each pointing: from just before the word that follows its mark until the next mark.

    `tokens` are the scene's, whose text begins at `begin` of the whole.
    """
    starts = []
    for pointing in sorted(pointings, key=lambda each: each.offset):
        place = pointing.offset - begin
        at = next((token.start for token in tokens if token.offset + token.length > place), length)
        starts.append((max(0.0, at - LEAD), pointing))
    if not starts:
        return ()
    ends = [*(start for start, _pointing in starts[1:]), length]
    return tuple(
        Moment(start=start, end=min(end, start + LONGEST), x=pointing.x, y=pointing.y)
        for (start, pointing), end in zip(starts, ends, strict=True)
        if start < length
    )


def looks(moments: Sequence[Moment], layout: Layout) -> tuple[Look, ...]:
    """The looks of the digital human at the slide at these moments."""
    if layout not in (Layout.HUMAN_LEFT, Layout.HUMAN_RIGHT, Layout.DIALOGUE_SLIDE):
        return ()
    yaw = TURN if layout is Layout.HUMAN_LEFT else -TURN
    return tuple(Look(start=moment.start, end=min(moment.end, moment.start + GLANCE), yaw=yaw) for moment in moments)


class Pointer:
    """Rings on a slide that lies at `slide` in frames of (width, height)."""

    def __init__(self, moments: Sequence[Moment], slide: Box, size: tuple[int, int], *, accent: str) -> None:
        self._rings = [(moment, _rings(moment, slide, size, accent)) for moment in moments]

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(rings[0].box for _moment, rings in self._rings)

    def draw(self, frame: Picture, seconds: float) -> None:
        """Draw the pointer as it is so many seconds after the beginning of the scene."""
        for moment, rings in self._rings:
            opacity = eased(seconds, moment.start, moment.end, rise=RISE, fall=FALL)
            if opacity > 0:
                grown = min(1.0, (seconds - moment.start) / PULSE)
                rings[min(STEPS - 1, int(grown * STEPS))].draw(frame, opacity)


def numbered(frame: Picture, points: Sequence[tuple[float, float]], slide: Box, *, accent: str) -> None:
    """Draw all points with their numbers on a still picture."""
    size = (frame.shape[1], frame.shape[0])
    for number, (x, y) in enumerate(points, start=1):
        radius = 0.6 * RADIUS * min(size)
        Patch(_badge(number, radius, accent), *_corner(x, y, slide, radius), size).draw(frame)


def _rings(moment: Moment, slide: Box, size: tuple[int, int], accent: str) -> list[Patch]:
    """The ring in the sizes through which it shrinks to its own."""
    rings = []
    for step in range(STEPS):
        radius = RADIUS * min(size) * (1 + PULSES * (STEPS - 1 - step))
        picture = _ring(radius, min(size), accent)
        rings.append(Patch(picture, *_corner(moment.x, moment.y, slide, picture.width / 2), size))
    return rings


def _corner(x: float, y: float, slide: Box, radius: float) -> tuple[int, int]:
    return (
        round(slide.x + slide.width * x / 100 - radius),
        round(slide.y + slide.height * y / 100 - radius),
    )


def _ring(radius: float, short: int, accent: str) -> Image.Image:
    line, halo = max(3.0, LINE * short), max(1.5, HALO * short)
    side = 2 * round(radius + halo + line)
    large = Image.new("RGBA", (side * SMOOTH, side * SMOOTH))
    pen = ImageDraw.Draw(large)
    for width, inset, ink in ((line + 2 * halo, 0.0, (255, 255, 255, 235)), (line, halo, (*rgb(accent), 255))):
        edge = (inset * SMOOTH, inset * SMOOTH, (side - inset) * SMOOTH - 1, (side - inset) * SMOOTH - 1)
        pen.ellipse(edge, outline=ink, width=round(width * SMOOTH))
    return large.resize((side, side), Image.Resampling.LANCZOS)


def _badge(number: int, radius: float, accent: str) -> Image.Image:
    from avatars.framing import fonts

    side = 2 * round(radius)
    large = Image.new("RGBA", (side * SMOOTH, side * SMOOTH))
    pen = ImageDraw.Draw(large)
    edge = side * SMOOTH - 1
    pen.ellipse((0, 0, edge, edge), fill=(255, 255, 255, 255))
    rim = round(side * SMOOTH * 0.07)
    pen.ellipse((rim, rim, edge - rim, edge - rim), fill=(*rgb(accent), 255))
    font = fonts.noto(round(side * SMOOTH * 0.5), 700)
    pen.text((edge / 2, edge / 2), str(number), fill="white", font=font, anchor="mm")
    return large.resize((side, side), Image.Resampling.LANCZOS)
