"""Two digital humans to begin with, drawn by code: 林晓 ("xiao") and 陈然 ("ran")."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from avatars.portraits.samples import background, body, clothes, eyes, face, hair, mouth
from avatars.portraits.samples.painter import Canvas
from avatars.portraits.samples.people import RAN, XIAO, Person

Layer = Callable[[Canvas, Person], None]

_FACE: tuple[Layer, ...] = (face.draw, mouth.draw, eyes.draw)
_LAYERS: dict[str, tuple[Person, tuple[Layer, ...]]] = {
    "xiao": (
        XIAO,
        (background.draw, hair.long_behind, body.neck, clothes.blazer_and_blouse, *_FACE, hair.long_front),
    ),
    "ran": (
        RAN,
        (
            background.draw,
            hair.short_behind,
            body.neck,
            clothes.jacket_and_shirt,
            face.ears,
            *_FACE,
            hair.short_front,
        ),
    ),
}

NAMES: tuple[str, ...] = tuple(_LAYERS)


def draw(name: str, *, height: int = 960) -> NDArray[np.uint8]:
    """The portrait of one of `NAMES` as RGB (height, 3/4 height, 3), the same on every call; KeyError for others."""
    person, layers = _LAYERS[name]
    canvas = Canvas(height)
    for layer in layers:
        layer(canvas, person)
    return canvas.finished()
