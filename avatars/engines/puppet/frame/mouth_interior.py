"""The interior of the mouth: sprites of cavity, tongue and teeth, painted once and laid in place for each frame.

Cavity and upper teeth belong to the skull, lower teeth and tongue to the jaw. A portrait that shows teeth has its own.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA, Palette
from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER, LOWER_RINGS, UPPER_RINGS

Sprite = NDArray[np.float32]

INNER_RIMS = (*UPPER_RINGS[1][1:-1], *LOWER_RINGS[1][1:-1])

FINENESS = 2.0  # pixels of a sprite to one of the portrait: moved by parts of a pixel, it stays sharp
LEFT, TOP, RIGHT, BOTTOM = -0.40, -0.10, 0.40, 0.44
"""Eye distances from the middle of the mouth: the opening of the widest vowel, and no more."""
INCISOR_EDGE = 0.002  # eye distances below the middle of the mouth: the edge of the lower teeth
# Half the upper teeth from the middle outwards: where each ends sideways, and how far it reaches below the seam.
TOOTH_ENDS = (0.0, 0.088, 0.155, 0.212, 0.255, 0.290)
TOOTH_LENGTHS = (0.026, 0.019, 0.024, 0.014, 0.006)  # eye distances, as its ends are
DRAWN_LENGTH = 0.026  # eye distances: the one tooth that a drawing has is as long as an incisor
LOWER_TOOTH = 0.058  # eye distances: the width of a lower tooth, 5 mm at 90 mm between the outer corners of the eyes
TIP_WIDTH, TIP_ROUND = 0.150, 0.045
"""Half the width of the tip of the tongue, and how far below its apex it is as wide; eye distances."""
UPPER_ROW = 0.62
"""Light that lies further down in an opening than this share of it is on lower teeth."""
LIP_RED, LIP_SHARE = 0.33, 0.7
"""Redness above which a pixel is no tooth, and in warm light its share of the lips' redness."""
NOTCH = 0.04
"""Redder places among teeth that are narrower than this, in eye distances, are teeth too."""


@dataclass(frozen=True, kw_only=True)
class Interior:
    """Premultiplied RGBA sprites (rows, columns, 4), 0..255 and 0..1; all in one frame, see `to_pixels`.

    In units: `teeth_end` is how far the upper teeth reach below the seam in the middle, `seam` how far that is below
    the middle of the mouth.
    """

    cavity: Sprite
    tongue: Sprite
    tip: Sprite
    lower_teeth: Sprite
    upper_teeth: Sprite
    teeth_end: float
    seam: float
    owns_teeth: bool
    drawn: bool
    face: Anatomy

    def to_pixels(self) -> Floats:
        """The affine map (2, 3) from sprite to picture while head and jaw are at rest."""
        return _to_pixels(self.face)


def paint(picture: Picture, face: Anatomy, colours: Palette, seam: float) -> Interior:
    """Paint the inside of a mouth whose closed lips meet at `seam` (units below the middle of the mouth)."""
    canvas = _Canvas(face=face, seam=seam)
    own = _own_mouth(picture, face, canvas, colours) if face.shows_teeth else None
    return Interior(
        cavity=_cavity(canvas, colours),
        tongue=_tongue(canvas, colours),
        tip=_tip(canvas, colours),
        lower_teeth=_lower_teeth(canvas, colours),
        upper_teeth=_upper_teeth(canvas, colours) if own is None else own,
        teeth_end=_end_of_painted(colours) if own is None else _end_of_teeth(canvas, own, colours),
        seam=seam,
        owns_teeth=own is not None,
        drawn=colours.drawn,
        face=face,
    )


class _Canvas:
    """Coordinates of every sprite pixel in units: `u` across, `v` below the seam; `soft` is the width of an edge."""

    def __init__(self, *, face: Anatomy, seam: float) -> None:
        step = 1 / (face.unit * FINENESS)
        columns, rows = round((RIGHT - LEFT) / step), round((BOTTOM - TOP) / step)
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        self.u, self.v = LEFT + (x + 0.5) * step, TOP + (y + 0.5) * step - np.float32(seam)
        self.soft = max(0.0045, 0.9 / face.unit)
        self.size = (columns, rows)

    def edge(self, distance: Sprite, width: float | None = None) -> Sprite:
        """0 where `distance` (units) is negative, 1 where positive, soft between."""
        step: Sprite = np.clip(distance / (width or self.soft) * 0.5 + 0.5, 0, 1)
        return step


def _cavity(canvas: _Canvas, colours: Palette) -> Sprite:
    if colours.drawn:
        light = 0.70 + 0.30 * np.clip(canvas.v / 0.16, 0, 1)
    else:
        light = 0.38 + 0.42 * (1 - np.exp(-((canvas.u / 0.17) ** 2))) + 0.35 * np.clip(canvas.v / 0.20, 0, 1) ** 2
    return _layer(colours.cavity, light, np.ones_like(light))


def _tongue(canvas: _Canvas, colours: Palette) -> Sprite:
    """A dome behind the lower teeth, as high as it gets; the frame lowers it for a mouth that is less open."""
    top = INCISOR_EDGE + 0.020 - 0.082 * np.exp(-((canvas.u / 0.15) ** 2))
    depth = np.clip((canvas.v - top) / 0.07, 0, 1)
    light = 0.62 + 0.38 * depth
    if not colours.drawn:
        light = (0.72 + 0.28 * depth) * (1 - 0.18 * np.exp(-((canvas.u / 0.014) ** 2)))
        light = light * (1 - 0.45 * np.clip(np.abs(canvas.u) / 0.18, 0, 1) ** 2)
    sides = canvas.edge(0.20 - np.abs(canvas.u), 0.04)
    return _layer(colours.tongue, light, canvas.edge(canvas.v - top, 0.022) * sides * 0.95)


def _tip(canvas: _Canvas, colours: Palette) -> Sprite:
    """The tip of the tongue, its apex at the seam; the frame takes it to the teeth and between them."""
    top = TIP_ROUND * (canvas.u / TIP_WIDTH) ** 2
    # Its rim turns away from the light, and so does the part behind the lip.
    light = 0.80 + 0.26 * np.clip((canvas.v - top) / 0.022, 0, 1) - 0.20 * (canvas.u / TIP_WIDTH) ** 2
    if not colours.drawn:
        light = light * (1 - 0.08 * np.exp(-((canvas.u / 0.010) ** 2)))
    sides = canvas.edge(TIP_WIDTH - np.abs(canvas.u), 0.012)
    return _layer(colours.tongue, np.clip(light, 0.3, 1.1), canvas.edge(canvas.v - top, 0.008) * sides)


def _lower_teeth(canvas: _Canvas, colours: Palette) -> Sprite:
    across = np.abs(canvas.u)
    top = INCISOR_EDGE + 0.035 * (canvas.u / 0.20) ** 2
    bright = 0.66 if colours.drawn else 0.74
    light = np.clip(bright - 0.36 * (across / 0.2) ** 1.5, 0.15, 1) * (
        0.75 + 0.25 * np.clip((canvas.v - top) / 0.02, 0, 1)
    )
    if not colours.drawn:
        phase = (canvas.u / LOWER_TOOTH + 0.5) % 1.0
        light = light * (1 - 0.22 * np.exp(-((np.minimum(phase, 1 - phase) / 0.09) ** 2)))
    gums = canvas.edge(top + 0.085 - canvas.v, 0.02)
    return _teeth(colours, light, canvas.edge(canvas.v - top) * canvas.edge(0.17 - across, 0.03) * gums * 0.92)


def _upper_teeth(canvas: _Canvas, colours: Palette) -> Sprite:
    across = np.abs(canvas.u)
    if colours.drawn:
        bottom = DRAWN_LENGTH - 0.25 * canvas.u**2
        light = np.clip(1.0 - 0.30 * (across / 0.25) ** 2, 0.4, 1) * (
            0.90 + 0.10 * np.clip((canvas.v + 0.02) / 0.04, 0, 1)
        )
    else:
        bottom = _incisal_edge(across) - 0.05 * canvas.u**2
        gap = np.min([np.abs(across - end) for end in TOOTH_ENDS], axis=0)
        light = np.clip(1.0 - 0.75 * (across / 0.27) ** 2, 0.12, 1) * (1 - 0.20 * np.exp(-((gap / 0.0055) ** 2)))
    return _teeth(colours, light, canvas.edge(bottom - canvas.v) * canvas.edge(0.27 - across, 0.04))


def _incisal_edge(across: Sprite) -> Sprite:
    """The reach of each upper tooth below the seam, its corners rounded."""
    edge = np.zeros_like(across)
    for start, end, length in zip(TOOTH_ENDS, TOOTH_ENDS[1:], TOOTH_LENGTHS, strict=False):
        place = (across - (start + end) / 2) / ((end - start) / 2)
        edge += (np.abs(place) <= 1) * (length - 0.006 * np.abs(place) ** 4)
    return edge


def _own_teeth(picture: Picture, face: Anatomy, colours: Palette) -> NDArray[np.uint8] | None:
    """255 where a portrait shows teeth that hang from above; None where too few are seen."""
    between = cv2.erode(opening(picture, face), np.ones((3, 3), np.uint8), iterations=_shrink(face))
    # Where the mesh is a little off, lips come into the opening: they are redder than any tooth.
    lips = face.points[list(INNER_RIMS), :2].round().astype(int)
    limit = max(LIP_RED, LIP_SHARE * float(np.median(_redness(picture[lips[:, 1], lips[:, 0]]))))
    grain = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, round(NOTCH * face.unit)) | 1,) * 2)
    kept = cv2.morphologyEx(between * (_redness(picture) <= limit), cv2.MORPH_CLOSE, grain)
    seen: NDArray[np.uint8] = np.minimum(between, kept)
    bright = (picture.astype(np.float32) @ LUMA > 0.6 * (colours.teeth @ LUMA)) & (seen > 0)
    count = np.count_nonzero(seen)
    if count < 20 or bright.sum() < 0.25 * count or _low_in(face, bright, between) > UPPER_ROW:
        return None
    return seen


def _shrink(face: Anatomy) -> int:
    """Pixels at the rim of an opening that may be lip."""
    return max(1, round(0.012 * face.unit))


def _low_in(face: Anatomy, some: NDArray[np.bool_], whole: NDArray[np.uint8]) -> float:
    """The depth of a part in its shape: 0 at the top, 1 at the bottom."""
    part, rim = (face.in_mouth(np.argwhere(mask)[:, ::-1].astype(np.float64))[:, 1] for mask in (some, whole))
    return float((part.mean() - rim.min()) / max(1.0, np.ptp(rim)))


def _own_mouth(picture: Picture, face: Anatomy, canvas: _Canvas, colours: Palette) -> Sprite | None:
    """The portrait's own teeth, without lip colour; they go on under the upper lip. None where too little shows."""
    seen, shrink = _own_teeth(picture, face, colours), _shrink(face)
    if seen is None:
        return None
    y, x = np.nonzero(seen)
    margin = round(0.08 * face.unit)
    around = slice(max(0, y.min() - margin), y.max() + margin), slice(max(0, x.min() - margin), x.max() + margin)
    filled = picture.copy()
    outside = np.ascontiguousarray((seen[around] == 0).astype(np.uint8))
    filled[around] = cv2.inpaint(np.ascontiguousarray(picture[around]), outside, 3, cv2.INPAINT_TELEA)
    upwards = np.ones((max(1, round(0.05 * face.unit)), 1), np.uint8)
    covered = cv2.dilate(seen, upwards, anchor=(0, 0)).astype(np.float32) / 255
    soft = cv2.GaussianBlur(covered, (0, 0), shrink * 0.7)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    colour = cv2.warpAffine(filled, _to_pixels(face), canvas.size, flags=flags).astype(np.float32)
    alpha = cv2.warpAffine(soft, _to_pixels(face), canvas.size, flags=flags)
    return np.dstack([colour * alpha[..., None], alpha])


def _redness(picture: Picture) -> NDArray[np.float32]:
    """The red beyond the green, as a share: RGB (…, 3) to (…)."""
    red, green = picture[..., 0].astype(np.float32), picture[..., 1].astype(np.float32)
    return np.asarray((red - green) / np.maximum(red, 30), np.float32)


def _end_of_painted(colours: Palette) -> float:
    return DRAWN_LENGTH if colours.drawn else TOOTH_LENGTHS[0]


def _end_of_teeth(canvas: _Canvas, own: Sprite, colours: Palette) -> float:
    """The reach of a portrait's teeth below the seam: to the end of the first light in its middle."""
    middle = np.abs(canvas.u[0]) < 0.03
    alpha = own[:, middle, 3].mean(axis=1)
    light = (own[:, middle, :3] @ LUMA.astype(np.float32)).mean(axis=1) / np.maximum(alpha, 0.01)
    bright = (alpha > 0.5) & (light > 0.6 * (colours.teeth @ LUMA))
    if not bright.any():
        return TOOTH_LENGTHS[0]
    first = int(np.argmax(bright))
    ends = np.flatnonzero(~bright[first:])
    return float(canvas.v[first + int(ends[0]) if len(ends) else -1, 0])


def opening(picture: Picture, face: Anatomy) -> NDArray[np.uint8]:
    """255 between the inner lips as the mesh has them."""
    between = np.zeros(picture.shape[:2], np.uint8)
    rim = np.concatenate([face.points[list(INNER_UPPER), :2], face.points[list(INNER_LOWER)[::-1], :2]])
    cv2.fillPoly(between, [rim.round().astype(np.int32)], 255)
    return between


def own_teeth_colour(picture: Picture, face: Anatomy, colours: Palette) -> Palette:
    """The palette with the colour of the teeth that the portrait shows, if it shows enough of them."""
    inside = picture[opening(picture, face) > 0].astype(np.float64)
    if len(inside) < 20:
        return colours
    light, spread = inside @ LUMA, inside.max(axis=1) - inside.min(axis=1)
    bright = inside[(light > max(np.percentile(light, 60), 0.55 * (colours.teeth @ LUMA))) & (spread < 90)]
    if len(bright) < 0.1 * len(inside):
        return colours
    teeth = (np.median(bright, axis=0) * 0.97).astype(np.float32)
    return Palette(teeth=teeth, cavity=colours.cavity, tongue=colours.tongue, drawn=colours.drawn)


def _to_pixels(face: Anatomy) -> Floats:
    step = 1 / FINENESS
    turn = np.stack([face.along, face.down], axis=1) * step
    corner = np.array([LEFT, TOP]) * face.unit + 0.5 * step
    return np.column_stack([turn, face.mouth + np.stack([face.along, face.down], axis=1) @ corner])


def _teeth(colours: Palette, light: Sprite, alpha: Sprite) -> Sprite:
    """Teeth whose shade is as red as the mouth that light has come through; painted ones are plain."""
    return _layer(colours.teeth, light, alpha, dark=None if colours.drawn else colours.cavity)


def _layer(
    colour: NDArray[np.float32], light: Sprite, alpha: Sprite, *, dark: NDArray[np.float32] | None = None
) -> Sprite:
    """A premultiplied sprite of a colour that turns to `dark`, or to black, where there is less light."""
    light, alpha = light.astype(np.float32)[..., None], alpha.astype(np.float32)[..., None]
    shaded = colour * light if dark is None else colour * light + dark * (1 - light)
    return np.concatenate([shaded * alpha, alpha], axis=-1)
