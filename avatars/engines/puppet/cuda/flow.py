"""`warp.Flow` and the eyes for many frames at once, in torch."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from avatars.engines.puppet.cuda.grid_sampler import along, coarse, fetch, seen
from avatars.engines.puppet.frame.eyes import (
    CREASE,
    LASHES,
    MOST_STRAINED,
    OPEN_ENOUGH,
    SAMPLES,
    STRAINED,
    STRAINED_BY,
    Eye,
)
from avatars.engines.puppet.frame.warp import INVERSE_STEPS, Flow, head_matrix


class TorchFlow:
    """A `Flow` on a device."""

    def __init__(self, flow: Flow, device: torch.device) -> None:
        self._flow = flow
        self._basis = torch.from_numpy(flow.basis).to(device)
        self._head = None if flow.head is None else torch.from_numpy(flow.head).to(device)
        self._nodes = _planes(flow.nodes, device)
        self._place = _planes(flow.place, device)

    def source(self, faces: Tensor, heads: Any) -> Tensor:
        """Where every pixel comes from: (n, 2, height, width); `heads` are poses (n, 7) on the CPU."""
        flow = self._flow
        rows, columns, _two = flow.inner_shape
        expression = (faces @ self._basis).view(len(faces), rows, columns, 2).permute(0, 3, 1, 2)
        if self._head is None:
            moved = expression.new_zeros(len(faces), 2, *flow.shape)
        else:
            turns = torch.from_numpy(np.stack([head_matrix(head, flow.unit) for head in heads])).to(self._head.device)
            moved = (turns @ self._head).view(len(faces), 2, *flow.shape)
        moved[:, :, *flow.inner] += expression
        origin = -moved
        for _ in range(INVERSE_STEPS):
            origin = -fetch(moved, coarse(self._nodes + origin / flow.cell))
        whole = functional.interpolate(origin, scale_factor=float(flow.cell), mode="bilinear", align_corners=False)
        return whole[:, :, : flow.pixels.height, : flow.pixels.width] + self._place


class TorchEye:
    """An `Eye` on a device."""

    def __init__(self, eye: Eye, device: torch.device, *, cubic: bool) -> None:
        self.eye, self._cubic = eye, cubic
        self._still = _planes(eye.still, device)
        self._edge = torch.from_numpy(eye.edge[..., 0]).to(device)
        self._lines = [torch.from_numpy(line)[None].to(device) for line in (eye.upper, eye.lower, eye.brow)]
        self._skin = None if eye.skin is None else torch.from_numpy(eye.skin.transpose(2, 0, 1)).to(device)
        self._front = None if eye.front is None else torch.from_numpy(eye.front)[None, None].to(device)
        self._axes = torch.tensor(np.stack([eye.along, eye.down]), dtype=torch.float32, device=device)
        self._middle = torch.tensor(eye.middle, dtype=torch.float32, device=device)[:, None, None]

    def draw(self, target: Tensor, picture: Tensor, source: Tensor | None, blink: Tensor) -> None:
        """Close the lids in `target` (n, 3, height, width) by `blink` (n,); see `Eye.draw`."""
        eye = self.eye
        if source is None:
            source = self._still.expand(len(target), -1, -1, -1)
            target[:] = picture[:, :, *eye.pixels.area]
        place = source - self._middle
        u, v = (axis[0] * place[:, 0] + axis[1] * place[:, 1] for axis in self._axes)
        index = (u - eye.start) * ((SAMPLES - 1) / (eye.end - eye.start))
        upper, lower, brow = (along(line, index) for line in self._lines)
        blink = (blink * (blink >= OPEN_ENOUGH) * eye.reach)[:, None, None]
        gap = (lower - upper) * blink
        edge = upper + gap
        part = (u - eye.start) / (eye.end - eye.start)
        side = _smooth((torch.minimum(part, 1 - part) / 0.08).clamp(0, 1))
        span = (edge - LASHES * eye.unit - brow).clamp(min=1)
        t = ((v - brow) / span).clamp(0, 1)
        gentle = torch.minimum(gap, span / 1.6)
        shift = gentle * _smooth(t) + (gap - gentle) * t
        lid = seen(picture, source - shift[:, None] * self._axes[1][:, None, None], cubic=self._cubic)
        if self._skin is not None:
            strained = (torch.minimum(t, 1 - t) * STRAINED).clamp(0, MOST_STRAINED)
            strained = strained * (STRAINED_BY * gap / span).clamp(0, 1)
            skin = torch.stack([along(line, index) for line in self._skin], dim=1)
            lid = lid + (skin - lid) * strained[:, None]
        fold = torch.exp(-(((v - (upper - 0.02 * eye.unit)) / (0.018 * eye.unit)) ** 2))
        lid = lid * (1 - CREASE * blink * fold * side)[:, None]
        cover = ((edge - v) / 1.3 + 0.5).clamp(0, 1) * (v > brow) * (blink > 0)
        if self._front is not None:
            cover = cover * (1 - fetch(self._front, coarse(source))[:, 0])
        target += (lid - target) * (cover * self._edge)[:, None]
        target.add_(0.5).floor_().clamp_(0, 255)


def _planes(places: Any, device: torch.device) -> Tensor:
    """Places (height, width, 2) as (1, 2, height, width)."""
    return torch.from_numpy(np.ascontiguousarray(places.transpose(2, 0, 1)))[None].to(device)


def _smooth(t: Tensor) -> Tensor:
    return t * t * (3 - 2 * t)
