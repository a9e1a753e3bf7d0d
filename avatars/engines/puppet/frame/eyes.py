"""Blinking: the upper lid is drawn down over the eye by stretching the skin above it."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import LUMA, is_drawn
from avatars.engines.puppet.face.eyelids import Lids, drawn_lids, meeting
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import EYES, EyePoints
from avatars.engines.puppet.rig.rig import Rig

Plane = NDArray[np.float32]

SAMPLES = 48
OPEN_ENOUGH = 0.004
LASHES = 0.030
# How far a lid goes past the lower one, or the mesh's error would leave a sliver of the eye.
OVERLAP = 0.014
CREASE = 0.10
RIM, GLARE, CROSSES, BEHIND_GLASSES = 0.62, 1.3, 0.45, 0.95
STRAINED, MOST_STRAINED, STRAINED_BY = 4.0, 0.8, 1.5
SKIN, BELOW_RIM, AROUND = 65, (-0.055, -0.018), 0.4
FEATHER = 4


class Eye:
    """One eye of a rig, in its own coordinates: along the eye and down, in pixels."""

    def __init__(self, rig: Rig, points: EyePoints, interpolation: int, *, drawn: bool) -> None:
        self._picture, self.unit, self._interpolation = rig.picture, rig.face.unit, interpolation
        spots = rig.face.points[:, :2]
        along = spots[points.upper[-1]] - spots[points.upper[0]]
        along = along / np.linalg.norm(along)
        self.along, self.down = along, np.array([-along[1], along[0]])
        self.middle = spots[list(points.upper)].mean(axis=0)
        self.reach = 1.0
        self.skin: Plane | None = None
        self.front: Plane | None = None
        self.upper, self.lower, self.brow = self._lines(spots, points, drawn)
        self.pixels = self._box(spots, points).within(rig.region.width, rig.region.height)
        self.edge = _feather(self.pixels, FEATHER)[..., None]
        y, x = np.mgrid[self.pixels.top : self.pixels.bottom, self.pixels.left : self.pixels.right]
        self.still = np.stack([x, y], axis=-1).astype(np.float32)

    def draw(self, target: Picture, source: NDArray[np.float32] | None, blink: float) -> None:
        """Close the lid by `blink` in `target`, the pixels of `pixels`; `source` maps them, None if still."""
        if source is None:
            source = self.still
            target[...] = self._picture[self.pixels.area]
        if blink < OPEN_ENOUGH:
            return
        place = source - self.middle.astype(np.float32)
        u = place @ self.along.astype(np.float32)
        v = place @ self.down.astype(np.float32)
        upper, lower, brow = (self._read(line, u) for line in (self.upper, self.lower, self.brow))
        blink *= self.reach
        gap: Plane = np.multiply(lower - upper, np.float32(blink))
        lid_edge: Plane = upper + gap
        side = self._side(u)
        shift = _stretch(v, brow, lid_edge - LASHES * self.unit, gap)
        where = source - shift[..., None] * self.down.astype(np.float32)
        lid = cv2.remap(self._picture, where, None, self._interpolation, borderMode=cv2.BORDER_REPLICATE)
        if self.skin is not None:
            index = (u - self.start) * ((SAMPLES - 1) / (self.end - self.start))
            skin = cv2.remap(self.skin, index, np.zeros_like(index), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            strained = _strained(v, brow, lid_edge - LASHES * self.unit, gap)
            lid = lid + (skin - lid.astype(np.float32)) * strained[..., None]
        fold = np.exp(-(((v - (upper - 0.02 * self.unit)) / (0.018 * self.unit)) ** 2))
        lid = lid * (1 - CREASE * blink * fold * side)[..., None]
        cover = np.clip((lid_edge - v) / 1.3 + 0.5, 0, 1) * (v > brow)
        if self.front is not None:
            cover *= 1 - cv2.remap(self.front, source, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mixed = target + (lid - target) * (cover[..., None] * self.edge)
        target[...] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)

    def _lines(self, spots: Floats, points: EyePoints, drawn: bool) -> tuple[Plane, Plane, Plane]:
        """Heights of both lids and of where the skin above begins to stretch, over even steps along the eye."""
        axes = np.stack([self.along, self.down], axis=1)
        upper, lower, brow = (
            (spots[list(ids)] - self.middle) @ axes for ids in (points.upper, points.lower, points.brow_lower)
        )
        margin = 0.02 * self.unit

        def line(curve: Floats, steps: Floats) -> Floats:
            order = np.argsort(curve[:, 0])
            heights: Floats = np.interp(steps, curve[order, 0], curve[order, 1])
            return heights

        start, end = float(upper[:, 0].min()), float(upper[:, 0].max())
        steps = np.linspace(start, end, SAMPLES)
        lids = Lids(start=start, end=end, upper=line(upper, steps), lower=line(lower, steps))
        if drawn:
            lids = drawn_lids(self._picture, axes, self.middle, self.unit, lids)
        else:
            # Lids meet in the corners: one that came down there would tear its lashes off those beside.
            lids = replace(lids, lower=lids.lower + OVERLAP * self.unit * meeting(SAMPLES))
        self.start, self.end = lids.start - margin, lids.end + margin
        steps = np.linspace(self.start, self.end, SAMPLES)
        even = np.linspace(lids.start, lids.end, SAMPLES)
        lid, above = np.interp(steps, even, lids.upper), line(brow, steps)
        below = np.maximum(np.interp(steps, even, lids.lower), lid)
        first = above + 0.08 * (lid - above)
        first = np.clip(first, lid - 0.125 * self.unit, lid - 0.07 * self.unit)
        first = self._below_rims(steps, lid, first)
        return lid.astype(np.float32), below.astype(np.float32), first.astype(np.float32)

    def _below_rims(
        self, steps: NDArray[np.float64], lid: NDArray[np.float64], start: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Where something dark crosses the skin above the lid (the rim of glasses), stretching begins below it."""
        grey = cv2.GaussianBlur(cv2.cvtColor(self._picture, cv2.COLOR_RGB2GRAY), (0, 0), max(0.8, 0.012 * self.unit))
        heights = np.linspace(-0.125, -LASHES - 0.012, 24) * self.unit
        place = self.middle + steps[:, None, None] * self.along + (lid[:, None] + heights)[..., None] * self.down
        light = cv2.remap(grey, place.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        dark = cv2.blur(light, (1, 13)).astype(np.float64) < RIM * np.median(light)
        if dark.any(axis=1).mean() < CROSSES:
            return start
        self.reach = BEHIND_GLASSES
        last = np.where(dark.any(axis=1), len(heights) - dark[:, ::-1].argmax(axis=1), 0)
        below = np.where(last > 0, lid + heights[np.clip(last, 0, len(heights) - 1)], -np.inf)
        clear = np.minimum(np.maximum(start, below), lid - LASHES - 0.010 * self.unit)
        smooth: NDArray[np.float64] = cv2.GaussianBlur(clear[None], (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE)[0]
        self._behind_glass(steps, lid, float(np.median(light)))
        return smooth

    def _behind_glass(self, steps: NDArray[np.float64], lid: NDArray[np.float64], usual: float) -> None:
        """See to it that the rim and what shines on the glass stay before the lid, and that the lid looks like skin:
        there is so little of that below a rim that a lid made of it would be all streaks."""
        heights = np.linspace(*BELOW_RIM, 9) * self.unit
        place = self.middle + steps[:, None, None] * self.along + (lid[:, None] + heights)[..., None] * self.down
        seen = cv2.remap(self._picture, place.astype(np.float32), None, cv2.INTER_LINEAR).astype(np.float32)
        grey = seen @ LUMA.astype(np.float32)
        matt = grey < GLARE * usual
        matt |= not matt.any()
        clear = (matt & (grey > np.percentile(grey[matt], SKIN))).astype(np.float32)
        sums = np.concatenate([(seen * clear[..., None]).sum(axis=1), clear.sum(axis=1)[:, None] + 1e-3], axis=1)
        even = cv2.GaussianBlur(sums[None], (0, 0), SAMPLES / 6, sigmaY=0.1, borderType=cv2.BORDER_REPLICATE)
        self.skin = even[..., :3] / even[..., 3:]
        height, width = self._picture.shape[:2]
        x, y = self.middle.astype(int)
        near = Box(left=x, top=y, right=x, bottom=y).grown(round(AROUND * self.unit)).within(width, height)
        rows, columns = np.mgrid[near.top : near.bottom, near.left : near.right]
        place = np.stack([columns, rows], axis=-1) - self.middle
        above = np.interp(place @ self.along, steps, lid + BELOW_RIM[1] * self.unit) - place @ self.down
        grey = cv2.GaussianBlur(self._picture[near.area], (0, 0), 0.006 * self.unit) @ LUMA
        front = ((grey < RIM * usual) | (grey > GLARE * usual)) & (above > 0)
        self.front = np.zeros((height, width), np.float32)
        self.front[near.area] = cv2.GaussianBlur(front.astype(np.float32), (0, 0), 0.008 * self.unit)

    def _box(self, spots: NDArray[np.float64], points: EyePoints) -> Box:
        rim = spots[list(points.upper + points.lower)]
        x, y = rim.mean(axis=0)
        half_width, half_height = np.ptp(rim[:, 0]) / 2 + 0.06 * self.unit, 0.17 * self.unit
        return Box(
            left=int(x - half_width), top=int(y - half_height), right=int(x + half_width), bottom=int(y + half_height)
        )

    def _read(self, line: Plane, u: Plane) -> Plane:
        values: Plane = np.interp(u, np.linspace(self.start, self.end, SAMPLES), line).astype(np.float32)
        return values

    def _side(self, u: Plane) -> Plane:
        """1 over the eye, 0 beyond its corners."""
        part = (u - self.start) / (self.end - self.start)
        t = np.clip(np.minimum(part, 1 - part) / 0.08, 0, 1)
        side: Plane = t * t * (3 - 2 * t)
        return side


def eyes(rig: Rig, interpolation: int) -> tuple[Eye, ...]:
    """Both eyes of a rig."""
    drawn = is_drawn(rig.picture, rig.face)
    return tuple(Eye(rig, points, interpolation, drawn=drawn) for points in EYES)


def _stretch(v: Plane, start: Plane, end: Plane, gap: Plane) -> Plane:
    """How far a pixel comes from above: 0 at the brow, all of `gap` at the lashes, never folding the skin over."""
    span = np.maximum(end - start, 1)
    t = np.clip((v - start) / span, 0, 1)
    gentle = np.minimum(gap, span / 1.6)
    shift: Plane = gentle * (t * t * (3 - 2 * t)) + (gap - gentle) * t
    return shift


def _strained(v: Plane, start: Plane, end: Plane, gap: Plane) -> Plane:
    """How far skin is stretched beyond what looks like skin: 0 at the lashes, above the lid and while it is up."""
    span = np.maximum(end - start, 1)
    t = (v - start) / span
    strained: Plane = np.clip(np.minimum(t, 1 - t) * STRAINED, 0, MOST_STRAINED) * np.clip(
        STRAINED_BY * gap / span, 0, 1
    )
    return strained


def _feather(box: Box, width: int) -> Plane:
    """1 inside, falling to 0 at the edges of a box."""
    x, y = np.arange(box.width), np.arange(box.height)
    across, down = np.minimum(x, x[::-1]), np.minimum(y, y[::-1])
    edge: Plane = np.clip(np.minimum(down[:, None], across[None, :]) / width, 0, 1).astype(np.float32)
    return edge
