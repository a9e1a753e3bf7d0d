"""The person's own teeth, from a frame of the video that shows them, for the mouth of the frame that does not."""

from dataclasses import replace

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.portrait_video import Track
from avatars.engines.puppet.face.colours import palette
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import LIP_TOP
from avatars.engines.puppet.frame.mouth_interior import Interior, Sprite, own_teeth_colour, paint
from avatars.engines.puppet.rig.parameters import Expression
from avatars.engines.puppet.rig.rig import Rig

LEAST, GOOD, MOST = 0.07, 0.12, 0.20
"""Between the lips, eye distances: in a mouth that is opened wider, the upper teeth are in the dark."""

REDDEST = 0.2
"""Of its red, by which the colour of teeth may exceed its green: 0.06 to 0.15 in lamplight, lips have 0.22 and more."""


def showing(track: Track) -> int | None:
    """The frame that shows teeth best: the head as in the reference frame, the lips well apart. None for a still
    mouth."""
    away = np.abs(track.angles - track.angles[track.reference]).sum(axis=1)
    moved = track.motion / max(float(np.median(track.motion)), 0.1)
    worse = away + moved + 60 * np.abs(track.gap - GOOD)
    worse[(track.gap < LEAST) | (track.gap > MOST)] = np.inf
    best = int(np.argmin(worse))
    return best if np.isfinite(worse[best]) else None


def with_own_teeth(interior: Interior, rig: Rig, frame: Picture, points: Floats, to_frame: Floats) -> Interior:
    """The inside of the mouth with the upper teeth of another frame, whose mesh is `points`; `to_frame` is its map.

    The same where that frame shows none.
    """
    if interior.drawn:
        return interior
    back = cv2.invertAffineTransform(to_frame)
    size = (rig.region.width, rig.region.height)
    place = back.copy()
    place[:, 2] -= [rig.region.left, rig.region.top]
    picture = cv2.warpAffine(frame, place, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mesh = points.copy()
    mesh[:, :2] = points[:, :2] @ place[:, :2].T + place[:, 2]
    mesh[:, 2] *= float(np.sqrt(abs(np.linalg.det(place[:, :2]))))
    face = anatomy(mesh)
    colours = own_teeth_colour(picture, face, palette(rig.picture, rig.face))
    red, green, _blue = colours.teeth
    if red - green > REDDEST * red:
        return interior
    closed = rig.face.points[LIP_TOP, :2] + rig.fields.points[Expression.NEUTRAL, LIP_TOP]
    shown = paint(picture, face, colours, float(face.in_mouth(closed)[1]) / face.unit)
    if not shown.owns_teeth:
        return interior
    return replace(interior, upper_teeth=_relaid(shown, interior), teeth_end=shown.teeth_end, owns_teeth=True)


def _relaid(shown: Interior, interior: Interior) -> Sprite:
    """The upper teeth of one canvas on another."""
    onto = cv2.invertAffineTransform(interior.to_pixels())
    place = onto[:, :2] @ shown.to_pixels()
    place[:, 2] += onto[:, 2]
    rows, columns = interior.upper_teeth.shape[:2]
    relaid: Sprite = cv2.warpAffine(shown.upper_teeth, place, (columns, rows), flags=cv2.INTER_LINEAR)
    return relaid
