"""All faces of a picture, of any size and place, as plain values for the check of pictures."""

from functools import cache

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.faces import SeenFace
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.engines.puppet.face.topology import EYES, LIPS

LONGEST = 1440  # pixels of the longer side: a larger picture takes no longer
LIDS = sorted({point for eye in EYES for point in eye.upper + eye.lower})


def look(picture: Picture, *, doubts: int = 1) -> tuple[SeenFace, ...]:
    """Every face of an RGB picture, largest first, none twice; the largest `doubts` of them with their doubts.

    It takes a tenth of a second of CPU, and up to a fifteenth more for each face with doubts, at any size: pictures
    larger than `LONGEST` are shrunk. Raises `EngineMissing` where the model or LiteRT is absent.
    """
    shrink = min(1.0, LONGEST / max(picture.shape[:2]))
    if shrink < 1:
        size = max(1, round(picture.shape[1] * shrink)), max(1, round(picture.shape[0] * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    faces = mesh().find(picture, thorough=True)
    described = (seen(face, picture if i < doubts else None) for i, face in enumerate(faces))
    return tuple(face if shrink == 1 else face.scaled(1 / shrink) for face in described)


@cache
def mesh() -> FaceMesh:
    return FaceMesh()


def seen(face: Face, picture: Picture | None = None) -> SeenFace:
    """A measured face as plain values, with its doubts if the `picture` is given."""
    right, down, _ = face.axes.T
    mouth = eyes = None
    if picture is not None:
        off = mesh().unsteadiness(picture, face)
        mouth, eyes = float(off[LIPS].mean()), float(off[LIDS].mean())
    return SeenFace(
        score=face.score,
        box=face.box,
        points=tuple((float(x), float(y)) for x, y in face.points[:, :2]),
        yaw=face.yaw,
        pitch=float(np.degrees(np.arctan2(down[2], down[1]))),
        roll=float(np.degrees(np.arctan2(right[1], right[0]))),
        eye_distance=face.eye_distance,
        gap=max(0.0, float(anatomy(face.points).gaps.max())),
        mouth_doubt=mouth,
        eyes_doubt=eyes,
    )
