"""Pixels fetched in batches by torch as OpenCV fetches them, to within rounding."""

import torch
from torch import Tensor
from torch.nn import functional

STEPS = 32.0  # of a pixel, as OpenCV rounds places (INTER_BITS = 5); another number and both paths differ


def coarse(where: Tensor) -> Tensor:
    """Places as OpenCV takes them for fields of two channels: to a 32nd of a pixel."""
    return torch.round(where * STEPS) / STEPS


def fetch(picture: Tensor, where: Tensor, *, cubic: bool = False) -> Tensor:
    """Values of `picture` (1 or n, channels, rows, columns) at `where` (n, 2, height, width), edges repeated."""
    count, rows, columns = len(where), picture.shape[2], picture.shape[3]
    x, y = where[:, 0] * (2.0 / max(1, columns - 1)) - 1, where[:, 1] * (2.0 / max(1, rows - 1)) - 1
    return functional.grid_sample(
        picture.expand(count, -1, -1, -1),
        torch.stack([x, y], dim=-1),
        mode="bicubic" if cubic else "bilinear",
        padding_mode="border",
        align_corners=True,
    )


def seen(picture: Tensor, where: Tensor, *, cubic: bool) -> Tensor:
    """The same as whole grey levels, 0..255: cubic interpolation overshoots."""
    return torch.round(fetch(picture, where, cubic=cubic)).clamp_(0, 255)


def along(line: Tensor, index: Tensor) -> Tensor:
    """Values of `line` (1 or n, steps) at fractional `index` (n, height, width), the last ones repeated."""
    most = line.shape[1] - 1
    index = index.clamp(0, most)
    before = index.floor().clamp_(max=most - 1).long()
    flat = before.flatten(1)
    lines = line.expand(len(index), -1)
    low, high = lines.gather(1, flat).view_as(index), lines.gather(1, flat + 1).view_as(index)
    return low + (high - low) * (index - before)
