"""The motion of the 478 points for each expression, in face axes and units (1: between the outer eye corners)."""

from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.geometry import Anatomy, smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import (
    CHIN,
    CORNERS,
    EYES,
    HINGES,
    INNER_LOWER,
    INNER_UPPER,
    LIP_BOTTOM,
    LIPS,
    LOWER_LIP,
    LOWER_RINGS,
    NOSE_BASE,
    OUTER_LOWER,
    OUTER_UPPER,
    UPPER_LIP,
    UPPER_RINGS,
)
from avatars.engines.puppet.rig.parameters import Expression

JAW_DROP = 0.22  # eye distances that the lower lip falls at a jaw of 1: the widest vowel of 0.78 opens 15 mm
SPREAD, SHUT_IN, JAW_NARROWS = 0.20, 0.05, 0.028
"""Of a point's distance from the middle: spread lips, a smile that closes; eye distances: an open jaw."""
RAISE, DROP = 0.045, 0.055  # eye distances: the upper lip up, the lower lip down, beside the jaw
SEALED = 0.018  # eye distances by which round lips close near the corners, so that their opening is round as well
RINGS, RING_UP, RING_FORM = (0.78, 0.84, 0.92, 1.0), 0.30, 0.8
"""Half the width of the opening of rounded lips, as a share of half the mouth, from the inner edges of the lips to the
outer ones; the share of its height that is above the seam, since an opening by the lower lip alone is a sickle; and
its form, between an ellipse (0.5) and a bow (1)."""
RING_FOLLOWS = (1.0, 0.9, 0.75, 0.60)
"""0..1: how much each ring follows the rounding, from the inner edge of the lips to the outer one."""
OWN_TEETH_RING = 0.5
"""The share of the rounding for lips apart in the portrait: the picture has no lip where they would meet."""
LAUGH_GAP, LAUGH_HALF, LAUGH_LESS = (0.175, 0.21), (0.30, 0.325), 0.6
"""The ranges over which a mouth counts as laughing, by its gap and half its width in the portrait, and the share of the
rounding that it lacks. Of `tests.benchmarks.pictures.strangers` smiles have gaps of 0.06 to 0.173, the laugh has
0.216."""
UPPER_SHARE = 0.36  # of the gap of an open portrait: the upper lip's part of closing it; the lower lip does the rest
FOLLOW_UPPER, FOLLOW_LOWER = (1.0, 0.95, 0.85, 0.70), (1.0, 0.95, 0.85, 0.75)
"""0..1: how much each ring follows when a portrait is closed, from the inner edge outwards."""


@dataclass(frozen=True, kw_only=True)
class _Mouth:
    """Measures of the mouth that all motions use, one value per point.

    `across` is the place along the mouth (±1 at the corners), `arch` 1 in the middle and 0 at the corners, `near` 1 on
    the lips and fading on the skin, `lower` 1 below the seam, `thickness` the way from a lip point to its seam.
    """

    face: Anatomy
    across: Floats
    arch: Floats
    near: Floats
    lower: Floats
    seam: Floats
    thickness: Floats

    @property
    def side(self) -> Floats:
        """-1 on the upper lip, +1 on the lower, 0 elsewhere."""
        side = np.zeros(len(self.across))
        side[UPPER_LIP], side[LOWER_LIP] = -1, 1
        return side


def displacements(face: Anatomy) -> Floats:
    """Displacement of every point for every `Expression` at 1: shape (len(Expression), 478, 3)."""
    mouth = _mouth(face)
    moves = np.zeros((len(Expression), len(face.local), 3))
    moves[Expression.JAW] = _jaw(mouth)
    moves[Expression.WIDE] = _wide(mouth)
    moves[Expression.ROUND] = _round(mouth)
    moves[Expression.POUT, :, 1] = _pout(mouth)
    moves[Expression.RAISE, :, 1] = _raise(mouth)
    moves[Expression.DROP, :, 1] = _drop(mouth)
    moves[Expression.PRESS, :, 1] = mouth.thickness * 0.22 * np.clip(mouth.arch + 0.2, 0, 1)
    moves[Expression.SMILE, :, 0] = face.local[:, 0] * 0.15 * mouth.near
    moves[Expression.SMILE, :, 1] = -0.055 * (1 - mouth.arch) * mouth.near
    moves[Expression.NEUTRAL] = _neutral(mouth, moves[Expression.JAW])
    for eye in EYES:
        moves[Expression.BROW, list(eye.brow), 1] = -0.045
    return moves


def _mouth(face: Anatomy) -> _Mouth:
    local = face.local
    across = local[:, 0] / face.half_mouth
    ring = local[list(OUTER_UPPER + OUTER_LOWER), :2]
    distance = np.sqrt(((local[:, None, :2] - ring[None]) ** 2).sum(axis=-1)).min(axis=1)
    distance[LIPS] = 0
    upper, lower = local[list(INNER_UPPER)], local[list(INNER_LOWER)]
    seam = np.interp(local[:, 0], upper[:, 0], (upper[:, 1] + lower[:, 1]) / 2)
    below = (local[:, 1] > seam).astype(np.float64)
    below[UPPER_LIP], below[LOWER_LIP], below[CORNERS] = 0, 1, 0.5
    thickness = np.zeros(len(local))
    for rings in (UPPER_RINGS, LOWER_RINGS):
        for points in rings[1:]:
            middle, rim = list(points[1:-1]), list(rings[0][1:-1])
            thickness[middle] = local[rim, 1] - local[middle, 1]
    return _Mouth(
        face=face,
        across=across,
        arch=1 - np.clip(np.abs(across), 0, 1) ** 2.2,
        near=np.exp(-((distance / 0.17) ** 2)),
        lower=below,
        seam=seam,
        thickness=thickness,
    )


def _jaw(mouth: _Mouth) -> Floats:
    """The jaw turns about its hinges, so that the chin also goes back; the upper lip only follows at the corners."""
    local = mouth.face.local
    hinge = local[list(HINGES)].mean(axis=0)
    lever = hinge[2] - local[LIP_BOTTOM, 2]
    turn: Floats = np.stack([np.zeros(len(local)), hinge[2] - local[:, 2], local[:, 1] - hinge[1]], axis=1) / lever
    move: Floats = turn * (_jaw_share(mouth) * JAW_DROP)[:, None]
    move[:, 0] -= np.sign(mouth.across) * np.minimum(np.abs(mouth.across), 1) * JAW_NARROWS * mouth.near
    return move


def _jaw_share(mouth: _Mouth) -> Floats:
    local, half = mouth.face.local, mouth.face.half_mouth
    x, y = np.abs(local[:, 0]), local[:, 1]
    nose, chin = local[NOSE_BASE, 1], local[CHIN, 1]
    down_the_face = smoothstep(nose + 0.03, chin - 0.02, y)
    under_the_lips = smoothstep(0, 0.12, y - mouth.seam) * np.exp(-((x / 0.42) ** 4))
    share = np.clip(np.maximum(down_the_face * 0.95, under_the_lips), 0, 1)
    depth = np.clip((y - nose) / np.maximum(mouth.seam - nose, 1e-6), 0, 1)
    beside = 0.25 * smoothstep(0.6, 1.2, np.abs(mouth.across)) * depth * depth * (3 - 2 * depth)
    share = np.where((y < mouth.seam) & (x < half * 1.05), beside, share)
    share = np.where(y < nose, 0.0, share)
    share[UPPER_LIP] = _upper_share(mouth)[UPPER_LIP]
    share[LOWER_LIP] = _lower_share(mouth)[LOWER_LIP]
    share[CORNERS] = 0.33
    return share


def _upper_share(mouth: _Mouth) -> Floats:
    share: Floats = 0.30 * np.clip(np.abs(mouth.across), 0, 1) ** 2.5
    return share


def _lower_share(mouth: _Mouth) -> Floats:
    share: Floats = 0.36 + 0.64 * mouth.arch**0.8
    return share


def _wide(mouth: _Mouth) -> Floats:
    local = mouth.face.local
    move = np.zeros_like(local)
    move[:, 0] = local[:, 0] * SPREAD * mouth.near * np.clip(1.2 - 0.2 * np.abs(mouth.across), 0.3, 1)
    move[:, 1] = -0.012 * np.clip(np.abs(mouth.across), 0, 1) ** 2 * mouth.near + mouth.thickness * 0.10
    return move


def drawn_in(face: Anatomy) -> float:
    """The share of its width by which a mouth is pulled in when it is rounded.

    One that is broad already (a smile) looks like a duck's when it is pulled in as far as a narrow one, and one that
    laughs has its lips stretched so far that they smear.
    """
    narrow = float(np.clip(1.35 - 1.92 * (2 * face.half_mouth - 0.52), 0.62, 1.05))
    return 0.34 * narrow * (1 - LAUGH_LESS * _laughing(face))


def _laughing(face: Anatomy) -> float:
    """1 for lips that are far apart in a wide mouth, 0 for those that speak, are round or smile."""
    wide, apart = np.array(face.half_mouth), face.gaps.max()
    return float(smoothstep(*LAUGH_HALF, wide) * smoothstep(*LAUGH_GAP, apart))


def _round(mouth: _Mouth) -> Floats:
    local = mouth.face.local
    pull = drawn_in(mouth.face)
    skin = np.clip(1 - np.abs(mouth.across) / 1.3, 0, 1) * mouth.near
    pout = np.where(mouth.side != 0, mouth.arch, skin)
    move = np.zeros_like(local)
    move[:, 0] = -local[:, 0] * pull * mouth.near * np.clip(1.1 - 0.25 * mouth.across**2, 0.2, 1)
    outwards = np.where(mouth.lower > 0.5, 1, -1)
    move[:, 1] = -mouth.thickness * 0.16 * mouth.arch + outwards * 0.006 * pout
    # The lips turn outwards; how far they are apart is for the jaw to say.
    move[list(INNER_UPPER + INNER_LOWER), 1] = 0
    # A smile is bent: drawn in along its own curve its corners come down, or it would become a beak.
    move[:, 1] += _bend(mouth) * (1 - (1 - pull) ** 2) * np.clip(np.abs(mouth.across), 0, 1) ** 2 * mouth.near
    # Narrow lips make a ring, not a beak: beside the middle they swell and part.
    across = np.clip(np.abs(mouth.across), 0, 1)
    beside = 2.6 * across * (1 - across**2)
    for rings in (UPPER_RINGS, LOWER_RINGS):
        for points, swell in zip(rings, (0.004, 0.012, 0.020, 0.026), strict=True):
            inner = list(points[1:-1])
            move[inner, 1] += (outwards * swell * beside)[inner]
    # The opening is as round: near the corners the lips meet.
    sealed = SEALED
    for rings in (UPPER_RINGS, LOWER_RINGS):
        for points, follow in zip(rings, (1.0, 0.8, 0.55, 0.3), strict=True):
            inner = list(points[1:-1])
            move[inner, 1] -= (outwards * sealed * follow * across**2.5)[inner]
    move[:, 2] = -0.06 * mouth.near * np.clip(1 - np.abs(mouth.across) * 0.5, 0, 1)
    return move


def _pout(mouth: _Mouth) -> Floats:
    """From the opening of a jaw, as broad as the mouth, to one that is round and in its middle."""
    across, move = np.abs(mouth.across), np.zeros(len(mouth.across))
    meet = _upper_share(mouth) - _lower_share(mouth)
    for upper, lower, width, follow in zip(UPPER_RINGS, LOWER_RINGS, RINGS, RING_FOLLOWS, strict=True):
        ring = np.clip(1 - (across / width) ** 2, 0, 1) ** RING_FORM
        for points, wanted in ((upper, -RING_UP * ring), (lower, meet + (1 - RING_UP) * ring)):
            inner = list(points[1:-1])
            move[inner] = wanted[inner] * follow * JAW_DROP
    return move * (OWN_TEETH_RING if mouth.face.shows_teeth else 1.0)


def _bend(mouth: _Mouth) -> float:
    """The height of the mouth's corners above its middle, as of a parabola through its seam; 0 where they hang."""
    inside = list(INNER_UPPER)
    arch = 1 - mouth.across[inside] ** 2
    return max(0.0, float(arch @ mouth.seam[inside] / (arch @ arch)))


def _raise(mouth: _Mouth) -> Floats:
    skin = (1 - mouth.lower) * np.clip(1 - np.abs(mouth.across) / 1.5, 0, 1) * mouth.near
    move = -RAISE * np.where(mouth.side < 0, 0.25 + 0.75 * mouth.arch, skin)
    move[CORNERS] = -0.006
    return move


def _drop(mouth: _Mouth) -> Floats:
    skin = mouth.lower * np.clip(1 - np.abs(mouth.across) / 1.5, 0, 1) * mouth.near**2
    move = DROP * np.where(mouth.side > 0, 0.15 + 0.85 * mouth.arch, skin)
    move[CORNERS] = 0.004
    return move


def _neutral(mouth: _Mouth, jaw: Floats) -> Floats:
    """Closes the mouth of a portrait that shows teeth: partly by the jaw, the rest by the lips."""
    face = mouth.face
    widest = float(face.gaps.max())
    move = -jaw * (0.55 * max(0.0, widest - 0.05) / JAW_DROP)
    for i in range(1, len(INNER_UPPER) - 1):
        rest = max(0.0, face.gaps[i] + move[INNER_LOWER[i], 1] - move[INNER_UPPER[i], 1])
        for ring, follow in zip(UPPER_RINGS, FOLLOW_UPPER, strict=True):
            move[ring[i], 1] += rest * UPPER_SHARE * follow
        for ring, follow in zip(LOWER_RINGS, FOLLOW_LOWER, strict=True):
            move[ring[i], 1] -= rest * (1 - UPPER_SHARE) * follow
    skin = (mouth.side == 0) & ~np.isin(np.arange(len(move)), CORNERS)
    pull = widest * np.clip(1 - np.abs(mouth.across), 0, 1)
    above, beneath = UPPER_SHARE * 0.5 * mouth.near**2, -(1 - UPPER_SHARE) * 0.55 * mouth.near**2
    move[skin, 1] += (pull * np.where(mouth.lower > 0.5, beneath, above))[skin]
    if face.shows_teeth:
        move[:, 0] -= face.local[:, 0] * SHUT_IN * mouth.near
    return move
