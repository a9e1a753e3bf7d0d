"""Hands: a palm and fingers that are stretched or folded, modelled in light and shade like the face."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatars.portraits.samples.curves import Pair, Points, closed, line, oval, ribbon
from avatars.portraits.samples.face import KEY_LIGHT, toned
from avatars.portraits.samples.painter import Canvas, Pixels, Shape, blur, mix
from avatars.portraits.samples.people import Palette


@dataclass(frozen=True, kw_only=True)
class Finger:
    """The root of a finger of a hand that points up, its length and width, and its lean in degrees."""

    base: Pair
    length: float
    width: float
    lean: float


FINGERS = (
    Finger(base=(-31, -86), length=60, width=19, lean=-15),
    Finger(base=(-11, -95), length=78, width=21, lean=-5),
    Finger(base=(12, -97), length=86, width=21.5, lean=3),
    Finger(base=(33, -90), length=76, width=21, lean=11),
)
"""Of a palm whose wrist is at the origin and whose thumb is on the right: little, ring, middle and index finger."""
PALM = ((-25, 14), (-31, -10), (-41, -40), (-43, -72), (-38, -94), (-10, -103), (14, -105), (40, -97), (44, -70))
"""Units: its outline, from the wrist past the little finger to the index finger."""
HEEL = ((44, -44), (37, -14), (26, 14))  # units: the ball of the thumb, which closes that outline
THUMB = ((24, -16), (46, -42), (62, -70), (72, -98))  # units: along a thumb that is stretched
TUCKED = ((28, -18), (50, -46), (40, -68), (6, -72))
"""The thumb over folded fingers."""


@dataclass(frozen=True, kw_only=True)
class Pose:
    """The stretched ones of little, ring, middle and index finger; the thumb is beside the palm or over the rest."""

    stretched: tuple[bool, bool, bool, bool] = (True, True, True, True)
    spread: float = 1.0

    @property
    def tucks_thumb(self) -> bool:
        return not all(self.stretched)


OPEN = Pose()
CALM = Pose(spread=0.45)  # 0..1 of the fingers' own spread: a hand at ease
ONE = Pose(stretched=(False, False, False, True))
TWO = Pose(stretched=(False, False, True, True))
THREE = Pose(stretched=(False, True, True, True))


@dataclass(frozen=True, kw_only=True)
class Place:
    """The wrist of a hand, its turn to the right in degrees, and its size; mirrored on request."""

    x: float
    y: float
    turn: float = 0.0
    size: float = 1.0
    mirrored: bool = False

    def points(self, points: Sequence[Pair] | Points) -> Points:
        """Points of a hand on the canvas."""
        placed = np.asarray(points, np.float64) * ((-self.size if self.mirrored else self.size), self.size)
        angle = np.radians(self.turn)
        across = placed[:, 0] * np.cos(angle) - placed[:, 1] * np.sin(angle)
        down = placed[:, 0] * np.sin(angle) + placed[:, 1] * np.cos(angle)
        return np.stack([across + self.x, down + self.y], 1)


def palm(canvas: Canvas, palette: Palette, place: Place, pose: Pose = OPEN) -> Shape:
    """Draw a hand that shows its palm; returns the covered shape."""
    parts = [_palm(canvas, palette, place)]
    for finger, stretched in zip(FINGERS, pose.stretched, strict=True):
        if stretched:
            parts.append(_stretched(canvas, palette, place, finger, pose.spread))
    _mounds(canvas, palette, place, parts[0])
    for finger, stretched in zip(FINGERS, pose.stretched, strict=True):
        if not stretched:
            parts.append(_folded(canvas, palette, place, finger))
    parts.append(_thumb(canvas, palette, place, tucked=pose.tucks_thumb))
    return united(canvas, parts)


def back(canvas: Canvas, palette: Palette, place: Place, *, bend: float = 1.0) -> Shape:
    """Draw a relaxed hand from its back, fingers together and bent a little; returns the covered shape."""
    hand = _limb(canvas, palette, place, [closed(np.array([*PALM, *HEEL], float) * (0.92, 1.0))], radius=30)
    thumb = line([(22, -20), (44, -48), (50, -78), (42, -104)])
    parts = [_limb(canvas, palette, place, capsule(thumb, np.linspace(25, 17, len(thumb))), radius=11), hand]
    canvas.paint(hand, toned(rounded(hand, 30), palette))
    for number, finger in enumerate(FINGERS):
        x, y = finger.base
        tip = (x * 0.82 - 4 * bend, y - finger.length * (0.92 - 0.10 * bend))
        path = line([(x * 0.92, y + 16), (x * 0.95 + 3 * bend, y - finger.length * 0.42), tip])
        parts.append(
            _limb(
                canvas,
                palette,
                place,
                capsule(path, np.linspace(finger.width, 15.5, len(path))),
                radius=10,
                root=(path[0] + (0, 8), path[0] - (0, 22)),
            )
        )
        nail = place.points(oval(tip[0], tip[1] + 1, 5.2, 7.2))
        shape = canvas.shape(nail).blurred(0.6)
        canvas.paint(shape, mix(palette.skin[2], (1.0, 0.86, 0.84), 0.5), 0.75)
        canvas.light(
            canvas.shape(place.points(oval(tip[0] - 1.4, tip[1] - 1.5, 1.6, 3.0))).blurred(0.9), (1, 1, 1), 0.3
        )
        if number:
            gap = place.points(ribbon(line([(x - 11, y - 8), (x - 10.5, y + 10), (x - 8, y + 26)]), 3))
            canvas.shade(canvas.shape(gap).blurred(2.5).within(hand), mix(palette.skin[0], palette.skin[3], 0.3), 0.4)
    return united(canvas, parts)


def united(canvas: Canvas, parts: Sequence[Shape]) -> Shape:
    """The union of some shapes."""
    low = np.min([(each.left, each.top) for each in parts], 0)
    high = np.max([(each.left + each.alpha.shape[1], each.top + each.alpha.shape[0]) for each in parts], 0)
    alpha = np.zeros((high[1] - low[1], high[0] - low[0]), np.float32)
    for each in parts:
        rows = slice(each.top - low[1], each.top - low[1] + each.alpha.shape[0])
        columns = slice(each.left - low[0], each.left - low[0] + each.alpha.shape[1])
        alpha[rows, columns] = np.maximum(alpha[rows, columns], each.alpha)
    return replace(parts[0], alpha=alpha, left=int(low[0]), top=int(low[1]))


def rounded(shape: Shape, radius: float) -> Pixels:
    """The light on a shape that is as round as `radius` units at its edges, 0..1."""
    margin = int(3 * radius * shape.scale)
    soft = blur(np.pad(shape.alpha, margin), 0.55 * radius * shape.scale)[margin:-margin, margin:-margin]
    depth = np.clip(soft * 1.9 - 0.75, 0, 1)
    height = radius * np.sqrt(1 - (1 - depth) ** 2)
    slope_y, slope_x = np.gradient(blur(height, 1.2 * shape.scale), 1 / shape.scale)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    key = (-slope_x * KEY_LIGHT[0] - slope_y * KEY_LIGHT[1] + KEY_LIGHT[2]) / length
    light = 0.16 + 0.78 * np.clip(0.15 + 0.85 * key, 0, 1) + 0.06 * np.clip(key, 0, 1) ** 20
    return np.asarray(np.clip(light, 0, 1), np.float32)


def capsule(path: Points, widths: Points) -> list[Points]:
    """The outlines of a line with round ends."""
    ends = [oval(path[end, 0], path[end, 1], widths[end] / 2, widths[end] / 2) for end in (0, -1)]
    return [ribbon(path, widths), *ends]


def _limb(
    canvas: Canvas,
    palette: Palette,
    place: Place,
    outlines: Sequence[Points],
    *,
    radius: float,
    shadow: float = 0.35,
    root: tuple[Points, Points] | None = None,
) -> Shape:
    """A part of a hand; from the first point of its `root` to the second it grows out of the part below."""
    shape = canvas.shape(*(place.points(each) for each in outlines))
    if root is not None:
        start, end = place.points(np.array(root))
        way = (end - start) / ((end - start) ** 2).sum()
        x, y = shape.grid
        shape = shape.times(np.clip((x - start[0]) * way[0] + (y - start[1]) * way[1], 0, 1))
    deep, _, _, bright = palette.skin
    canvas.shade(shape.blurred(2.2), mix(deep, bright, 0.35), shadow)
    canvas.paint(shape, toned(rounded(shape, radius * place.size), palette))
    return shape


def _palm(canvas: Canvas, palette: Palette, place: Place) -> Shape:
    return _limb(canvas, palette, place, [closed([*PALM, *HEEL])], radius=26)


def _mounds(canvas: Canvas, palette: Palette, place: Place, hand: Shape) -> None:
    """The ball of the thumb, the creases, and the blush of a palm."""
    deep, shadow, _, bright = palette.skin
    canvas.paint(canvas.shape(place.points(oval(20, -34, 20, 30, 24))).blurred(9).within(hand), palette.blush, 0.16)
    canvas.light(canvas.shape(place.points(oval(18, -38, 13, 20, 24))).blurred(8).within(hand), bright, 0.22)
    canvas.light(canvas.shape(place.points(oval(-22, -40, 11, 24))).blurred(8).within(hand), bright, 0.16)
    canvas.shade(canvas.shape(place.points(oval(2, -58, 15, 17))).blurred(9).within(hand), mix(deep, bright, 0.5), 0.26)
    for crease in (
        [(38, -74), (14, -66), (-4, -44), (-6, -18)],
        [(40, -80), (10, -76), (-14, -62), (-34, -52)],
        [(-40, -70), (-16, -76), (6, -84), (20, -96)],
    ):
        path = line(crease)
        shape = canvas.shape(
            place.points(ribbon(path, np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 1], [1, 2, 0.8])))
        )
        canvas.shade(shape.blurred(0.9).within(hand), mix(deep, shadow, 0.35), 0.30)


def _stretched(canvas: Canvas, palette: Palette, place: Place, finger: Finger, spread: float) -> Shape:
    angle = np.radians(finger.lean * spread)
    way = np.array([np.sin(angle), -np.cos(angle)])
    base = np.asarray(finger.base) - 16 * way
    path = base + np.linspace(0, finger.length + 8, 24)[:, None] * way
    widths = np.interp(np.linspace(0, 1, 24), [0, 0.4, 0.75, 1], [1.0, 0.97, 0.93, 0.74]) * finger.width
    root = (path[0] - 6 * way, path[0] + 20 * way)
    shape = _limb(canvas, palette, place, capsule(path, widths), radius=10.5, root=root)
    deep, shadow, _, _bright = palette.skin
    across = np.array([way[1], -way[0]])
    for share in (0.36, 0.66):
        middle = base + (16 + share * finger.length) * way
        joint = np.stack([middle - across * finger.width * 0.36, middle + across * finger.width * 0.36])
        crease = canvas.shape(place.points(ribbon(joint, 1.5))).blurred(0.9).within(shape)
        canvas.shade(crease, mix(deep, shadow, 0.4), 0.3)
    tip = base + (finger.length + 8) * way
    canvas.paint(canvas.shape(place.points(oval(tip[0], tip[1], 6, 6))).blurred(4).within(shape), palette.blush, 0.22)
    return shape


def _folded(canvas: Canvas, palette: Palette, place: Place, finger: Finger) -> Shape:
    x, y = finger.base
    path = line([(x, y - 8), (x * 0.97, y + 16), (x * 0.86, y + 40)])
    shape = _limb(
        canvas, palette, place, capsule(path, np.linspace(finger.width + 2, 17, len(path))), radius=11, shadow=0.5
    )
    joint = place.points(ribbon(np.array([(x - 7, y + 12.0), (x + 7, y + 12.0)]), 1.6))
    canvas.shade(canvas.shape(joint).blurred(1.2).within(shape), mix(palette.skin[0], palette.skin[1], 0.4), 0.28)
    nail = canvas.shape(place.points(oval(x * 0.87, y + 40, 5, 6))).blurred(0.6)
    canvas.paint(nail, mix(palette.skin[2], (1.0, 0.86, 0.84), 0.5), 0.7)
    return shape


def _thumb(canvas: Canvas, palette: Palette, place: Place, *, tucked: bool) -> Shape:
    path = line(TUCKED if tucked else THUMB)
    widths = np.interp(np.linspace(0, 1, len(path)), [0, 0.5, 0.85, 1], [34, 25, 22, 17])
    root = (path[0] + (-12, 10), path[0] + (20, -22))
    shape = _limb(canvas, palette, place, capsule(path, widths), radius=12, shadow=0.4 if tucked else 0.2, root=root)
    if tucked:
        x, y = TUCKED[-1]
        nail = canvas.shape(place.points(oval(x - 1, y - 1, 6.5, 5))).blurred(0.6)
        canvas.paint(nail, mix(palette.skin[2], (1.0, 0.86, 0.84), 0.5), 0.7)
    return shape
