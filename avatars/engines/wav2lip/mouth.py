"""The cut of the network's face from a frame, and the way of its mouth back: along the mesh, with a soft edge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import Face
from avatars.engines.puppet.face.topology import CHIN, FOREHEAD, NOSE_BASE, OVAL
from avatars.engines.wav2lip.network import SIDE

Floats = NDArray[np.float32]

# Of the face's height and width: its box as the detector would have cut it, from the forehead's middle to below the
# chin, and a little wider.
FROM_FOREHEAD, BELOW_CHIN, BESIDE = 0.12, 0.07, 0.02
# From cheek to cheek by the chin, as the oval runs.
LOWER = OVAL[9:28]
SOFT = 0.12  # of a quarter of the cut's size, sigma: the soft edge of the pasted mouth
INWARD = 0.08  # of the way to the middle: the pasted part ends within the face


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A part of a frame in whole pixels, and how much of it is replaced: `mask` (height, width, 1), 0..1."""

    left: int
    top: int
    mask: Floats

    @property
    def area(self) -> tuple[slice, slice]:
        height, width = self.mask.shape[:2]
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def cut(face: Face, width: int, height: int) -> Cut:
    """The place of a frame's face, and its lower half as the mesh has it."""
    points = face.points[:, :2]
    left, top, right, bottom = face.box
    tall, wide = bottom - top, right - left
    x0, x1 = max(0, round(left - BESIDE * wide)), min(width, round(right + BESIDE * wide))
    y0, y1 = max(0, round(top + FROM_FOREHEAD * tall)), min(height, round(bottom + BELOW_CHIN * tall))
    mask = np.zeros((y1 - y0, x1 - x0), np.float32)
    edge = np.concatenate([points[list(LOWER)], points[[NOSE_BASE]]])
    middle = (points[NOSE_BASE] + points[CHIN]) / 2
    inner = middle + (edge - middle) * (1 - INWARD)
    cv2.fillPoly(mask, [np.round(inner - (x0, y0)).astype(np.int32)], 1.0, cv2.LINE_AA)
    size = float(np.linalg.norm(points[CHIN] - points[FOREHEAD]))
    mask = cv2.GaussianBlur(mask, (0, 0), max(1.0, SOFT * size / 4))
    # At the edge of the cut nothing may be left of it.
    fade = _fade(mask.shape[0])[:, None] * _fade(mask.shape[1])[None]
    return Cut(left=x0, top=y0, mask=(mask * fade)[..., None].astype(np.float32))


def crop(frame: Picture, place: Cut) -> Floats:
    """The network's view of a frame: (6, 96, 96), BGR, 0..1; first with its lower half hidden, then whole."""
    small = cv2.resize(frame[place.area], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    whole = small[..., ::-1].transpose(2, 0, 1).astype(np.float32) / 255
    hidden = whole.copy()
    hidden[:, SIDE // 2 :] = 0
    return np.concatenate([hidden, whole])


def paste(frame: Picture, place: Cut, made: Floats) -> Picture:
    """A copy of the frame with the mouth of `made` (3, 96, 96), BGR, 0..1."""
    pasted = frame.copy()
    target = pasted[place.area]
    height, width = target.shape[:2]
    large = cv2.resize(made.transpose(1, 2, 0)[..., ::-1] * 255, (width, height), interpolation=cv2.INTER_CUBIC)
    mixed = target + (np.clip(large, 0, 255) - target) * place.mask
    target[:] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return pasted


def _fade(length: int) -> Floats:
    margin = max(2, length // 24)
    place = np.arange(length, dtype=np.float32)
    return np.clip(np.minimum(place, length - 1 - place) / margin, 0, 1)
