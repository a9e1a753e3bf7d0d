"""The lower third: who speaks, by name and role, at the beginning of a scene."""

from functools import partial

from PIL import Image, ImageDraw

from avatars.engines.base import Picture
from avatars.framing import fonts
from avatars.framing.boxes import Box
from avatars.framing.pictures import rgb
from avatars.scenes.patches import Patch, eased

# Of the shorter side; the name's and the role's fonts, the room around them, the stripe.
NAME, ROLE, PAD, STRIPE = 0.046, 0.032, 0.022, 0.008
LEADING = 1.3  # of the font's size: the height of a line
BOLD, MEDIUM = 700, 450  # weights of the font: the name, the role
PLATE, INK = (22, 28, 38, 205), (255, 255, 255, 255)  # RGBA, 0..255
BEGINS, LASTS, RISE, FALL = 0.4, 5.0, 0.35, 0.35
"""Seconds: after the scene begins, for how long, and to fade in and out."""
SMALLEST = 10  # pixels of the font, at which a long name stops getting smaller


class LowerThird:
    """A plate with a name and a role in the lower left corner of `place`, for frames of (width, height)."""

    def __init__(
        self, name: str, role: str, place: Box, size: tuple[int, int], *, accent: str, scale: float = 1.0
    ) -> None:
        plate = _plate(name, role, place.width, round(min(size) * scale), accent)
        self._patch = Patch(plate, place.x, place.y - plate.height, size)

    @property
    def box(self) -> Box:
        return self._patch.box

    def draw(self, frame: Picture, seconds: float, length: float) -> None:
        """Draw it as it is so many seconds after the beginning of a scene of this length."""
        end = min(BEGINS + LASTS, length)
        self._patch.draw(frame, eased(seconds, BEGINS, end, rise=RISE, fall=FALL))

    def show(self, frame: Picture) -> None:
        """Draw it as it is once it is there."""
        self._patch.draw(frame)


def _plate(name: str, role: str, width: int, short: int, accent: str) -> Image.Image:
    pad, stripe = round(PAD * short), max(3, round(STRIPE * short))
    room = width - 2 * pad - stripe
    rows = [(text, *_fitted(text, round(share * short), weight, room)) for text, share, weight in _rows(name, role)]
    across = stripe + 2 * pad + round(max(length for _words, _size, length, _weight in rows))
    down = 2 * pad + round(sum(size * LEADING for _words, size, _length, _weight in rows))
    image = Image.new("RGBA", (across, down), PLATE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, stripe - 1, down), fill=(*rgb(accent), 255))
    top = float(pad)
    for text, size, _length, weight in rows:
        _write(pen, text, (stripe + pad, top + size * (LEADING - 1) / 2), size, weight)
        top += size * LEADING
    return image


def _rows(name: str, role: str) -> list[tuple[str, float, int]]:
    rows = [(name.strip(), NAME, BOLD), (role.strip(), ROLE, MEDIUM)]
    return [row for row in rows if row[0]]


def _fitted(text: str, size: int, weight: int, room: float) -> tuple[int, float, int]:
    """The largest font up to this size in which the words have room."""
    length = partial(fonts.length, text, weight=weight)
    while size > SMALLEST and length(size=size) > room:
        size -= 1
    return size, length(size=size), weight


def _write(pen: ImageDraw.ImageDraw, text: str, place: tuple[float, float], size: int, weight: int) -> None:
    left, top = place
    for piece, font in fonts.runs(text, size, weight):
        pen.text((left, top + size * 0.5), piece, fill=INK, font=font, anchor="lm")
        left += font.getlength(piece)
