"""A face mended in the place that networks for faces know: upright, 512 pixels, eyes and mouth in their places."""

from collections.abc import Callable

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.engines.puppet.face.topology import EYES, MOUTH_LEFT, MOUTH_RIGHT

SIDE = 512  # pixels of the square that networks for faces take
NOSE_TIP = 1  # point of the mesh
# Both eyes, the tip of the nose, both corners of the mouth: where the pictures that they learnt from have them.
PLACES = np.array(
    [[192.98, 239.95], [318.90, 240.19], [256.63, 314.02], [201.26, 371.41], [313.09, 371.15]], np.float32
)
RIM, SOFT = 24, 12.0  # pixels of the 512 that stay unmended along the edges, and sigma of the way to them


def mend(picture: Picture, run: Callable[[Picture], Picture]) -> Picture:
    """The picture with its largest face mended; as it is where it has none. Raises `ValueError`."""
    faces = FaceMesh().find(picture)
    if not faces:
        return picture
    there, _ = cv2.estimateAffinePartial2D(_points(faces[0]), PLACES, method=cv2.LMEDS)
    if there is None:
        return picture
    upright = cv2.warpAffine(picture, there, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    made = run(upright)
    if made.shape != (SIDE, SIDE, 3):
        raise ValueError(f"The network gave {made.shape}.")
    height, width = picture.shape[:2]
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[RIM:-RIM, RIM:-RIM] = 1
    mask = cv2.GaussianBlur(mask, (0, 0), SOFT)
    back = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    placed = cv2.warpAffine(made, there, (width, height), flags=back, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(mask, there, (width, height), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR)[..., None]
    mixed = picture + (placed.astype(np.float32) - picture) * share
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _points(face: Face) -> "np.typing.NDArray[np.float32]":
    eyes = [face.points[list({*eye.upper, *eye.lower}), :2].mean(axis=0) for eye in EYES]
    others = [face.points[index, :2] for index in (NOSE_TIP, MOUTH_LEFT, MOUTH_RIGHT)]
    return np.asarray(np.stack([*eyes, *others]), np.float32)
