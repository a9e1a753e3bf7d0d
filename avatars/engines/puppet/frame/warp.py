"""From a pose to pixels: mixes the fields, inverts them (where does this pixel come from?) and enlarges them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.rig.displacement import Fields, Layer
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig

Pose = NDArray[np.float32]

INVERSE_STEPS = 3  # fixed-point steps: more come nearer to the inverse and cost every frame
STILL_PIXELS = 0.02  # pixels; points that move less at any pose stay as in the portrait
EVERY_FACE = tuple(Expression)
RESTING_FACE = tuple(part for part in Expression if part is not Expression.BROW)


def head_matrix(head: Pose, unit: float) -> Pose:
    """The matrix of a head pose, (2, 8): `matrix @ maps`, of `rig.body`, is the displacement in pixels."""
    yaw, pitch, roll, lean = np.radians(head[[Head.YAW, Head.PITCH, Head.ROLL, Head.LEAN]])
    right, down, nearer, breath = head[[Head.RIGHT, Head.DOWN, Head.NEARER, Head.BREATH]] * 0.01
    return np.array(
        [
            [nearer, -roll, -yaw, right * unit, 0.0, breath * unit, lean * unit, 0.0],
            [roll, nearer, -pitch, down * unit, -breath * unit, 0.0, 0.0, lean * unit],
        ],
        np.float32,
    )


class Flow:
    """One layer of the face over a window of the grid. Arrays are reused: a map is valid until the next call."""

    def __init__(self, rig: Rig, basis: Layer, window: Box, *, face_window: Box, moves_head: bool) -> None:
        fields = rig.fields
        self.cell, self.unit = fields.cell, rig.face.unit
        inner = face_window.inside(window)
        self.inner = inner.area
        self.inner_shape = (inner.height, inner.width, 2)
        self.basis = np.ascontiguousarray(basis.reshape(len(basis), -1))
        self.head = None
        if moves_head:
            self.head = np.ascontiguousarray(fields.head[:, *window.area]).reshape(len(fields.head), -1)
        self.shape = (window.height, window.width)
        moving = np.zeros(self.shape, np.uint8)
        moving[self.inner] = np.abs(basis).max(axis=(0, 3)) > 0
        if self.head is not None:
            moving |= (np.abs(self.head).max(axis=0) > 0).reshape(self.shape)
        # Between nodes a displacement fades: neighbours of a moving node move too.
        self.moving = cv2.dilate(moving, np.ones((3, 3), np.uint8)).astype(bool)
        y, x = np.mgrid[0 : window.height, 0 : window.width].astype(np.float32)
        self.nodes = np.stack([x, y], axis=-1)
        self._moved = np.zeros((*self.shape, 2), np.float32)
        self._from = np.zeros_like(self._moved)
        self._index = np.zeros_like(self._moved)
        self.pixels = window.times(fields.cell).within(rig.region.width, rig.region.height)
        area = self.pixels
        y, x = np.mgrid[area.top : area.bottom, area.left : area.right].astype(np.float32)
        self.place = np.stack([x, y], axis=-1)
        self._full = np.zeros((window.height * fields.cell, window.width * fields.cell, 2), np.float32)
        self._source = np.empty_like(self.place)

    def source(self, face: Pose, head: Pose) -> NDArray[np.float32]:
        """The source of every pixel of `pixels`: x and y in the rig's picture, float32 (height, width, 2)."""
        self._mix(face, head)
        np.negative(self._moved, out=self._from)
        for _ in range(INVERSE_STEPS):
            np.multiply(self._from, 1.0 / self.cell, out=self._index)
            self._index += self.nodes
            cv2.remap(self._moved, self._index, None, cv2.INTER_LINEAR, self._from, cv2.BORDER_REPLICATE)
            np.negative(self._from, out=self._from)
        size = (self._full.shape[1], self._full.shape[0])
        cv2.resize(self._from, size, self._full, interpolation=cv2.INTER_LINEAR)
        np.add(self._full[: self.pixels.height, : self.pixels.width], self.place, out=self._source)
        return self._source

    def _mix(self, face: Pose, head: Pose) -> None:
        expression = (face @ self.basis).reshape(self.inner_shape)
        if self.head is None:
            self._moved[self.inner] = expression
            return
        moved = head_matrix(head, self.unit) @ self.head
        self._moved[..., 0], self._moved[..., 1] = moved[0].reshape(self.shape), moved[1].reshape(self.shape)
        self._moved[self.inner] += expression


def face_flow(rig: Rig, *, moves_head: bool) -> Flow:
    """The flow of the whole face over all moving pixels: with a still head, over the reach of the lips and the jaw."""
    fields = rig.fields
    if moves_head:
        window = _reach(
            np.abs(fields.head).max(axis=0) > 0, Box(left=0, top=0, right=fields.columns, bottom=fields.rows)
        )
        window = _union(window, fields.face_window)
        return Flow(rig, fields.face, window, face_window=fields.face_window, moves_head=True)
    reach = np.abs(fields.face[list(RESTING_FACE)]).max(axis=(0, 3)) > STILL_PIXELS
    window = _reach(reach, fields.face_window).grown(1).within(fields.columns, fields.rows)
    window = _intersection(window, fields.face_window)
    basis = fields.face[:, *window.inside(fields.face_window).area]
    return Flow(rig, basis, window, face_window=window, moves_head=False)


def lip_flows(rig: Rig, *, moves_head: bool) -> tuple[Flow, Flow]:
    """The flows around the mouth in which only the upper and only the lower lip pulls."""
    fields: Fields = rig.fields
    window = fields.mouth_window
    upper, lower = (
        Flow(rig, basis, window, face_window=window, moves_head=moves_head) for basis in (fields.upper, fields.lower)
    )
    return upper, lower


def _reach(moving: NDArray[np.bool_], window: Box) -> Box:
    rows, columns = np.flatnonzero(moving.any(axis=1)), np.flatnonzero(moving.any(axis=0))
    return Box(
        left=window.left + int(columns[0]),
        top=window.top + int(rows[0]),
        right=window.left + int(columns[-1]) + 1,
        bottom=window.top + int(rows[-1]) + 1,
    )


def _union(a: Box, b: Box) -> Box:
    return Box(
        left=min(a.left, b.left), top=min(a.top, b.top), right=max(a.right, b.right), bottom=max(a.bottom, b.bottom)
    )


def _intersection(a: Box, b: Box) -> Box:
    return Box(
        left=max(a.left, b.left), top=max(a.top, b.top), right=min(a.right, b.right), bottom=min(a.bottom, b.bottom)
    )
