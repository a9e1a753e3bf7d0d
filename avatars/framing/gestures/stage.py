"""Draws the arm into frames: the body without it, then the arm, turned about its elbow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.framing.gestures.placement import Placement
from avatars.framing.gestures.timing import Gesture
from avatars.portraits.half_body.figures import Figure, Sprite
from avatars.portraits.half_body.poses import Arm

Matrix = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""
FEATHER = 5.0
"""Pixels of the figure by which the body reaches softly beyond the resting arm."""
TURNS_FROM, TURNS_TO = 0.30, 0.62
"""How far the arm is raised where the back of the hand turns into its palm."""


@dataclass(frozen=True, kw_only=True)
class _Reach:
    """How far a wrist is from the elbow, and in which direction, in radians."""

    length: float
    angle: float


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """What is laid over a place of a picture: colours times their coverage, and what it leaves of what is below, in
    255ths; both (height, width, 3)."""

    left: int
    top: int
    colours: Picture
    keep: Picture

    @property
    def box(self) -> Box:
        return self.left, self.top, self.left + self.colours.shape[1], self.top + self.colours.shape[0]

    def lay(self, frame: Picture) -> None:
        left, top, right, bottom = self.box
        target = frame[top:bottom, left:right]
        target[...] = cv2.add(cv2.multiply(target, self.keep, scale=1 / 255), self.colours)


class Stage:
    """A figure at a place of pictures of one size."""

    def __init__(self, figure: Figure, placement: Placement, size: tuple[int, int]) -> None:
        self._figure, self._place, self._size = figure, placement.matrix(), size
        self._reach = {arm: _reach(figure, sprite) for arm, sprite in figure.arms.items()}
        self._patch = _patch(figure, self._place, size)
        self._held: tuple[object, list[_Layer]] = (None, [])

    @contextmanager
    def drawn(self, frame: Picture, gesture: Gesture) -> Iterator[Picture]:
        """A frame that shows the arm at rest, with what it does instead; afterwards it is as it was.

        Only the pixels around the arm are touched: copying whole frames takes as long as drawing.
        """
        layers = self._layers(gesture)
        if not layers:
            yield frame
            return
        left, top, right, bottom = _around([layer.box for layer in layers])
        part = frame[top:bottom, left:right]
        before = part.copy()
        for layer in layers:
            layer.lay(frame)
        yield frame
        part[...] = before

    def _layers(self, gesture: Gesture) -> list[_Layer]:
        """The body without the resting arm, and the arm; while that is held, those of the frame before."""
        reach = self._between(gesture)
        turned = _eased((gesture.raised - TURNS_FROM) / (TURNS_TO - TURNS_FROM))
        shares = {Arm.REST: 1 - turned, gesture.before: 0.0, gesture.now: 0.0}
        shares[gesture.before] += turned * (1 - gesture.way)
        shares[gesture.now] += turned * gesture.way
        seen = {arm: share for arm, share in shares.items() if share > 0}
        if self._held[0] != (seen, reach):
            layers = (self._patch, self._arm(seen, reach))
            self._held = (seen, reach), [layer for layer in layers if layer is not None]
        return self._held[1]

    def _between(self, gesture: Gesture) -> _Reach:
        """Where the wrist is on its way."""
        rest, before, now = (self._reach[arm] for arm in (Arm.REST, gesture.before, gesture.now))
        length = before.length + (now.length - before.length) * gesture.way
        angle = before.angle + (now.angle - before.angle) * gesture.way
        return _Reach(
            length=rest.length + (length - rest.length) * gesture.raised,
            angle=rest.angle + (angle - rest.angle) * gesture.raised - np.radians(gesture.turn),
        )

    def _arm(self, shares: dict[Arm, float], reach: _Reach) -> _Layer | None:
        """The arm on its way, one picture of it fading into another."""
        moves = {arm: self._place @ self._move(arm, reach) for arm in shares}
        box = _box([_corners(self._figure.arms[arm], move) for arm, move in moves.items()], self._size)
        if box is None:
            return None
        total: Picture | None = None
        for arm, share in shares.items():
            seen = self._warped(arm, moves[arm], box)
            if total is None:
                total = seen if share == 1 else cv2.addWeighted(seen, share, seen, 0.0, 0.0)
            else:
                total = cv2.addWeighted(total, 1.0, seen, share, 0.0)
        assert total is not None
        keep = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(total, 3)), cv2.COLOR_GRAY2RGB)
        return _Layer(left=box[0], top=box[1], colours=cv2.cvtColor(total, cv2.COLOR_RGBA2RGB), keep=keep)

    def _warped(self, arm: Arm, move: Matrix, box: Box) -> Picture:
        """An arm in the part of the picture that the box has, as its pixels are."""
        left, top, right, bottom = box
        sprite = self._figure.arms[arm]
        matrix = _shift(-left, -top) @ move @ _shift(sprite.left, sprite.top)
        size = (right - left, bottom - top)
        return np.asarray(cv2.warpAffine(sprite.pixels, matrix[:2], size, flags=cv2.INTER_LINEAR), np.uint8)

    def _move(self, arm: Arm, reach: _Reach) -> Matrix:
        """How the figure's pixels of an arm move: turned about the elbow, and foreshortened along the arm."""
        own = self._reach[arm]
        x, y = self._figure.elbow
        stretch = np.diag([reach.length / own.length, 1.0, 1.0])
        moved: Matrix = _shift(x, y) @ _turn(reach.angle) @ stretch @ _turn(-own.angle) @ _shift(-x, -y)
        return moved


def _reach(figure: Figure, sprite: Sprite) -> _Reach:
    across, down = sprite.wrist[0] - figure.elbow[0], sprite.wrist[1] - figure.elbow[1]
    return _Reach(length=float(np.hypot(across, down)), angle=float(np.arctan2(down, across)))


def _patch(figure: Figure, place: Matrix, size: tuple[int, int]) -> _Layer | None:
    """The body under the resting arm; None where the picture does not show it."""
    rest = figure.arms[Arm.REST]
    mask = np.zeros(figure.plate.shape[:2], np.uint8)
    height, width = rest.pixels.shape[:2]
    mask[rest.top : rest.top + height, rest.left : rest.left + width] = 255 * (rest.pixels[..., 3] > 0)
    grown = cv2.dilate(mask, np.ones((2 * round(2 * FEATHER) + 1,) * 2, np.uint8))
    soft = cv2.GaussianBlur(grown, (0, 0), FEATHER / 2).astype(np.float32)
    layers = np.dstack([figure.plate.astype(np.float32) * (soft / 255)[..., None], soft])
    scale = place[0, 0]
    if scale < 1:
        # Fewer pixels: what is finer would flicker.
        layers = cv2.GaussianBlur(layers, (0, 0), 0.35 / scale)
    seen = cv2.warpAffine(layers, place[:2], size, flags=cv2.INTER_LINEAR)
    rows, columns = np.flatnonzero(seen[..., 3].any(axis=1)), np.flatnonzero(seen[..., 3].any(axis=0))
    if not len(rows):
        return None
    part = seen[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    colours = np.ascontiguousarray(np.rint(part[..., :3]).astype(np.uint8))
    keep = np.repeat(255 - np.rint(part[..., 3:]), 3, axis=2).astype(np.uint8)
    return _Layer(left=int(columns[0]), top=int(rows[0]), colours=colours, keep=np.ascontiguousarray(keep))


def _corners(sprite: Sprite, move: Matrix) -> Matrix:
    height, width = sprite.pixels.shape[:2]
    x, y = np.array([0, width, width, 0]) + sprite.left, np.array([0, 0, height, height]) + sprite.top
    moved: Matrix = (move @ np.stack([x, y, np.ones(4)]))[:2]
    return moved


def _box(corners: list[Matrix], size: tuple[int, int]) -> Box | None:
    """What of a picture of this size such corners enclose: left, top, right, bottom."""
    places = np.concatenate(corners, axis=1)
    left, top = np.floor(places.min(axis=1)).astype(int) - 1
    right, bottom = np.ceil(places.max(axis=1)).astype(int) + 1
    left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
    return (int(left), int(top), int(right), int(bottom)) if right > left and bottom > top else None


def _around(boxes: list[Box]) -> Box:
    """What encloses all of these."""
    left, top = np.min([box[:2] for box in boxes], axis=0)
    right, bottom = np.max([box[2:] for box in boxes], axis=0)
    return int(left), int(top), int(right), int(bottom)


def _shift(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def _turn(angle: float) -> Matrix:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])


def _eased(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)
