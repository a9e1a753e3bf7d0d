"""`warp.Flow` and the eyes for many frames at once, in torch."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from avatars.engines.puppet.cuda.grid_sampler import along, coarse, fetch, seen
from avatars.engines.puppet.frame.eyes import LOWER_SOFT, MOVED, OPEN_ENOUGH, SAMPLES, SOFT, Eye
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
        """The source place of every pixel: (n, 2, height, width); `heads` are poses (n, 8) on the CPU."""
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
        ball = eye.ball
        self._ball = torch.from_numpy(np.stack([ball.level, ball.upright]))[None].to(device)
        self._ball_corner = torch.tensor([ball.area.left, ball.area.top], dtype=torch.float32, device=device)
        self._still = _planes(eye.still, device)
        self._edge = torch.from_numpy(eye.edge).to(device)
        curves = (eye.curves.top, eye.curves.upper, eye.curves.shut, eye.curves.lower)
        self._curves = [torch.from_numpy(line)[None].to(device) for line in curves]
        self._upper, self._shut = self._curves[1:3]
        self._sideways = torch.from_numpy(eye.sideways.T.copy()).to(device)
        self._colour = torch.from_numpy(eye.skin.colour.transpose(2, 0, 1).copy())[None].to(device)
        self._lashes = torch.from_numpy(eye.skin.lashes)[None, None].to(device)
        self._tint = torch.from_numpy(eye.skin.tint).to(device)[:, None, None]
        self._front = None if eye.front is None else torch.from_numpy(eye.front)[None, None].to(device)
        self._axes = torch.tensor(np.stack([eye.along, eye.down]), dtype=torch.float32, device=device)
        self._middle = torch.tensor(eye.middle, dtype=torch.float32, device=device)[:, None, None]
        self._corner = torch.tensor(eye.corner, dtype=torch.float32, device=device)[:, None, None]

    def turn(self, target: Tensor, picture: Tensor, source: Tensor, ways: Tensor) -> Tensor:
        """Turn the eyeball in `target` by `ways` (n, 2), pixels; see `Eye.turn`."""
        # Beyond its pixels nothing moves: planes end at 0.
        weights = fetch(self._ball, source - self._ball_corner[:, None, None])
        along, down = (axis[:, None, None] for axis in self._axes)
        right, low = (ways[:, number, None, None, None] for number in (0, 1))
        lids = source - weights[:, 1:] * low * down
        turned = seen(picture, lids - weights[:, :1] * right * along, cubic=self._cubic)
        target[:] = torch.where(ways.any(dim=1)[:, None, None, None], turned, target)
        return lids

    def draw(self, target: Tensor, picture: Tensor, source: Tensor | None, blink: Tensor) -> None:
        """Close the lids in `target` (n, 3, height, width) by `blink` (n,); see `Eye.draw`."""
        eye = self.eye
        if source is None:
            source = self._still.expand(len(target), -1, -1, -1)
            target[:] = picture[:, :, *eye.pixels.area]
        at = source - self._middle
        u, v = (axis[0] * at[:, 0] + axis[1] * at[:, 1] for axis in self._axes)
        curves = eye.curves
        index = (u - curves.start) * ((SAMPLES - 1) / (curves.end - curves.start))
        top, upper, shut, lower = (along(line, index) for line in self._curves)
        blink = blink * eye.reach
        blink = (blink * (blink >= OPEN_ENOUGH))[:, None, None]
        gap = (shut - upper) * blink
        floor = lower + (shut - lower) * blink * blink
        moves = _smooth(((self._shut - self._upper) * blink[:, :, 0] / (MOVED * eye.unit)).clamp(0, 1))
        moved = along(moves @ self._sideways, index)
        upper_lid = ((upper + gap - v) / 1.3 + 0.5).clamp(0, 1) * ((v - top) / (SOFT * eye.unit)).clamp(0, 1) * moved
        lower_lid = ((v - floor) / 1.3 + 0.5).clamp(0, 1) * (1 - (v - lower) / (LOWER_SOFT * eye.unit)).clamp(0, 1)
        lower_lid = lower_lid * ((lower - floor) / 1.3).clamp(0, 1)
        clear = self._edge
        place = source - self._corner
        if self._front is not None:
            clear = clear * (1 - fetch(self._front, place)[:, 0])
        cover = torch.maximum(upper_lid, lower_lid) * clear
        lashes = fetch(self._lashes, place - gap[:, None] * self._axes[1][:, None, None])[:, 0]
        dark = (1 - lashes) * moved * clear
        lid = fetch(self._colour, place)
        target += (lid - target) * cover[:, None]
        target *= 1 - dark[:, None] * self._tint
        target.add_(0.5).floor_().clamp_(0, 255)


def _planes(places: Any, device: torch.device) -> Tensor:
    """Places (height, width, 2) as (1, 2, height, width)."""
    return torch.from_numpy(np.ascontiguousarray(places.transpose(2, 0, 1)))[None].to(device)


def _smooth(t: Tensor) -> Tensor:
    return t * t * (3 - 2 * t)
