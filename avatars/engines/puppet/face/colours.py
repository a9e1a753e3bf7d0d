"""The colours of a mouth that the portrait does not show, taken from the skin around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.face.topology import CHEEK_SKIN, EYES

Colour = NDArray[np.float32]

LUMA = np.array([0.30, 0.59, 0.11])  # shares of red, green and blue in brightness, as of Rec. 601
# Of the portraits of `tests.benchmarks.pictures.blinks`, small and enlarged ones too, a photograph has 0.50 or more, a
# drawing 0.30, and 0.49 once it was JPEG or WebP of medium quality.
DRAWN_BELOW = 0.49
GREY_BELOW = 5.0  # grey levels between the channels of skin, below which a portrait is black and white
WHITEST, FAIR_LIGHT = 95, 0.6
"""Percentile of the eyes' pixels that is their white; the most brightness (0..1) that is inferred from it."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """RGB 0..255. `drawn`: the portrait is an illustration, so its mouth is painted plainly."""

    teeth: Colour
    cavity: Colour
    tongue: Colour
    drawn: bool


def palette(picture: Picture, face: Anatomy) -> Palette:
    """Colours that suit a face's light and skin; grey for a grey picture."""
    skin = cheeks(picture, face)
    # Dark skin looks like little light. The white of the eyes tells the two apart.
    light = max(float(skin @ LUMA) / 255, min(_white_of_eyes(picture, face), FAIR_LIGHT))
    drawn = is_drawn(picture, face)
    tint = skin / skin.max()
    warm = 0.60 * np.array([1.0, 0.96, 0.88]) + 0.40 * (tint * 0.5 + 0.5) * np.array([1.0, 0.95, 0.86])
    if drawn:
        teeth, cavity, tongue = np.array([1.0, 0.975, 0.93]), np.array([0.36, 0.10, 0.11]), np.array([0.80, 0.38, 0.38])
        shade = float(np.clip(light * 1.3, 0.45, 1.0))
        colours = [teeth * shade, cavity * shade, tongue * shade]
    else:
        colours = [
            warm * np.clip(light * 1.55, 0.30, 0.98),
            np.array([0.33, 0.11, 0.10]) * np.clip(light * 1.2, 0.3, 0.9),
            np.array([0.74, 0.36, 0.36]) * np.clip(light * 1.25, 0.3, 0.9),
        ]
    if np.abs(skin - skin.mean()).max() < GREY_BELOW:
        colours = [np.full(3, colour @ LUMA) for colour in colours]
    teeth, cavity, tongue = (np.clip(colour * 255, 0, 255).astype(np.float32) for colour in colours)
    return Palette(teeth=teeth, cavity=cavity, tongue=tongue, drawn=drawn)


def is_drawn(picture: Picture, face: Anatomy) -> bool:
    """Whether the portrait is an illustration."""
    return _texture(picture, face) < DRAWN_BELOW


def cheeks(picture: Picture, face: Anatomy) -> NDArray[np.float64]:
    spots = face.points[list(CHEEK_SKIN), :2].round().astype(int)
    x = np.clip(spots[:, 0], 0, picture.shape[1] - 1)
    y = np.clip(spots[:, 1], 0, picture.shape[0] - 1)
    skin: NDArray[np.float64] = np.median(picture[y, x].astype(np.float64), axis=0)
    return np.maximum(skin, 1.0)


def _white_of_eyes(picture: Picture, face: Anatomy) -> float:
    """The lightness of the lightest parts between the lids, 0..1."""
    inside = np.zeros(picture.shape[:2], np.uint8)
    for eye in EYES:
        lids = face.points[[*eye.upper, *eye.lower[::-1]], :2]
        cv2.fillPoly(inside, [lids.round().astype(np.int32)], 1)
    seen = picture[inside > 0].astype(np.float64) @ LUMA
    return float(np.percentile(seen, WHITEST)) / 255 if len(seen) else 0.0


def _texture(picture: Picture, face: Anatomy) -> float:
    """The fine structure of the cheeks, in grey levels: photographs have pores and noise, drawings do not."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), max(0.6, 0.01 * face.unit))
    reach = max(2, int(0.06 * face.unit))
    patches = []
    for x, y in face.points[list(CHEEK_SKIN), :2].astype(int):
        patch = fine[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
        if patch.size:
            patches.append(float(patch.std()))
    return float(np.median(patches)) if patches else DRAWN_BELOW
