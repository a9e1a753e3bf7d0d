"""What goes wrong with portraits: turned, dark, bright, lit from one side, blurred and enlarged copies of a picture."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.findings import look

GAMMA = 2.2

Fault = Callable[[Picture, float], Picture]


def unit(picture: Picture) -> float:
    """The distance of the eyes in pixels; 100 where there is no face."""
    found = look(picture, doubts=0)
    return found[0].eye_distance if found else 100.0


def turned(picture: Picture, _unit: float, *, by: float) -> Picture:
    """Turned clockwise by some degrees, nothing cut off."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -by, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(height * sin + width * cos), round(height * cos + width * sin)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def exposed(picture: Picture, _unit: float, *, times: float) -> Picture:
    """With so many times the light."""
    light = np.clip((picture / 255.0) ** GAMMA * times, 0, 1)
    return (255 * light ** (1 / GAMMA)).astype(np.uint8)


def lit_from_right(picture: Picture, eye_distance: float, *, left: float) -> Picture:
    """With so much light on the left of the face, against that on the right."""
    found = look(picture, doubts=0)
    middle = found[0].points[1][0] if found else picture.shape[1] / 2
    across = (np.arange(picture.shape[1]) - middle) / eye_distance
    falls = left + (1 - left) / (1 + np.exp(-12 * across))
    return (255 * ((picture / 255.0) ** GAMMA * falls[None, :, None]) ** (1 / GAMMA)).astype(np.uint8)


def blurred(picture: Picture, eye_distance: float, *, by: float) -> Picture:
    """Out of focus by so many distances of the eyes."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), by * eye_distance), np.uint8)


def enlarged(picture: Picture, eye_distance: float, *, eyes: float) -> Picture:
    """As a picture was whose eyes were so many pixels apart."""
    scale = eyes / eye_distance
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


FAULTS: dict[str, Fault] = {
    **{f"turned {by}°": partial(turned, by=by) for by in (15, 30, 90, 180, 270)},
    **{f"light × {times}": partial(exposed, times=times) for times in (0.4, 0.1, 0.02, 2, 8)},
    **{f"left × {left}": partial(lit_from_right, left=left) for left in (0.5, 0.2)},
    **{f"blurred {by}": partial(blurred, by=by) for by in (0.01, 0.02, 0.03, 0.06)},
    "enlarged 14 px": partial(enlarged, eyes=14),
}
