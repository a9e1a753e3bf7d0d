"""A face at a size that measurements are made for, however large its picture is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.faces import SeenFace

UNIT = 160.0
"""Pixels between the outer corners of the eyes, at most: a head that fills a video of 720 pixels has about as many."""


@dataclass(frozen=True, kw_only=True)
class Closeup:
    """`picture` is the RGB of a face's box, `points` are its mesh in it, `unit` is the distance of its eyes."""

    picture: Picture
    points: NDArray[np.float64]
    unit: float

    def inside(self, *outlines: tuple[int, ...]) -> NDArray[np.bool_]:
        """The pixels within outlines of mesh points."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        for outline in outlines:
            cv2.fillPoly(mask, [self.points[list(outline)].round().astype(np.int32)], 1)
        return mask > 0


def closeup(picture: Picture, face: SeenFace) -> Closeup:
    """The part of a picture that shows this face; empty where the face is outside."""
    left, top, right, bottom = (max(0, round(edge)) for edge in face.box)
    part = picture[top:bottom, left:right]
    points = np.array(face.points, np.float64) - [left, top]
    scale = min(1.0, UNIT / face.eye_distance)
    if scale < 1 and part.size:
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return Closeup(picture=part, points=points * scale, unit=face.eye_distance * scale)
