"""The upright turn of a picture, by the faces in it: cameras lose EXIF, and scanned pictures never had it.

The face detector finds heads that lie on their side, with their angle. It takes heads upside down for upright ones,
badly: the points of such a face do not stay when it is measured again.
"""

from typing import NamedTuple

import numpy as np

from avatars.engines.base import Picture
from avatars.engines.faces import COVERED, SeenFace
from avatars.engines.puppet.face import findings

QUARTER = 90  # degrees
LYING = 50.0
"""Degrees from which a head is taken to lie: a person tilts it by 45 at most."""
PHANTOM = 0.045
"""Doubt about mouth and eyes at once from which a find is no face: a rocket and hair that were taken for one have 0.052
and 0.10, while faces that are small, turned or covered leave one of both below 0.041, most below 0.026."""
LARGE = 0.4
"""Of the largest face: smaller ones are in the background."""
LOOKED_AT = 4  # candidates that are measured in each turn: faces are among the likeliest


class Upright(NamedTuple):
    """A picture turned clockwise by `turn` degrees, and its faces."""

    picture: Picture
    turn: int
    faces: tuple[SeenFace, ...]


def upright(picture: Picture) -> Upright:
    """The picture so that its faces are upright, as far as quarter turns can, and the faces without phantoms."""
    faces = findings.look(picture, doubts=LOOKED_AT)
    turn = 0
    if not faces or _doubt(faces[0]) > COVERED:
        over = findings.look(_turned(picture, 2 * QUARTER), doubts=LOOKED_AT)
        if over and (not faces or _doubt(over[0]) < _doubt(faces[0]) / 2):
            faces, turn = over, 2 * QUARTER
    lying = round(-float(np.median([face.roll for face in _large(faces)])) / QUARTER) if faces else 0
    if lying and abs(float(np.median([face.roll for face in _large(faces)]))) > LYING:
        turn = (turn + lying * QUARTER) % (4 * QUARTER)
        picture = _turned(picture, turn)
        faces = findings.look(picture, doubts=LOOKED_AT)
    elif turn:
        picture = _turned(picture, turn)
    return Upright(picture, turn, tuple(face for face in faces if not _is_phantom(face)))


def _large(faces: tuple[SeenFace, ...]) -> list[SeenFace]:
    real = [face for face in faces if not _is_phantom(face)] or list(faces)
    return [face for face in real if face.eye_distance > LARGE * real[0].eye_distance]


def _doubt(face: SeenFace) -> float:
    return (face.mouth_doubt or 0.0) + (face.eyes_doubt or 0.0)


def _is_phantom(face: SeenFace) -> bool:
    return min(face.mouth_doubt or 0.0, face.eyes_doubt or 0.0) > PHANTOM


def _turned(picture: Picture, degrees: int) -> Picture:
    """Turned clockwise."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // QUARTER))
