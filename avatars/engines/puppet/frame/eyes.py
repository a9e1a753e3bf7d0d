"""Blinking: skin comes down over the eyeball, the lashes on its edge; glasses and hair before the eye stay."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA, cheeks, is_drawn
from avatars.engines.puppet.face.eyelids import Lids, drawn_lids, meeting
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.glasses import glasses
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import EYES, EyePoints
from avatars.engines.puppet.frame.eyeball import eyeball
from avatars.engines.puppet.frame.eyelid_skin import Axes, Curves, skin
from avatars.engines.puppet.rig.rig import Rig

Plane = NDArray[np.float32]

SAMPLES = 48  # places along an eye at which its lids are measured; lids are smooth between them
OPEN_ENOUGH = 0.004  # of a blink, 0..1: less moves a lid by a part of a pixel, and is not drawn
# Eye distances: a lid goes this far past the lower one, or the mesh's error would leave a sliver of the eye.
OVERLAP = 0.014
# Eye distances above the lashes from which the lid's skin covers, the most and the least, and its soft beginning.
HIGHEST, LEAST_HIGH, SOFT = 0.090, 0.060, 0.025
# Eye distances below the lower lid over which the cover of the eye fades out.
LOWER_SOFT = 0.020
BELOW_BROW = 0.015  # eye distances: so far below the brow the skin stays at least
# Eye distances: a lid that has moved this far covers the former place of its lashes.
MOVED = 0.030
# Eye distances beside the corners of an eye: the reach of its curves, and the widths over which its cover fades out.
BEYOND, SIDES, CORNER = 0.06, 0.016, 0.02
# Exponent of the line on which both lids meet: they lie on a ball, so it hangs rounder than a chord and flatter than an
# open lower lid.
BALL = 0.75
# Times the cheek's light: a darker place before an eye with glasses is their rim, a lighter one a reflection.
DARK_RIM, GLINT = 0.62, 1.3
AROUND = 0.1  # eye distances around the drawn box from which its skin is taken
NEARLY = 0.9  # 0..1: so much of a mark is drawn as all of it, or a lid would show through a rim
# Eye distances: a mark smaller than this is a lash, a wrinkle or a pore.
LEAST = 0.08
# Eye distances from the mesh's upper lid between which lashes are looked for; below is the dark of the eye itself.
LASHES_FROM = (-0.030, 0.004)
FEATHER = 4  # pixels over which the drawn box fades into the frame


class Eye:
    """One eye of a rig, in its own coordinates: along the eye and down, in pixels."""

    def __init__(self, rig: Rig, points: EyePoints, *, drawn: bool, glasses: bool, reach: float) -> None:
        self.picture, self.unit, self.reach = rig.picture, rig.face.unit, reach
        spots = rig.face.points[:, :2]
        along = spots[points.upper[-1]] - spots[points.upper[0]]
        along = along / np.linalg.norm(along)
        self.along, self.down = along, np.array([-along[1], along[0]])
        self.middle = spots[list(points.upper)].mean(axis=0)
        axes = Axes(middle=self.middle, along=along, down=self.down, unit=self.unit)
        self.curves = self._curves(spots, points, drawn=drawn)
        self.pixels = self._box(spots, points).within(rig.region.width, rig.region.height)
        self.skin = skin(
            rig.picture,
            axes,
            self.curves,
            self.pixels.grown(round(AROUND * self.unit)).within(rig.region.width, rig.region.height),
            drawn=drawn,
        )
        ball = eyeball(rig.face, points, axes, self.curves, self.pixels)
        # Behind dark glasses there is no eye, only a reflection.
        self.ball = ball if reach else replace(ball, most=0.0)
        self.corner = np.array([self.skin.area.left, self.skin.area.top], np.float32)
        self.front = self._before(axes, float(cheeks(rig.picture, rig.face) @ LUMA)) if glasses else None
        self.sideways = _blur(SAMPLES, SIDES * self.unit * (SAMPLES - 1) / (self.curves.end - self.curves.start))
        self.edge = _feather(self.pixels, FEATHER)
        y, x = np.mgrid[self.pixels.top : self.pixels.bottom, self.pixels.left : self.pixels.right]
        self.still = np.stack([x, y], axis=-1).astype(np.float32)
        self._at_rest = self._read(self.still)

    def draw(self, target: Picture, source: NDArray[np.float32] | None, blink: float) -> None:
        """Close the lid by `blink` in `target`, the pixels of `pixels`; `source` maps them, None if still."""
        if source is None:
            target[...] = self.picture[self.pixels.area]
        blink *= self.reach
        if blink < OPEN_ENOUGH:
            return
        v, top, upper, shut, lower = self._at_rest if source is None else self._read(source)
        source = self.still if source is None else source
        gap: Plane = (shut - upper) * np.float32(blink)
        lid_edge: Plane = upper + gap
        # The lower lid rises a little to meet it.
        floor: Plane = lower + (shut - lower) * np.float32(blink * blink)
        moved = np.interp(self._along(source), self.curves.steps, self.moved(blink)).astype(np.float32)
        upper_lid = np.clip((lid_edge - v) / 1.3 + 0.5, 0, 1) * np.clip((v - top) / (SOFT * self.unit), 0, 1) * moved
        lower_lid = np.clip((v - floor) / 1.3 + 0.5, 0, 1) * np.clip(1 - (v - lower) / (LOWER_SOFT * self.unit), 0, 1)
        lower_lid *= np.clip((lower - floor) / 1.3, 0, 1)
        place, clear = source - self.corner, self.edge
        if self.front is not None:
            clear = clear * (1 - _seen(self.front, place))
        cover = np.maximum(upper_lid, lower_lid) * clear
        lashes = _seen(self.skin.lashes, place - gap[..., None] * self.down.astype(np.float32))
        dark = (1 - lashes) * moved * clear
        lid = _seen(self.skin.colour, place)
        mixed = (target + (lid - target) * cover[..., None]) * (1 - dark[..., None] * self.skin.tint)
        target[...] = (mixed + 0.5).astype(np.uint8)

    def turn(self, target: Picture, source: Plane, way: tuple[float, float], interpolation: int) -> Plane:
        """Turn the eyeball in `target`, whose pixels come from `source`, by so many pixels along the eye and down;
        returns where pixels come from now, as far as lids go."""
        origin, lids = self.ball.origin(source, *way)
        cv2.remap(self.picture, origin, None, interpolation, target, cv2.BORDER_REPLICATE)
        return lids

    def moved(self, blink: float) -> Plane:
        """Over the steps of the curves: the share, 0..1, of its lashes' place that the lid covers, soft sideways."""
        gap = (self.curves.shut - self.curves.upper) * np.float32(blink)
        moved: Plane = self.sideways @ _smooth(np.clip(gap / (MOVED * self.unit), 0, 1))
        return moved

    def _along(self, source: Plane) -> Plane:
        along: Plane = (source - self.middle.astype(np.float32)) @ self.along.astype(np.float32)
        return along

    def _read(self, source: Plane) -> tuple[Plane, ...]:
        """The depths of pixels in the eye, and the heights of its curves there."""
        place = source - self.middle.astype(np.float32)
        u, v = (place @ axis.astype(np.float32) for axis in (self.along, self.down))
        curves = (self.curves.top, self.curves.upper, self.curves.shut, self.curves.lower)
        return v, *(np.interp(u, self.curves.steps, line).astype(np.float32) for line in curves)

    def _curves(self, spots: Floats, points: EyePoints, *, drawn: bool) -> Curves:
        axes = np.stack([self.along, self.down], axis=1)
        upper, lower, brow = (
            (spots[list(ids)] - self.middle) @ axes for ids in (points.upper, points.lower, points.brow_lower)
        )
        start, end = float(upper[:, 0].min()), float(upper[:, 0].max())
        steps = np.linspace(start, end, SAMPLES)
        lids = Lids(start=start, end=end, upper=_line(upper, steps), lower=_line(lower, steps))
        shut = None
        if drawn:
            lids = drawn_lids(self.picture, axes, self.middle, self.unit, lids)
        else:
            upper_line = lids.upper + self._to_lashes(lids)
            shut = _on_ball(upper_line, lids.lower)
            lids = replace(lids, upper=upper_line)
            lids = replace(lids, lower=lids.lower + OVERLAP * self.unit * meeting(SAMPLES))
        shut = lids.lower if shut is None else shut
        margin = BEYOND * self.unit
        start, end = lids.start - margin, lids.end + margin
        steps, even = np.linspace(start, end, SAMPLES), np.linspace(lids.start, lids.end, SAMPLES)
        lid, meet = np.interp(steps, even, lids.upper), np.interp(steps, even, shut)
        below = np.maximum(np.interp(steps, even, lids.lower), lid)
        above = _line(brow, steps)
        top = np.clip(above + BELOW_BROW * self.unit, lid - HIGHEST * self.unit, lid - LEAST_HIGH * self.unit)
        lines = {"brow": above, "top": top, "upper": lid, "shut": np.maximum(meet, lid), "lower": below}
        corners = (lids.start - CORNER * self.unit, lids.end + CORNER * self.unit)
        return Curves(
            start=start, end=end, corners=corners, **{name: line.astype(np.float32) for name, line in lines.items()}
        )

    def _to_lashes(self, lids: Lids) -> Floats:
        """The lashes' heights above the mesh's upper lid, over the steps of the lids: negative, the darkest line."""
        steps = np.linspace(lids.start, lids.end, SAMPLES)
        offsets = np.linspace(*LASHES_FROM, 22) * self.unit
        place = self.middle + steps[:, None, None] * self.along + (lids.upper[:, None] + offsets)[..., None] * self.down
        grey = cv2.GaussianBlur(cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY), (0, 0), max(0.6, 0.008 * self.unit))
        seen = cv2.remap(grey, place.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        darkest = np.minimum(offsets[seen.argmin(axis=1)], 0)
        middle = slice(SAMPLES // 6, -SAMPLES // 6)
        even = np.linspace(-1, 1, SAMPLES)
        fit = np.polynomial.Polynomial.fit(
            even[middle], cv2.medianBlur(darkest.astype(np.float32)[None], 5)[0][middle], 2
        )
        line: Floats = np.clip(fit(even), LASHES_FROM[0] * self.unit, 0) * meeting(SAMPLES)
        return line

    def _before(self, axes: Axes, usual: float) -> Plane:
        """The parts that stay before the lid (0..1), over the pixels of the skin: rims, and reflections on the
        glass."""
        area = self.skin.area
        y, x = np.mgrid[area.top : area.bottom, area.left : area.right]
        place = np.stack([x, y], axis=-1) - self.middle
        u, v = place @ axes.along, place @ axes.down
        upper, lower = (np.interp(u, self.curves.steps, line) for line in (self.curves.upper, self.curves.lower))
        grey = cv2.GaussianBlur(self.picture[area.area], (0, 0), max(0.6, 0.006 * self.unit)) @ LUMA
        outside = (v < upper - 0.018 * self.unit) | (v > lower)
        marks = ((grey < DARK_RIM * usual) & outside) | (grey > GLINT * usual)
        marks &= ~_small(marks, LEAST * self.unit)
        # The white of an eye shines too: a reflection is one that goes on beyond the lids.
        count, parts = cv2.connectedComponents((grey > GLINT * usual).astype(np.uint8))
        for number in range(1, count):
            part = parts == number
            if (part & outside).sum() < 0.5 * part.sum():
                marks &= ~part
        front: Plane = cv2.GaussianBlur(marks.astype(np.float32), (0, 0), max(0.6, 0.008 * self.unit))
        front[front > NEARLY] = 1
        return front

    def _box(self, spots: NDArray[np.float64], points: EyePoints) -> Box:
        rim = spots[list(points.upper + points.lower)]
        x, y = rim.mean(axis=0)
        half_width, half_height = np.ptp(rim[:, 0]) / 2 + 0.06 * self.unit, 0.17 * self.unit
        return Box(
            left=int(x - half_width), top=int(y - half_height), right=int(x + half_width), bottom=int(y + half_height)
        )


def eyes(rig: Rig) -> tuple[Eye, ...]:
    drawn, worn = is_drawn(rig.picture, rig.face), glasses(rig.picture, rig.face)
    reach = 0.0 if worn is not None and worn.opaque else 1.0
    return tuple(Eye(rig, points, drawn=drawn, glasses=worn is not None, reach=reach) for points in EYES)


def _line(curve: Floats, steps: Floats) -> Floats:
    order = np.argsort(curve[:, 0])
    heights: Floats = np.interp(steps, curve[order, 0], curve[order, 1])
    return heights


def _on_ball(upper: Floats, lower: Floats) -> Floats:
    """The line between an eye's corners on which its lids meet: as low in the middle as the lower one."""
    place = np.linspace(-1, 1, len(lower))
    chord = np.interp(place, (-1, 1), (upper[[0, -1]] + lower[[0, -1]]) / 2)
    depth = float(np.median((lower - chord)[np.abs(place) < 0.3]))
    meet: Floats = chord + depth * (1 - place**2) ** BALL
    return np.clip(meet, upper, np.maximum(upper, lower))


def _seen(plane: Plane, place: Plane) -> Plane:
    seen: Plane = cv2.remap(plane, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen


def _blur(count: int, sigma: float) -> Plane:
    """A matrix that blurs so many values; the last ones are repeated."""
    place = np.arange(count)
    weights = np.exp(-0.5 * ((place[:, None] - np.arange(-count, 2 * count)[None]) / sigma) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    blur = np.zeros((count, count))
    np.add.at(blur.T, np.clip(np.arange(-count, 2 * count), 0, count - 1), weights.T)
    return blur.astype(np.float32)


def _small(marks: NDArray[np.bool_], size: float) -> NDArray[np.bool_]:
    """The marks of connected parts that are narrower and lower than `size`."""
    _count, parts, sizes, _middles = cv2.connectedComponentsWithStats(marks.astype(np.uint8))
    sides = sizes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    return np.asarray(marks & (sides < size)[parts])


def _smooth(t: Plane) -> Plane:
    smooth: Plane = t * t * (3 - 2 * t)
    return smooth


def _feather(box: Box, width: int) -> Plane:
    """1 inside, falling to 0 at the edges of a box."""
    x, y = np.arange(box.width), np.arange(box.height)
    across, down = np.minimum(x, x[::-1]), np.minimum(y, y[::-1])
    edge: Plane = np.clip(np.minimum(down[:, None], across[None, :]) / width, 0, 1).astype(np.float32)
    return edge
