"""A frame of the video with our mouth: its skin bent as the jaw moves, and the lips of the reference frame on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import OUTER_LOWER, OUTER_UPPER
from avatars.engines.puppet.frame.mouth import Mouth
from avatars.engines.puppet.frame.warp import INVERSE_STEPS, STILL_PIXELS, Pose
from avatars.engines.puppet.moving.alignment import Alignment
from avatars.engines.puppet.moving.teeth import with_own_teeth
from avatars.engines.puppet.rig.displacement import skin_layer
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig

Plane = NDArray[np.float32]

AROUND_LIPS, SOFT = 0.055, 0.035
"""Eye distances by which the lips' own skin is taken along with them, and over which it fades into the frame's."""
SHIFT = 6
"""Binary digits below a pixel in the outline of the lips, so that its edge does not jump."""


class MovingCamera:
    """Draws our mouth into frames of a video, whose `alignment` and `light` are in pixels of `rig`."""

    def __init__(self, rig: Rig, alignment: Alignment, light: Floats, *, interpolation: int) -> None:
        self._rig, self._light, self._interpolation = rig, light, interpolation
        self._skin = _Skin(rig, alignment)
        self._mouth = Mouth(rig, moves_head=False, interpolation=interpolation)
        self._base = alignment.maps
        corner = np.array([rig.region.left, rig.region.top], np.float64)
        self._maps = alignment.maps.copy()
        self._maps[:, :, 2] += self._maps[:, :, :2] @ corner
        box = self._mouth.pixels
        y, x = np.mgrid[box.top : box.bottom, box.left : box.right]
        self._place = (rig.face.in_mouth(np.stack([x, y], axis=-1).astype(np.float64)) / rig.face.unit).astype(
            np.float32
        )
        self._outline = [*OUTER_UPPER, *OUTER_LOWER[::-1]]
        self._still = np.zeros(len(Head), np.float32)

    def show_teeth(self, frame: Picture, number: int, points: Floats) -> None:
        """Take the upper teeth from the frame of that number, whose mesh is `points`, where it shows any."""
        mouth = self._mouth
        mouth.interior = with_own_teeth(mouth.interior, self._rig, frame, points, self._base[number])

    def draw(self, frame: Picture, number: int, face: Pose) -> Picture:
        """The frame of that number, a copy, with the mouth in this pose."""
        drawn = frame.copy()
        to_frame = self._maps[number]
        self._skin.draw(drawn, frame, number, to_frame, face, self._interpolation)
        self._lay(drawn, to_frame, self._lips(number, face), self._cover(face))
        return drawn

    def _lips(self, number: int, face: Pose) -> Plane:
        """The mouth of the reference frame in this pose and in the light of this frame."""
        box = self._mouth.pixels
        lips = self._rig.picture[box.area].copy()
        self._mouth.draw(lips, face, self._still)
        level, along, down = self._light[number].T.astype(np.float32)
        plane = level + self._place[..., :1] * along + self._place[..., 1:] * down
        lit: Plane = lips * np.exp(plane)
        return lit

    def _cover(self, face: Pose) -> Plane:
        """1 on the lips as they are in this pose, fading on the skin around them."""
        box, rig = self._mouth.pixels, self._rig
        moved = np.tensordot(face, rig.fields.points[:, self._outline], axes=1)
        points = rig.face.points[self._outline, :2] + moved - [box.left, box.top]
        cover = np.zeros((box.height, box.width), np.uint8)
        outline = (points * (1 << SHIFT)).round().astype(np.int32)
        cv2.fillPoly(cover, [outline], 255, cv2.LINE_AA, SHIFT)
        wide = round(AROUND_LIPS * rig.face.unit * 2 / (1 << SHIFT) * (1 << SHIFT))
        cv2.polylines(cover, [outline], True, 255, max(1, wide), cv2.LINE_AA, SHIFT)
        soft: Plane = cv2.GaussianBlur(cover, (0, 0), max(0.8, SOFT * rig.face.unit)).astype(np.float32) / 255
        return soft

    def _lay(self, drawn: Picture, to_frame: Floats, lips: Plane, cover: Plane) -> None:
        box = self._mouth.pixels
        area = _reach(box, to_frame, drawn.shape[1], drawn.shape[0])
        if area.width <= 0 or area.height <= 0:
            return
        place = _between(to_frame, (box.left, box.top), area)
        size = (area.width, area.height)
        seen = cv2.warpAffine(lips, place, size, flags=self._interpolation, borderMode=cv2.BORDER_REPLICATE)
        weight = cv2.warpAffine(cover, place, size, flags=cv2.INTER_LINEAR)[..., None]
        under = drawn[area.area]
        under[...] = np.clip(under + (seen - under) * weight + 0.5, 0, 255).astype(np.uint8)


class _Skin:
    """Bends the skin of a frame: the person's own jaw and lips to rest, then as the pose says."""

    def __init__(self, rig: Rig, alignment: Alignment) -> None:
        fields = rig.fields
        pose = [part for part in Expression if part not in (Expression.BROW, Expression.SMILE)]
        own = skin_layer(rig.face, alignment.modes, fields.face_window, fields.cell)
        most = np.abs(alignment.amounts).max(axis=0).astype(np.float32)
        reach = np.abs(fields.face[pose]).max(axis=(0, 3))
        reach = np.maximum(reach, (np.abs(own).max(axis=3) * most[:, None, None]).max(axis=0)) > STILL_PIXELS
        rows, columns = np.flatnonzero(reach.any(axis=1)), np.flatnonzero(reach.any(axis=0))
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        self._shape = (*reach[part].shape, 2)
        self._pose, self._amounts = pose, alignment.amounts.astype(np.float32)
        self._ours = np.ascontiguousarray(fields.face[pose][:, *part]).reshape(len(pose), -1)
        self._own = np.ascontiguousarray(own[:, *part]).reshape(len(own), -1)
        self._cell = fields.cell
        y, x = np.mgrid[0 : self._shape[0], 0 : self._shape[1]].astype(np.float32)
        self._nodes = np.stack([x, y], axis=-1)
        left, top = fields.face_window.left + int(columns[0]), fields.face_window.top + int(rows[0])
        self._window = Box(left=left, top=top, right=left + len(x[0]), bottom=top + len(y))
        # Soft at the window's rim, where the last traces of motion are cut off.
        self._rim = _rim(*self._shape[:2])[..., None]

    def draw(
        self, drawn: Picture, frame: Picture, number: int, to_frame: Floats, face: Pose, interpolation: int
    ) -> None:
        """Bend the frame of that number into `drawn`."""
        area = _reach(self._window.times(self._cell), to_frame, frame.shape[1], frame.shape[0])
        if area.width <= 0 or area.height <= 0:
            return
        shift = self._shift(number, face) @ to_frame[:, :2].T.astype(np.float32)
        corner = (self._window.left + 0.5) * self._cell - 0.5, (self._window.top + 0.5) * self._cell - 0.5
        nodes = _between(to_frame, corner, area, self._cell)
        where = cv2.warpAffine(shift, nodes, (area.width, area.height), flags=cv2.INTER_LINEAR)
        where += np.arange(area.left, area.right, dtype=np.float32)[None, :, None] * np.array([1, 0], np.float32)
        where += np.arange(area.top, area.bottom, dtype=np.float32)[:, None, None] * np.array([0, 1], np.float32)
        cv2.remap(frame, where, None, interpolation, drawn[area.area], cv2.BORDER_REPLICATE)

    def _shift(self, number: int, face: Pose) -> Plane:
        """The shift from each node to the source of its skin, in pixels of the reference frame."""
        ours = (face[self._pose] @ self._ours).reshape(self._shape)
        own = (self._amounts[number] @ self._own).reshape(self._shape)
        back = -ours
        for _ in range(INVERSE_STEPS):
            back = -cv2.remap(ours, self._nodes + back / self._cell, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        shifted: Plane = back + cv2.remap(
            own, self._nodes + back / self._cell, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        return shifted * self._rim


def _rim(rows: int, columns: int) -> Plane:
    down = np.minimum(np.arange(rows), np.arange(rows)[::-1])
    across = np.minimum(np.arange(columns), np.arange(columns)[::-1])
    rim: Plane = np.clip(np.minimum(down[:, None], across[None]) / 3, 0, 1).astype(np.float32)
    return rim


def _reach(box: Box, to_frame: Floats, width: int, height: int) -> Box:
    """The pixels of a frame that a box of the reference frame covers."""
    corners = np.array([(x, y, 1.0) for x in (box.left, box.right) for y in (box.top, box.bottom)])
    placed = corners @ to_frame.T
    left, top = np.floor(placed.min(axis=0)).astype(int)
    right, bottom = np.ceil(placed.max(axis=0)).astype(int)
    return Box(left=int(left), top=int(top), right=int(right), bottom=int(bottom)).within(width, height)


def _between(to_frame: Floats, corner: tuple[float, float], area: Box, step: float = 1.0) -> Floats:
    """The map of a picture whose first pixel is at `corner` and whose pixels are `step` apart, to pixels of an area."""
    place = to_frame.copy()
    place[:, 2] += to_frame[:, :2] @ np.array(corner) - [area.left, area.top]
    place[:, :2] *= step
    return place
