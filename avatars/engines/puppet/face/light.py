"""The light on a face: the lightness of its skin, the burnt-out share, and the difference of both sides.

`python -m tests.benchmarks.pictures.portrait_check` prints these measures over the pictures that it is given.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.closeup import Closeup
from avatars.engines.puppet.face.topology import EYES, OUTER_LOWER, OUTER_UPPER, OVAL

CHEEKS = ((50, 205, 117, 187, 36), (280, 425, 346, 411, 266))
"""Points of the mesh on bare skin: left cheek, right cheek."""
SPOT = 0.06  # eye distances: half the side of the square around each point; wider ones reach hair and lips
BURNT = 250  # grey level of 255 from which a colour has lost its drawing
WHITEST = 95  # percentile of the lightness within the lids: their white, without single reflections
GAMMA_END, GAMMA_SLOPE = 8.0, 903.3
"""Of CIE L*: below it lightness is proportional to light."""


@dataclass(frozen=True, kw_only=True)
class Light:
    """`level` is the lightness (CIE L*, 0..100) of the skin, `whites` of the lightest parts between the lids, which
    tell dark skin from little light. `burnt` is the share of the face that is white in all three colours, `glare` the
    share that is at its end in one. `ratio` is how much more light one cheek has than the other, in linear light;
    `darker` is the side of the darker one in the picture: 0 left, 1 right."""

    level: float
    whites: float
    burnt: float
    glare: float
    ratio: float
    darker: int


def measure(face: Closeup) -> Light:
    lightness = cv2.cvtColor(face.picture, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float64) * 100 / 255
    lids = face.inside(*((*eye.upper, *eye.lower[::-1]) for eye in EYES))
    skin = face.inside(OVAL) & ~lids & ~face.inside((*OUTER_UPPER, *OUTER_LOWER[::-1]))
    colours = face.picture[skin] if skin.any() else face.picture.reshape(-1, 3)
    sides = [_linear(_spots(lightness, face, cheek)) for cheek in CHEEKS]
    return Light(
        level=float(np.median(lightness[skin])) if skin.any() else float(np.median(lightness)),
        whites=float(np.percentile(lightness[lids], WHITEST)) if lids.any() else 0.0,
        burnt=float((colours.min(axis=1) >= BURNT).mean()),
        glare=float((colours.max(axis=1) >= BURNT).mean()),
        ratio=max(sides) / max(min(sides), 1e-3),
        darker=int(np.argmin(sides)),
    )


def _spots(lightness: NDArray[np.float64], face: Closeup, points: tuple[int, ...]) -> float:
    """The median of small squares around points; 0 where all of them are outside."""
    reach = max(2, round(SPOT * face.unit))
    corners = [(max(0, int(x) - reach), max(0, int(y) - reach)) for x, y in face.points[list(points)]]
    squares = [lightness[y : y + 2 * reach, x : x + 2 * reach] for x, y in corners]
    seen = [float(np.median(square)) for square in squares if square.size]
    return float(np.median(seen)) if seen else 0.0


def _linear(lightness: float) -> float:
    """Light, 0..1, of a lightness."""
    return ((lightness + 16) / 116) ** 3 if lightness > GAMMA_END else lightness / GAMMA_SLOPE
