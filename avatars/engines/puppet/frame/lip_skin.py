"""The lips of a portrait that shows teeth, as if they went on behind their edges."""

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.frame.mouth_interior import opening

RIM = 0.010
"""Eye distances beyond the mesh's opening in which teeth are looked for."""
DARK, SOFT = 0.35, 0.006
"""The darkening of lips where they turn inwards, and its width in eye distances: the line between shut lips."""


def without_teeth(picture: Picture, face: Anatomy) -> Picture:
    """The picture with skin of the lips in place of teeth between them; itself where the mouth is shut.

    Lips that are drawn in bring their surroundings along, and teeth would hang from their edges.
    """
    if not face.shows_teeth:
        return picture
    reach = max(1, round(RIM * face.unit))
    between = opening(picture, face)
    gone = cv2.dilate(between, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    left, top, width, height = cv2.boundingRect(gone)
    margin = max(4, round(0.05 * face.unit))
    around = slice(max(0, top - margin), top + height + margin), slice(max(0, left - margin), left + width + margin)
    filled = picture.copy()
    part, hole = np.ascontiguousarray(picture[around]), np.ascontiguousarray(gone[around])
    skin = cv2.inpaint(part, hole, 3, cv2.INPAINT_TELEA)
    shade = cv2.GaussianBlur(between[around].astype(np.float32) / 255, (0, 0), max(0.7, SOFT * face.unit))
    filled[around] = skin * (1 - DARK * shade[..., None])
    return filled
