"""A portrait made ready to move: measured and computed once, before the first frame."""

from dataclasses import dataclass, field

import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Anatomy, Box, anatomy
from avatars.engines.puppet.face.lip_seam import on_seam
from avatars.engines.puppet.face.mesh import Face, FaceMesh, Floats
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.face.topology import CHIN, FOREHEAD
from avatars.engines.puppet.rig.body import Surroundings
from avatars.engines.puppet.rig.displacement import Fields, make_fields
from avatars.engines.puppet.rig.expressions import displacements
from avatars.exceptions import PortraitError

CALM_FROM, CALM_TO = 20.0, 35.0
"""Degrees that a portrait is turned: from here motions are smaller; beyond, it is refused."""
SHOULDERS, CHEST = 3.2, 5.2
"""Eye distances (90 mm in adults) from the middle of the face: shoulders are 2.6 of them away, and the body below the
chest does not rise with the breath."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """`region` is the part of the portrait that can move, `picture` its pixels, `face` measured within it.

    `amplitude` is 1 for a frontal face and less for one that is turned, because its far side cannot be seen. `response`
    is the result of `calibration.measure`, empty before.
    """

    portrait: Picture
    region: Box
    picture: Picture
    face: Anatomy
    fields: Fields
    amplitude: float
    response: Floats = field(default_factory=lambda: np.empty((0, 0)))


def build(portrait: Picture, mesh: FaceMesh, person: PersonMask) -> Rig:
    """Rig of the largest face. Raises `PortraitError` where there is none."""
    faces = mesh.find(portrait)
    if not faces:
        raise PortraitError(
            "No face was found in the portrait.",
            code="no_face",
            remedy="Choose a picture in which the face looks at the camera and is well lit.",
        )
    region = _region(faces[0], portrait.shape[1], portrait.shape[0])
    picture = np.ascontiguousarray(portrait[region.area])
    face = anatomy(faces[0].points - np.array([region.left, region.top, 0.0]))
    if not face.shows_teeth:
        face = anatomy(on_seam(picture, face))
    around = Surroundings(
        width=region.width,
        height=region.height,
        person=np.ascontiguousarray(person(portrait)[region.area]),
        open_sides=(
            region.left > 0,
            region.top > 0,
            region.right < portrait.shape[1],
            region.bottom < portrait.shape[0],
        ),
    )
    turned = float(np.clip((abs(face.yaw) - CALM_FROM) / (CALM_TO - CALM_FROM), 0.0, 1.0))
    return Rig(
        portrait=portrait,
        region=region,
        picture=picture,
        face=face,
        fields=make_fields(face, displacements(face), around),
        amplitude=1.0 - 0.5 * turned,
    )


def _region(face: Face, width: int, height: int) -> Box:
    forehead, chin = face.points[FOREHEAD], face.points[CHIN]
    x, y = (forehead + chin)[:2] / 2
    tall = float(np.linalg.norm(chin - forehead))
    wide = max(SHOULDERS * face.eye_distance, 1.25 * tall)
    region = Box(
        left=int(x - wide), top=int(y - 1.75 * tall), right=int(x + wide), bottom=int(y + CHEST * face.eye_distance)
    )
    return region.within(width, height)
