"""The two digital humans to below the waist, in layers: the still body, and arms that rest or gesture."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from avatars.portraits.half_body import arms
from avatars.portraits.half_body.poses import Arm
from avatars.portraits.samples import background, body, clothes, eyes, face, hair, mouth
from avatars.portraits.samples.curves import Pair
from avatars.portraits.samples.painter import SUPERSAMPLING, Canvas, Pixels, Shape
from avatars.portraits.samples.people import MING, QING, Person

HEIGHT = 1280
"""Pixels of a picture, three quarters as wide."""
SHADOW, SOFT = 0.28, 7.0
"""The darkness of the arm's shadow, 0..1, and its softness, in units."""
_FACE = (face.draw, mouth.draw, eyes.draw)
_LAYERS: dict[str, tuple[Person, tuple[Callable[[Canvas, Person], None], ...]]] = {
    "qing": (
        QING,
        (background.draw, hair.long_behind, body.neck, clothes.blazer_and_blouse, *_FACE, hair.long_front),
    ),
    "ming": (
        MING,
        (
            *(background.draw, hair.short_behind, body.neck, clothes.jacket_and_shirt),
            *(face.ears, *_FACE, hair.short_front),
        ),
    ),
}

NAMES: tuple[str, ...] = tuple(_LAYERS)


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """An arm, cut out: RGBA (height, width, 4) with its colours multiplied by alpha, at a place of the picture."""

    pixels: NDArray[np.uint8]
    left: int
    top: int
    wrist: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Limb:
    """An arm: where it turns, and how it looks in each of its poses. Places are in pixels."""

    elbow: tuple[float, float]
    arms: dict[Arm, Sprite]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The body (height, width, 3) without arms, the arm on the left, which makes all gestures, and the other, whose
    hand rests below it and which moves at questions."""

    bare: NDArray[np.uint8]
    first: Limb
    other: Limb

    @cached_property
    def plate(self) -> NDArray[np.uint8]:
        """The picture without the first arm."""
        return _with(self.bare, self.other.arms[Arm.REST])

    @cached_property
    def picture(self) -> NDArray[np.uint8]:
        """The picture with both arms at rest."""
        return _with(self.plate, self.first.arms[Arm.REST])


def draw(name: str, *, height: int = HEIGHT) -> NDArray[np.uint8]:
    """The picture of one of `NAMES` as RGB, the same on every call; KeyError for others."""
    return _figure(name, height, (Arm.REST,), (Arm.REST,)).picture


def figure(name: str, *, height: int = HEIGHT) -> Figure:
    """One of `NAMES` in layers; takes seconds. KeyError for others."""
    return _figure(name, height, tuple(Arm), (Arm.REST, Arm.ASK))


def _figure(name: str, height: int, poses: tuple[Arm, ...], others: tuple[Arm, ...]) -> Figure:
    person, layers = _LAYERS[name]
    canvas = Canvas(height, half_body=True)
    for layer in layers:
        layer(canvas, person)
    bare = canvas.finished()
    first = _limb(canvas, person, poses, arms.draw, arms.wrist, arms.elbow)
    other = _limb(canvas, person, others, arms.draw_other, arms.other_wrist, arms.other_elbow)
    return Figure(bare=bare, first=first, other=other)


def _limb(
    canvas: Canvas,
    person: Person,
    poses: tuple[Arm, ...],
    draw: Callable[[Canvas, Person, Arm], Shape],
    wrist: Callable[[Person, Arm], Pair],
    elbow: Callable[[Person], Pair],
) -> Limb:
    sprites = {}
    for what in poses:
        # Edges are mixed with their background: cloth is seen least.
        canvas.pixels[:] = person.palette.jacket
        shape = draw(canvas, person, what)
        sprites[what] = _sprite(canvas, shape, _pixel(canvas, wrist(person, what)))
    return Limb(elbow=_pixel(canvas, elbow(person)), arms=sprites)


def _with(plate: NDArray[np.uint8], sprite: Sprite) -> NDArray[np.uint8]:
    picture = plate.copy()
    height, width = sprite.pixels.shape[:2]
    target = picture[sprite.top : sprite.top + height, sprite.left : sprite.left + width]
    target[...] = target * (1 - sprite.pixels[..., 3:] / 255) + sprite.pixels[..., :3] + 0.5
    return picture


def _pixel(canvas: Canvas, place: tuple[float, float]) -> tuple[float, float]:
    scale = canvas.scale / SUPERSAMPLING
    return (place[0] + canvas.origin[0]) * scale, (place[1] + canvas.origin[1]) * scale


def _sprite(canvas: Canvas, shape: Shape, wrist: tuple[float, float]) -> Sprite:
    """The part of a canvas in a shape, with a soft shadow around it."""
    shadow = shape.moved(2, 8).blurred(SOFT).times(SHADOW)
    ink, dark = canvas.coverage(shape), canvas.coverage(shadow)
    alpha = ink + dark * (1 - ink)
    rows, columns = (_span(alpha.max(axis=axis)) for axis in (1, 0))
    part = (slice(*rows), slice(*columns))
    whole = np.concatenate([canvas.pixels[part] * ink[part][..., None], alpha[part][..., None]], axis=2)
    height, width = (length // SUPERSAMPLING for length in whole.shape[:2])
    small = whole.reshape(height, SUPERSAMPLING, width, SUPERSAMPLING, 4).mean(axis=(1, 3))
    cut = np.clip(np.rint(small * 255), 0, 255).astype(np.uint8)
    left, top = columns[0] // SUPERSAMPLING, rows[0] // SUPERSAMPLING
    return Sprite(pixels=np.ascontiguousarray(cut), left=left, top=top, wrist=wrist)


def _span(seen: Pixels) -> tuple[int, int]:
    """From the first to after the last that is seen, whole pixels of the finished picture."""
    places = np.flatnonzero(seen > 1 / 255)
    first, last = int(places[0]), int(places[-1]) + 1
    return first // SUPERSAMPLING * SUPERSAMPLING, -(-last // SUPERSAMPLING) * SUPERSAMPLING
