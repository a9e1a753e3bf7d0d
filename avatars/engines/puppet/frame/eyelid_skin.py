"""The picture of a closed lid: skin as below the eye, shaded by the eyeball behind it, and its lashes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA
from avatars.engines.puppet.face.geometry import Box, smoothstep
from avatars.engines.puppet.face.mesh import Floats

Plane = NDArray[np.float32]

# Shares of the eye distance.
BELOW = (0.09, 0.22)
FINE, GRAIN_FROM = 0.012, 0.05  # sigma of the blur that leaves pores; from how far below the lid they are taken
LASH_ROOT, LASH_TIP, LASH_SKIN = 0.008, 0.032, 0.05  # below the lid, above it, and where bare skin is
LASH_LINE, LASH_HALF = 0.004, 0.008  # how far above the lid the dark line is, and half its width
# Pixels: a thinner line would break into dots where it is moved by parts of a pixel.
THINNEST = 1.1
FOLD_ABOVE, FOLD_HALF = 0.040, 0.014  # shares again: how far above the lid its fold is, and half its width
# Grey levels of pores; larger differences are a wrinkle, a lash or the rim of glasses.
GRAIN = 7.0
# Shares of the skin's light that count as skin: shadows, hair and rims are darker, reflections lighter.
DARKEST, LIGHTEST = 0.80, 1.15
# Factors of light. Two strangers of `tests.benchmarks.pictures.blinks` were photographed with shut eyes (insightface's
# t1.jpg). In the middle, their lids have 0.92 of the light of the skin below the eye, in the corners 0.82. The skin
# around the eye is darker already; these factors make up the rest.
MIDDLE, CORNER = 0.98, 0.95
# Of the eye distance: the step of the mesh on which the skin around an eye is measured, its reach beside, above and
# below the eye; and the margins below the lower lid and beside the corners that count as eye, for lashes and folds.
MESH, SIDES, OVER, UNDER, LOWER_LASHES, CORNERS = 0.0075, 0.09, 0.05, 0.13, 0.035, 0.03
SHADOW, SHINE = 0.25, 1.25  # of its usual light: darker or lighter pixels around an eye are no skin
# How much of a lid's middle looks like the skin below the eye rather than like the skin around it.
BODY = 0.7
# The share of its light that the skin around an eye has at most in the shadow of brow or hat: in the pictures of
# `tests.benchmarks.pictures.blinks` 0.58 to 0.69, and at least out of it, where others have 0.7 to 1.1.
SHADED, OPEN = 0.58, 0.76
# Lashes and hair are thin and this much darker than the skin beside them; a shadow is wide. Steps of the mesh.
HAIR, THIN = 9, 0.12
ROUNDS, SETTLE = 9, 120  # blurs of falling width that fill gaps in the skin, and steps that smooth the fillings
# Where the darkest of an eye's lashes are looked for, of the way between its corners; how dark they must be to have a
# colour, and how far from grey that may be.
LASHES_ALONG, LASH_DARK, LASH_TINT = (0.2, 0.8), 0.2, 1.6
# How dark a fold is, the line of lashes that every lid has, and the darkest that lashes of the picture make it.
FOLD, PLAIN_LASHES, DARKEST_LASH = 0.06, 0.34, 0.36


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Over the same even steps along an eye, heights in pixels: both lids at rest, where they meet, and the fold above
    which the skin stays as it is. `start` and `end` are along the eye, `corners` within."""

    start: float
    end: float
    brow: Plane
    top: Plane
    upper: Plane
    shut: Plane
    lower: Plane

    corners: tuple[float, float]

    @property
    def steps(self) -> Floats:
        return np.linspace(self.start, self.end, len(self.upper))

    def part(self, along: Floats) -> Floats:
        """The positions of places on the way from one corner to the other, 0..1."""
        first, last = self.corners
        return np.asarray((along - first) / (last - first))


@dataclass(frozen=True, kw_only=True)
class Skin:
    """Over the pixels of `area`: the colour of a lid that covers them, and the light that lashes leave (0..1). `tint`
    is their absorption of red, green and blue, relative to light."""

    area: Box
    colour: Plane
    lashes: Plane
    tint: Plane


@dataclass(frozen=True, kw_only=True)
class Axes:
    """The coordinates of an eye in a picture; `unit` is the eye distance."""

    middle: Floats
    along: Floats
    down: Floats
    unit: float

    def place(self, along: Floats, down: Floats) -> Plane:
        """Pixels of places in the eye."""
        where = self.middle + along[..., None] * self.along + down[..., None] * self.down
        return where.astype(np.float32)


def skin(picture: Picture, axes: Axes, curves: Curves, area: Box, *, drawn: bool) -> Skin:
    """The skin of one eye's lid over the pixels of `area`."""
    y, x = np.mgrid[area.top : area.bottom, area.left : area.right]
    place = np.stack([x, y], axis=-1) - axes.middle
    u, v = place @ axes.along, place @ axes.down
    top, upper, lower = (np.interp(u, curves.steps, line) for line in (curves.top, curves.upper, curves.lower))
    down = np.clip((v - top) / np.maximum(lower - top, 1), 0, 1)
    part = curves.part(u)
    below = _below(picture, axes, curves)
    usual = float(below.mean(axis=0) @ LUMA)
    around = _Around(picture, axes, curves, usual)
    colour = around.at(u, v)
    lit = (
        BODY
        * _out_of_shadow(around, curves, usual)
        * smoothstep(0.0, 0.45, down)
        * smoothstep(0.0, 0.3, np.minimum(part, 1 - part))
    )
    colour = colour + (_over(below, part) - colour) * lit[..., None]
    if not drawn:
        bulge = np.clip(1 - (2 * part - 1) ** 2, 0, 1) ** 0.7
        fold = np.exp(-(((v - (upper - FOLD_ABOVE * axes.unit)) / (FOLD_HALF * axes.unit)) ** 2))
        shade = (CORNER + (MIDDLE - CORNER) * bulge) * (1 - FOLD * fold * np.minimum(1, 4 * bulge))
        colour = colour * shade[..., None]
        colour = colour + _grain(picture, axes, u, v, lower)[..., None]
    lashes = _lashes(picture, axes, curves, (u, v, upper), drawn=drawn)
    return Skin(
        area=area,
        colour=np.clip(colour, 0, 255).astype(np.float32),
        lashes=lashes.astype(np.float32),
        tint=np.ones(3, np.float32) if drawn else _tint(picture, axes, curves, below.mean(axis=0)),
    )


def _below(picture: Picture, axes: Axes, curves: Curves) -> Floats:
    """Colours (2, 3) of the skin under an eye's corners: a line through all that is skin there."""
    heights = np.linspace(*BELOW, 14)[:, None] * axes.unit
    steps = np.linspace(curves.start, curves.end, 40)
    lower = np.interp(steps, curves.steps, curves.lower)
    return _fit(_seen(picture, axes, np.broadcast_to(steps, (14, 40)), lower + heights))


def _out_of_shadow(around: "_Around", curves: Curves, usual: float) -> float:
    """0 for an eye that lies in shadow as a whole, whose lid is as dark as the skin beside it; 1 for others."""
    first, last = curves.corners
    along = np.linspace(first + 0.2 * (last - first), last - 0.2 * (last - first), 24)
    middle = np.interp(along, curves.steps, (curves.upper + curves.lower) / 2)
    light = float(np.median(around.at(along[None], middle[None]) @ LUMA)) / usual
    return float(smoothstep(SHADED, OPEN, np.asarray(light)))


class _Around:
    """The skin around an eye carried on over it without an edge: as a membrane that is fixed where skin is seen."""

    def __init__(self, picture: Picture, axes: Axes, curves: Curves, usual: float) -> None:
        self._step = step = MESH * axes.unit
        self._left = curves.start - SIDES * axes.unit
        self._top = float(curves.top.min()) - OVER * axes.unit
        across = np.arange(self._left, curves.end + SIDES * axes.unit, step)
        heights = np.arange(self._top, float(curves.lower.max()) + UNDER * axes.unit, step)
        u, v = np.meshgrid(across, heights)
        soft = cv2.GaussianBlur(picture, (0, 0), max(0.6, MESH * axes.unit / 2))
        seen = _seen(soft, axes, u, v)
        light = seen @ LUMA
        top, lower, brow = (np.interp(across, curves.steps, line) for line in (curves.top, curves.lower, curves.brow))
        eye = (v > top) & (v < lower + LOWER_LASHES * axes.unit)
        eye &= (u > curves.corners[0] - CORNERS * axes.unit) & (u < curves.corners[1] + CORNERS * axes.unit)
        hair = cv2.morphologyEx(light.astype(np.float32), cv2.MORPH_CLOSE, np.ones((HAIR, HAIR))) - light > THIN * usual
        hair = cv2.dilate(hair.astype(np.uint8), np.ones((3, 3))) > 0
        skin = ~eye & ~hair & (v > brow) & (light > SHADOW * usual) & (light < SHINE * usual)
        self._colour = _membrane(seen, skin).astype(np.float32)

    def at(self, u: Floats, v: Floats) -> Floats:
        """Its colours at places of the eye."""
        index = np.stack([(u - self._left) / self._step, (v - self._top) / self._step], axis=-1).astype(np.float32)
        colour = cv2.remap(self._colour, index, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(colour, np.float64)


def _membrane(seen: Floats, known: NDArray[np.bool_]) -> Floats:
    """`seen` where known, elsewhere as smooth as can be between."""
    weight = known.astype(np.float64)
    weighted = seen * weight[..., None]
    # From coarse to fine: a guess from far away first, then near pixels settle it.
    sigmas = [max(seen.shape[:2]) / 2 ** (4 * n / ROUNDS) / 2 for n in range(ROUNDS)]
    guess = np.full_like(seen, np.nan)
    for sigma in sigmas:
        near = cv2.GaussianBlur(weight, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        mean = (
            cv2.GaussianBlur(weighted, (0, 0), sigma, borderType=cv2.BORDER_REFLECT) / np.maximum(near, 1e-9)[..., None]
        )
        guess = np.where((near > 1e-3)[..., None] | np.isnan(guess), mean, guess)
    made = np.where(known[..., None], seen, guess)
    for _ in range(SETTLE):
        smooth = cv2.blur(made, (3, 3), borderType=cv2.BORDER_REFLECT)
        made = np.where(known[..., None], seen, smooth)
    return made


def _seen(picture: Picture, axes: Axes, along: Floats, down: Floats) -> Floats:
    where = axes.place(along, down)
    seen = cv2.remap(picture, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float64)


def _fit(seen: Floats) -> Floats:
    """The colours (2, 3) at the first and last column: a line through those whose light is the usual one."""
    light = seen @ LUMA
    usual = float(np.nanmedian(light))
    with np.errstate(invalid="ignore"):
        kept = (light > DARKEST * usual) & (light < LIGHTEST * usual)
    columns = np.broadcast_to(np.linspace(-1, 1, seen.shape[1]), light.shape)[kept]
    colours = seen[kept]
    middle = colours.mean(axis=0)
    # Drawn towards no slope: a few columns on one side say little about the other.
    slope = (columns[:, None] * (colours - middle)).sum(axis=0) / ((columns**2).sum() + 0.2 * light.size / 3)
    ends: Floats = np.stack([middle - slope, middle + slope])
    return ends


def _over(ends: Floats, part: Floats) -> Floats:
    share = np.clip(part, 0, 1)[..., None]
    mixed: Floats = ends[0] * (1 - share) + ends[1] * share
    return mixed


def _grain(picture: Picture, axes: Axes, u: Floats, v: Floats, lower: Floats) -> Floats:
    """The pores of the skin below the eye, mirrored at a line under the lower lid."""
    mirrored = lower + GRAIN_FROM * axes.unit + np.abs(lower - v)
    light = _seen(picture, axes, u, mirrored) @ LUMA
    fine = light - cv2.GaussianBlur(light, (0, 0), max(1.0, FINE * axes.unit))
    grain: Floats = np.where(np.abs(fine) < GRAIN, fine, 0.0)
    return grain


def _lashes(
    picture: Picture, axes: Axes, curves: Curves, place: tuple[Floats, Floats, Floats], *, drawn: bool
) -> Floats:
    """The share of light that the upper lashes leave of the skin above them, at rest."""
    u, v, upper = place
    above = upper - LASH_SKIN * axes.unit
    soft = cv2.GaussianBlur(picture, (0, 0), max(0.8, 0.004 * axes.unit))
    light = _seen(soft, axes, u, v) @ LUMA
    skin_light = _seen(picture, axes, u, above) @ LUMA
    smooth = max(1.0, 0.04 * axes.unit)
    skin_light = cv2.GaussianBlur(skin_light, (0, 0), smooth)
    left = np.clip(light / np.maximum(skin_light, 1), DARKEST_LASH, 1)
    up = (upper - v) / axes.unit
    near = smoothstep(-LASH_ROOT - 0.006, -LASH_ROOT, up) * (1 - smoothstep(0.45 * LASH_TIP, LASH_TIP, up))
    own = 1 - (1 - left) * near
    if drawn:
        return np.asarray(own)
    part = curves.part(u)
    ends = smoothstep(-0.05, 0.3, np.minimum(part, 1 - part))
    own = 1 - (1 - own) * ends
    line = 1 - PLAIN_LASHES * ends * np.exp(-(((up - LASH_LINE) / max(LASH_HALF, THINNEST / axes.unit)) ** 2))
    return np.asarray(np.minimum(own, line))


def _tint(picture: Picture, axes: Axes, curves: Curves, beside: Floats) -> Plane:
    """The share of each colour that the picture's lashes take from the skin beside them; 1 of each where they are grey.

    In warm light the shadow of lashes is warm as well, and a grey one would look blue.
    """
    first, last = curves.corners
    along = first + np.linspace(*LASHES_ALONG, 24) * (last - first)
    upper = np.interp(along, curves.steps, curves.upper)
    heights = np.linspace(-LASH_TIP, LASH_ROOT, 12)[:, None] * axes.unit
    seen = _seen(picture, axes, np.broadcast_to(along, (12, 24)), upper + heights)
    darkest = np.median(seen[(seen @ LUMA).argmin(axis=0), np.arange(24)], axis=0)
    taken = 1 - np.clip(darkest / np.maximum(beside, 1), 0, 1)
    # Cooler ones are no lashes, but the dark of blue eyes.
    if taken @ LUMA < LASH_DARK or taken[2] < taken[0]:
        return np.ones(3, np.float32)
    tint = np.clip(taken / (taken @ LUMA), 1 / LASH_TINT, LASH_TINT)
    return np.asarray(tint, np.float32)
