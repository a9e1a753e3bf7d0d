"""`mouth.Mouth` for many frames at once, in torch: its numbers per frame, computed per pixel here."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from avatars.engines.puppet.cuda.flow import TorchFlow
from avatars.engines.puppet.cuda.grid_sampler import along, fetch, seen
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.frame.mouth import (
    FULL_GAP,
    OUT_OF_SHADOW,
    SAMPLES,
    SEEN_GAP,
    SHADOW,
    SOFT_EDGE,
    Contours,
    Mouth,
    corner_of,
    light_within,
    lip_shadow,
)
from avatars.engines.puppet.frame.mouth_layout import Part
from avatars.engines.puppet.frame.warp import Pose
from avatars.engines.puppet.rig.parameters import Expression


class TorchMouth:
    """A `Mouth` on a device."""

    def __init__(self, mouth: Mouth, device: torch.device, *, cubic: bool) -> None:
        self.mouth, self._device, self._cubic = mouth, device, cubic
        self._flows = TorchFlow(mouth.upper, device), TorchFlow(mouth.lower, device)
        self._across, self._below = (torch.from_numpy(plane)[None].to(device) for plane in (mouth.across, mouth.below))
        self._lips = torch.from_numpy(mouth.lips.transpose(2, 0, 1).astype(np.float32))[None].to(device)
        self._edge = torch.from_numpy(mouth.edge[..., 0]).to(device)
        self._shadow = torch.from_numpy(SHADOW).to(device)[:, None, None]
        interior = mouth.interior
        sprites = (interior.cavity, interior.tongue, interior.tip, interior.lower_teeth, interior.upper_teeth)
        self._cavity, *self._inner = (
            torch.from_numpy(np.ascontiguousarray(sprite.transpose(2, 0, 1), np.float32))[None].to(device)
            for sprite in sprites
        )
        self._tip = self._inner[1]

    def draw(self, target: Tensor, faces: Pose, heads: Pose) -> None:
        """Put the mouths into `target` (n, 3, height, width); poses are on the CPU."""
        poses = torch.from_numpy(faces).to(self._device)
        upper, lower = (
            seen(self._lips, flow.source(poses, heads)[:, :, *self.mouth.part], cubic=self._cubic)
            for flow in self._flows
        )
        lips = [self.mouth.contours(face, head) for face, head in zip(faces, heads, strict=True)]
        start, end = self._each([each.start for each in lips]), self._each([each.end for each in lips])
        across, below = self._across, self._below
        index = (across - start) * ((SAMPLES - 1) / (end - start).clamp(min=1e-3))
        top, bottom = along(self._lines(lips, "high"), index), along(self._lines(lips, "low"), index)
        gap = bottom - top
        beyond = torch.maximum(start - across, across - end).clamp(min=0)
        under = ((below - (top + bottom) / 2) / (0.8 + 0.8 * beyond) + 0.5).clamp(0, 1)[:, None]
        mixed = upper + (lower - upper) * under
        cover = ((below - top) / SOFT_EDGE + 0.5).clamp(0, 1) * ((bottom - below) / SOFT_EDGE + 0.5).clamp(0, 1)
        cover = cover * (gap / FULL_GAP).clamp(0, 1)
        cover = cover * (torch.minimum(across - start, end - across) / 1.5 + 0.5).clamp(0, 1)
        cover = cover * (gap.amax(dim=(1, 2), keepdim=True) > SEEN_GAP)
        mixed += (self._inside(faces, heads, below - top, lips) - mixed) * cover[:, None]
        target += (mixed - target) * self._edge
        target.add_(0.5).floor_().clamp_(0, 255)

    def _inside(self, faces: Pose, heads: Pose, depth: Tensor, lips: list[Contours]) -> Tensor:
        """See `Mouth.draw`: cavity, tongue and teeth, in the shadow of the lips."""
        unit, interior = self.mouth.interior.face.unit, self.mouth.interior
        start, end = self._each([each.start for each in lips]), self._each([each.end for each in lips])
        layouts = [self.mouth.layout(face) for face in faces]
        inside = fetch(self._cavity, self._placed(heads, np.zeros(len(heads))))[:, :3]
        for sprite, parts in zip(self._inner, zip(*(each.inside for each in layouts), strict=True), strict=True):
            layer = self._laid(sprite, heads, parts)
            inside = inside * (1 - layer[:, 3:]) + layer[:, :3]
        light = 1 - lip_shadow(interior) * (1 - (depth / (0.045 * unit)).clamp(0, 1))
        corner = ((self._across - start) / (end - start).clamp(min=1.0)).clamp(0, 1) * 2 - 1
        within = [
            light_within(face[Expression.ROUND], each.widest / unit, interior)
            for face, each in zip(faces, lips, strict=True)
        ]
        light = light * (1 - 0.55 * corner**4) * self._each(within)
        shade = (1 - light)[:, None] * self._shadow
        inside = inside * (1 - shade)
        front = [each.front for each in layouts]
        if any(part.shown for part in front):
            layer = self._laid(self._tip, heads, front)
            inside = inside * (1 - layer[:, 3:]) + layer[:, :3] * (1 - (1 - OUT_OF_SHADOW) * shade)
        return inside

    def _laid(self, sprite: Tensor, heads: Pose, parts: Sequence[Part]) -> Tensor:
        """A sprite where each frame has it."""
        unit = self.mouth.interior.face.unit
        placed = fetch(sprite, self._placed(heads, np.array([part.down * unit for part in parts])))
        return placed * self._each([part.shown for part in parts])[:, None]

    def _placed(self, heads: Pose, downs: Floats) -> Tensor:
        """The place in a sprite of each pixel of the mouth's box: (n, 2, height, width)."""
        box: Box = self.mouth.pixels
        corner = corner_of(box)
        inverse = np.stack(
            [
                cv2.invertAffineTransform(self.mouth.placed(head, float(down), corner))
                for head, down in zip(heads, downs, strict=True)
            ]
        )
        affine = torch.from_numpy(inverse).to(self._device)
        y, x = torch.meshgrid(
            torch.arange(box.height, dtype=torch.float64, device=self._device),
            torch.arange(box.width, dtype=torch.float64, device=self._device),
            indexing="ij",
        )
        pixels = torch.stack([x, y, torch.ones_like(x)])
        return torch.einsum("nij,jhw->nihw", affine, pixels).float()

    def _each(self, values: object) -> Tensor:
        """A number per frame as (n, 1, 1)."""
        return torch.as_tensor(np.asarray(values, np.float32), device=self._device)[:, None, None]

    def _lines(self, lips: list[Contours], name: str) -> Tensor:
        return torch.from_numpy(np.concatenate([getattr(each, name) for each in lips])).to(self._device)
