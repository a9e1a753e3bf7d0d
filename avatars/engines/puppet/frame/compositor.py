"""One frame after the other: the warped face, then eyes and mouth, over a portrait that otherwise stands still."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.topology import OVAL
from avatars.engines.puppet.frame.eyes import eyes
from avatars.engines.puppet.frame.mouth import Mouth
from avatars.engines.puppet.frame.warp import Flow, Pose, face_flow
from avatars.engines.puppet.rig.rig import Rig

Area = tuple[slice, slice]

# Of the eye distance: how far around the oval of the face it is rendered sharply.
AROUND_FACE = 0.06
SEAM = 10  # pixels over which the sharp part fades into the rest, so that no edge is seen
STRAIGHT = np.zeros(2, np.float32)  # degrees to the side and down: at the camera
STRIP = 8
"""Nodes of the grid: how high the strips are in which pixels are fetched."""


class Camera:
    """Renders a rig in one mode; `frame` overwrites the picture it gave before.

    Only the box of moving pixels is warped. Cubic interpolation costs three times as much as linear, and keeps skin
    sharp: the enhanced modes have it on the face, where people look, and let it end softly in the hair.
    """

    def __init__(self, rig: Rig, mode: Mode) -> None:
        interpolation = cv2.INTER_CUBIC if mode.enhanced else cv2.INTER_LINEAR
        self._rig, self._moves_head = rig, mode.moves_head
        self.flow = face_flow(rig, moves_head=mode.moves_head)
        self._warp = _Warp(rig, self.flow, sharp=mode.enhanced)
        self.eyes = eyes(rig)
        self._interpolation = interpolation
        self.widest = min(eye.ball.most for eye in self.eyes)
        self.mouth = Mouth(rig, moves_head=mode.moves_head, interpolation=interpolation)
        self._frame = rig.portrait.copy()
        self._region = self._frame[rig.region.area]

    def frame(self, face: Pose, head: Pose, blink: float, gaze: Pose = STRAIGHT) -> Picture:
        """The portrait in a pose: RGB of the portrait's shape; `gaze` is in degrees right and down."""
        source = self.flow.source(face, head)
        self._warp.draw(self._region[self.flow.pixels.area], source)
        for eye in self.eyes:
            where = source[eye.pixels.inside(self.flow.pixels).area] if self._moves_head else None
            target, way = self._region[eye.pixels.area], eye.ball.pixels(gaze, self.widest)
            if where is not None and any(way):
                where = eye.turn(target, where, way, self._interpolation)
            eye.draw(target, where, blink)
        self.mouth.draw(self._region[self.mouth.pixels.area], face, head)
        return self._frame


class _Warp:
    """Fetches the pixels that a flow can move from their places in a rig's picture; if `sharp`, cubically on the face.
    Still pixels are left alone: half of a box around a person is wall."""

    def __init__(self, rig: Rig, flow: Flow, *, sharp: bool) -> None:
        self._picture, box = rig.picture, flow.pixels
        # OpenCV fetches four channels in half the time of three, and the same values.
        self._padded = cv2.cvtColor(rig.picture, cv2.COLOR_RGB2RGBA)
        self._plain: list[Area] = [(slice(0, box.height), slice(0, box.width))]
        self._face: Area | None = None
        if sharp:
            face, weight = face_weights(rig, box)
            inner = face.inside(box)
            self._face = inner.area
            self._plain = _around(inner, box.width, box.height)
            self._weights = [(part, weight[part][..., None]) for part in _rim(inner, box.width, box.height)]
            self._seen = np.empty((inner.height, inner.width, 3), np.uint8)
        self._plain = [strip for part in self._plain for strip in _moving(part, flow)]
        self._fetched = np.empty((STRIP * flow.cell * box.width, 4), np.uint8)

    def draw(self, target: Picture, source: NDArray[np.float32]) -> None:
        """Fill `target`, the pixels of the box; `source` (height, width, 2) is where each comes from."""
        for part in self._plain:
            strip = target[part]
            fetched = self._fetched[: strip.shape[0] * strip.shape[1]].reshape(*strip.shape[:2], 4)
            cv2.remap(self._padded, source[part], None, cv2.INTER_LINEAR, fetched, cv2.BORDER_REPLICATE)
            cv2.cvtColor(fetched, cv2.COLOR_RGBA2RGB, strip)
        if self._face is None:
            return
        seen = self._seen
        cv2.remap(self._picture, source[self._face], None, cv2.INTER_CUBIC, seen, cv2.BORDER_REPLICATE)
        behind = target[self._face]
        for part, weight in self._weights:
            plain = behind[part].astype(np.float32)
            seen[part] = plain + (seen[part] - plain) * weight + 0.5
        behind[...] = seen


def face_weights(rig: Rig, box: Box) -> tuple[Box, NDArray[np.float32]]:
    """The face within a box, and how much of it is rendered sharply (height, width): less along sides that go on."""
    inner = sharp_box(rig, box)
    x, y = np.arange(inner.width) + 0.5, np.arange(inner.height) + 0.5
    across, down = np.full(inner.width, np.inf), np.full(inner.height, np.inf)
    if inner.left > box.left:
        across = np.minimum(across, x)
    if inner.right < box.right:
        across = np.minimum(across, x[::-1])
    if inner.top > box.top:
        down = np.minimum(down, y)
    if inner.bottom < box.bottom:
        down = np.minimum(down, y[::-1])
    return inner, np.clip(np.minimum(down[:, None], across[None]) / SEAM, 0, 1).astype(np.float32)


def sharp_box(rig: Rig, within: Box) -> Box:
    """The pixels of the face itself, as far as they are in a box."""
    oval = rig.face.points[list(OVAL), :2]
    margin = AROUND_FACE * rig.face.unit
    left, top = np.floor(oval.min(axis=0) - margin).astype(int)
    right, bottom = np.ceil(oval.max(axis=0) + margin).astype(int)
    return Box(
        left=max(within.left, int(left)),
        top=max(within.top, int(top)),
        right=min(within.right, int(right)),
        bottom=min(within.bottom, int(bottom)),
    )


def _around(inner: Box, width: int, height: int) -> list[Area]:
    """Up to four parts of a box that surround another in it, reaching `SEAM` pixels into that."""
    left, top = (inner.left and inner.left + SEAM), (inner.top and inner.top + SEAM)
    right = inner.right - SEAM if inner.right < width else width
    bottom = inner.bottom - SEAM if inner.bottom < height else height
    parts = (
        (slice(0, top), slice(0, width)),
        (slice(bottom, height), slice(0, width)),
        (slice(top, bottom), slice(0, left)),
        (slice(top, bottom), slice(right, width)),
    )
    return [part for part in parts if part[0].start < part[0].stop and part[1].start < part[1].stop]


def _moving(part: Area, flow: Flow) -> list[Area]:
    """Strips of a part of a flow's pixels that cover all its moving pixels."""
    strips = []
    rows, columns = part
    high = STRIP * flow.cell
    for top in range(rows.start // high * high, rows.stop, high):
        nodes = np.flatnonzero(flow.moving[top // flow.cell : (top + high) // flow.cell].any(axis=0))
        if not len(nodes):
            continue
        strip = (
            slice(max(top, rows.start), min(top + high, rows.stop)),
            slice(max(columns.start, int(nodes[0]) * flow.cell), min(columns.stop, (int(nodes[-1]) + 1) * flow.cell)),
        )
        if strip[1].start < strip[1].stop:
            strips.append(strip)
    return strips


def _rim(inner: Box, width: int, height: int) -> list[Area]:
    """The parts of the inner box along its sides, except sides that it shares with the outer box."""
    left, top = SEAM if inner.left > 0 else 0, SEAM if inner.top > 0 else 0
    right = inner.width - (SEAM if inner.right < width else 0)
    bottom = inner.height - (SEAM if inner.bottom < height else 0)
    parts = (
        (slice(0, top), slice(0, inner.width)),
        (slice(bottom, inner.height), slice(0, inner.width)),
        (slice(top, bottom), slice(0, left)),
        (slice(top, bottom), slice(right, inner.width)),
    )
    return [part for part in parts if part[0].start < part[0].stop and part[1].start < part[1].stop]
