"""Draws arms into frames: the body without them, then each arm, turned about its elbow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.framing.gestures.placement import Placement
from avatars.framing.gestures.timing import Gesture
from avatars.portraits.half_body.figures import Figure, Limb, Sprite
from avatars.portraits.half_body.poses import Arm

Matrix = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""
FEATHER = 5.0
"""Pixels of the figure by which the body reaches softly beyond the resting arm."""
TURNS_FROM, TURNS_TO = 0.30, 0.62
"""The raises of the arm, 0..1, between which the back of the hand turns into its palm."""


@dataclass(frozen=True, kw_only=True)
class _Reach:
    """The distance of a wrist from the elbow, and its direction, in radians."""

    length: float
    angle: float


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """An overlay at a place of a picture: colours times their coverage, and the share of the picture that it leaves, in
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


class _Hand:
    """An arm of a figure whose `place` in the picture is known."""

    def __init__(self, limb: Limb, place: Matrix, size: tuple[int, int]) -> None:
        self._limb, self._place, self._size = limb, place, size
        self._reach = {arm: _reach(limb, sprite) for arm, sprite in limb.arms.items()}

    def layer(self, raised: float, poses: dict[Arm, float], turn: float) -> _Layer | None:
        """The arm so far raised to a mixture of poses, and turned by so many degrees beyond."""
        turned = _eased((raised - TURNS_FROM) / (TURNS_TO - TURNS_FROM))
        shares = {arm: turned * share for arm, share in poses.items()}
        shares[Arm.REST] = shares.get(Arm.REST, 0.0) + 1 - turned
        seen = {arm: share for arm, share in shares.items() if share > 0}
        return self._drawn(seen, self._between(raised, poses, turn))

    def _between(self, raised: float, poses: dict[Arm, float], turn: float) -> _Reach:
        """The reach of the wrist on its way."""
        rest = self._reach[Arm.REST]
        length = sum(share * self._reach[arm].length for arm, share in poses.items())
        angle = sum(share * self._reach[arm].angle for arm, share in poses.items())
        return _Reach(
            length=rest.length + (length - rest.length) * raised,
            angle=rest.angle + (angle - rest.angle) * raised - np.radians(turn),
        )

    def _drawn(self, shares: dict[Arm, float], reach: _Reach) -> _Layer | None:
        """The arm on its way, one picture of it fading into another."""
        moves = {arm: self._place @ self._move(arm, reach) for arm in shares}
        box = _box([_corners(self._limb.arms[arm], move) for arm, move in moves.items()], self._size)
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
        sprite = self._limb.arms[arm]
        matrix = _shift(-left, -top) @ move @ _shift(sprite.left, sprite.top)
        size = (right - left, bottom - top)
        return np.asarray(cv2.warpAffine(sprite.pixels, matrix[:2], size, flags=cv2.INTER_LINEAR), np.uint8)

    def _move(self, arm: Arm, reach: _Reach) -> Matrix:
        """The map of an arm's pixels in the figure: turned about the elbow, and foreshortened along the arm."""
        own = self._reach[arm]
        x, y = self._limb.elbow
        stretch = np.diag([reach.length / own.length, 1.0, 1.0])
        moved: Matrix = _shift(x, y) @ _turn(reach.angle) @ stretch @ _turn(-own.angle) @ _shift(-x, -y)
        return moved


class Stage:
    """A figure at a place of pictures of one size."""

    def __init__(self, figure: Figure, placement: Placement, size: tuple[int, int]) -> None:
        place = placement.matrix()
        first, other = figure.first, figure.other
        self._first, self._other = _Hand(first, place, size), _Hand(other, place, size)
        self._plate = _patch(figure.plate, [first.arms[Arm.REST]], place, size)
        self._bare = _patch(figure.bare, [limb.arms[Arm.REST] for limb in (first, other)], place, size)
        self._held: tuple[Gesture | None, list[_Layer]] = (None, [])

    @contextmanager
    def drawn(self, frame: Picture, gesture: Gesture) -> Iterator[Picture]:
        """A frame that shows the arms at rest, with the gesture drawn in; afterwards it is as it was.

        Only the pixels around the arms are touched: copying whole frames takes as long as drawing.
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
        """The body without the arms that move, and those; while they are held, as in the frame before."""
        if self._held[0] != gesture:
            layers = self._moved(gesture)
            self._held = gesture, [layer for layer in layers if layer is not None]
        return self._held[1]

    def _moved(self, gesture: Gesture) -> list[_Layer | None]:
        poses = {gesture.before: 1 - gesture.way}
        poses[gesture.now] = poses.get(gesture.now, 0.0) + gesture.way
        first = self._first.layer(gesture.raised, poses, gesture.turn)
        if not gesture.other:
            return [self._plate, first]
        other = self._other.layer(gesture.other, {Arm.ASK: 1.0}, -gesture.turn * gesture.other)
        return [self._bare, other, first]


def _reach(limb: Limb, sprite: Sprite) -> _Reach:
    across, down = sprite.wrist[0] - limb.elbow[0], sprite.wrist[1] - limb.elbow[1]
    angle = float(np.arctan2(down, across))
    # On the way between any two of them, the hand is above the elbow.
    return _Reach(length=float(np.hypot(across, down)), angle=angle if angle < np.pi / 2 else angle - 2 * np.pi)


def _patch(body: Picture, resting: list[Sprite], place: Matrix, size: tuple[int, int]) -> _Layer | None:
    """The body under resting arms; None where the picture does not show it."""
    mask = np.zeros(body.shape[:2], np.uint8)
    for rest in resting:
        height, width = rest.pixels.shape[:2]
        covered = mask[rest.top : rest.top + height, rest.left : rest.left + width]
        covered[rest.pixels[..., 3] > 0] = 255
    grown = cv2.dilate(mask, np.ones((2 * round(2 * FEATHER) + 1,) * 2, np.uint8))
    soft = cv2.GaussianBlur(grown, (0, 0), FEATHER / 2).astype(np.float32)
    layers = np.dstack([body.astype(np.float32) * (soft / 255)[..., None], soft])
    scale = place[0, 0]
    if scale < 1:
        # Fewer pixels: finer details would flicker.
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
    """The part of a picture of this size that such corners enclose: left, top, right, bottom."""
    places = np.concatenate(corners, axis=1)
    left, top = np.floor(places.min(axis=1)).astype(int) - 1
    right, bottom = np.ceil(places.max(axis=1)).astype(int) + 1
    left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
    return (int(left), int(top), int(right), int(bottom)) if right > left and bottom > top else None


def _around(boxes: list[Box]) -> Box:
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
