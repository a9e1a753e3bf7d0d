"""A person cut out of a portrait: a soft matte that follows the hair, and the person's own colours under it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture

Floats = NDArray[np.float32]

# As shares of the longer side: how far the true edge may be from the model's, which sees 256 × 256 pixels.
REACH = 1 / 70
SIMILAR = 2e-4
"""Variance of colours (0..1) that counts as one surface: the guided filter's ε; more blurs the edges of hair."""
# Values below or above are certain: the filter leaves a haze otherwise.
CLEAR, SOLID = 0.12, 0.92
SURE = 0.12  # 0..1: nearer than this to 0 or 1 the model's own value wins


def refined(coarse: Floats, picture: Picture) -> Floats:
    """The matte drawn to the edges that the picture has: He's guided filter, with the colours as its guide."""
    guide = picture.astype(np.float32) / 255.0
    radius = max(2, round(max(picture.shape[:2]) * REACH))
    alpha = np.clip((_guided(guide, coarse, radius) - CLEAR) / (SOLID - CLEAR), 0.0, 1.0)
    # Certain pixels of the model stay: a wall that is coloured like a sleeve is no sleeve.
    bounded: Floats = np.clip(alpha, (coarse - (1 - SURE)) / SURE, coarse / SURE)
    return bounded


def own_colours(picture: Picture, alpha: Floats) -> Floats:
    """The person's colours without the colours of the wall, which shine through the hair: float32 RGB, 0..255.

    Forte's blur fusion, twice: a wide blur for pixels far from certain ones, a narrow one for the details.
    """
    image = picture.astype(np.float32)
    colours, behind = image, image
    side = max(picture.shape[:2])
    for radius in (max(3, side // 14), max(2, side // 100)):
        colours, behind = _fused(image, colours, behind, alpha, radius)
    return colours


def _fused(image: Floats, colours: Floats, behind: Floats, alpha: Floats, radius: int) -> tuple[Floats, Floats]:
    a = alpha[..., None]
    weight = _mean(alpha, radius)[..., None]
    near = _mean(colours * a, radius) / (weight + 1e-5)
    far = _mean(behind * (1 - a), radius) / ((1 - weight) + 1e-5)
    fused = near + a * (image - a * near - (1 - a) * far)
    return np.clip(fused, 0, 255), far


def _guided(guide: Floats, values: Floats, radius: int) -> Floats:
    """Every pixel as the linear function of the guide's three colours that fits its neighbours best."""
    mean = _mean(guide, radius)
    mean_values = _mean(values, radius)
    covariance = _mean(guide * values[..., None], radius) - mean * mean_values[..., None]
    height, width = values.shape
    matrix = np.empty((height, width, 3, 3), np.float32)
    for row in range(3):
        for column in range(row, 3):
            product = _mean(guide[..., row] * guide[..., column], radius) - mean[..., row] * mean[..., column]
            matrix[..., row, column] = matrix[..., column, row] = product
    matrix[..., range(3), range(3)] += SIMILAR
    slope = np.linalg.solve(matrix, covariance[..., None])[..., 0].astype(np.float32)
    offset = mean_values - (slope * mean).sum(axis=-1)
    filtered: Floats = (_mean(slope, radius) * guide).sum(axis=-1) + _mean(offset, radius)
    return filtered


def _mean(values: Floats, radius: int) -> Floats:
    size = 2 * radius + 1
    blurred: Floats = cv2.blur(values, (size, size), borderType=cv2.BORDER_REFLECT)
    return blurred
