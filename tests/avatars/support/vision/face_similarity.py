"""Face similarity by an embedding that knows nothing of the renderer.

dlib's network maps a face to 128 numbers; those of one person are nearer than 0.6. Its weights come in a package.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import Face
from avatars.engines.puppet.face.topology import EYES, NOSE_BASE

SIDE, MARGIN = 150, 0.25
WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat"


class Likeness:
    """The face of a portrait, `face` being where it is in that."""

    def __init__(self, portrait: Picture, face: Face) -> None:
        self._known = described(portrait, face)

    def distance(self, frame: Picture, face: Face) -> float:
        """How unlike the portrait's a face is: 0 for the same picture, about 0.6 and more for another person."""
        return float(np.linalg.norm(described(frame, face) - self._known))


def described(picture: Picture, face: Face) -> NDArray[np.float64]:
    """The 128 numbers of a face."""
    import dlib

    right, left = EYES[1], EYES[0]
    # dlib's order: its five points are the corners of both eyes, the outer ones first, and the base of the nose.
    corners = (right.upper[-1], right.upper[0], left.upper[0], left.upper[-1], NOSE_BASE)
    spots = [dlib.point(*face.points[number, :2].round().astype(int).tolist()) for number in corners]
    place = dlib.full_object_detection(dlib.rectangle(*(round(edge) for edge in face.box)), spots)
    chip = dlib.get_face_chip(np.ascontiguousarray(picture), place, SIDE, MARGIN)
    return np.array(_network().compute_face_descriptor(chip))


@cache
def _network() -> Any:
    import dlib

    # Importing the package would need pkg_resources, which setuptools no longer brings.
    package = find_spec("face_recognition_models")
    assert package is not None
    assert package.origin is not None
    return dlib.face_recognition_model_v1(str(Path(package.origin).parent / "models" / WEIGHTS))
