"""`camera.Camera` in torch, for CUDA: the same arithmetic, many frames at once. They agree within two grey levels."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.cuda.flow import TorchEye, TorchFlow
from avatars.engines.puppet.cuda.grid_sampler import seen
from avatars.engines.puppet.cuda.mouth import TorchMouth
from avatars.engines.puppet.frame.compositor import Camera, face_weights
from avatars.engines.puppet.frame.warp import Pose
from avatars.engines.puppet.motion.planner import Motion
from avatars.engines.puppet.rig.rig import Rig


class TorchCamera:
    """Renders a rig in one mode on a device such as "cuda" or "cpu"; `frames` overwrites the picture it gave before."""

    def __init__(self, rig: Rig, mode: Mode, device: str) -> None:
        at = torch.device(device)
        camera = Camera(rig, mode)
        self._rig, self._moves_head = rig, mode.moves_head
        self._picture = torch.from_numpy(rig.picture.transpose(2, 0, 1).astype(np.float32))[None].to(at)
        self._pixels = camera.flow.pixels
        self._flow = TorchFlow(camera.flow, at)
        self._eyes = [TorchEye(eye, at, cubic=mode.enhanced) for eye in camera.eyes]
        self._widest = camera.widest
        self._mouth = TorchMouth(camera.mouth, at, cubic=mode.enhanced)
        inner, weight = face_weights(rig, self._pixels)
        self._sharp = (inner.inside(self._pixels).area, torch.from_numpy(weight).to(at)) if mode.enhanced else None
        self._frame = rig.portrait.copy()
        self._region = self._frame[rig.region.area]
        self._device = at

    def frames(self, motion: Motion, first: int, last: int) -> Iterator[Picture]:
        """The frames from `first` to before `last`; all are computed before the first is given."""
        part = slice(first, last)
        with torch.inference_mode():
            made = self._made(motion.face[part], motion.head[part], motion.blink[part], motion.gaze[part])
        for pixels in made:
            self._region[...] = pixels
            yield self._frame

    def _made(self, faces: Pose, heads: Pose, blinks: Pose, gazes: Pose) -> Picture:
        poses = torch.from_numpy(faces).to(self._device)
        blink = torch.from_numpy(blinks).to(self._device)
        source = self._flow.source(poses, heads)
        region = self._picture.expand(len(faces), -1, -1, -1).clone()
        region[:, :, *self._pixels.area] = self._warped(source)
        for drawn in self._eyes:
            box = drawn.eye.pixels
            where = source[:, :, *box.inside(self._pixels).area] if self._moves_head else None
            if where is not None and gazes.any():
                where = drawn.turn(region[:, :, *box.area], self._picture, where, self._ways(drawn, gazes))
            drawn.draw(region[:, :, *box.area], self._picture, where, blink)
        self._mouth.draw(region[:, :, *self._mouth.mouth.pixels.area], faces, heads)
        whole: Picture = region.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
        return whole

    def _ways(self, drawn: TorchEye, gazes: Pose) -> Tensor:
        ways = np.array([drawn.eye.ball.pixels(gaze, self._widest) for gaze in gazes], np.float32)
        return torch.from_numpy(ways).to(self._device)

    def _warped(self, source: Tensor) -> Tensor:
        plain = seen(self._picture, source, cubic=False)
        if self._sharp is not None:
            area, weight = self._sharp
            sharp = seen(self._picture, source[:, :, *area], cubic=True)
            behind = plain[:, :, *area]
            behind += torch.floor((sharp - behind) * weight + 0.5)
        return plain
