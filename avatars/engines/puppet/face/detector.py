"""Candidates for faces: BlazeFace looks at a picture, and at its parts, where small faces are large enough for it."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.litert import interpreter, run

Floats = NDArray[np.float64]

SIDE = 128  # pixels of the square that BlazeFace takes
LIKELY = 0.4  # score, 0..1: low, as the mesh decides afterwards; a higher one misses small faces
SAME = 0.3  # overlap, 0..1, from which two finds are one face
TILE_OVERLAP = 1.4  # times the side of a tile: a face on the edge of one is whole in its neighbour


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Perhaps a face: the corners of its box (2, 2), and both eyes (2, 2) for the angle; pixels of the picture."""

    box: Floats
    eyes: Floats

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        left, top, right, bottom = (float(edge) for edge in self.box.ravel())
        return left, top, right, bottom


class Detector:
    """BlazeFace of short range; it is quick, and unsure of faces smaller than a tenth of its picture."""

    def __init__(self, model: bytes) -> None:
        self._model = interpreter(model)
        self._anchors = _anchors()

    def __call__(self, picture: Picture, *, parts: int = 1) -> list[Candidate]:
        """The candidates for faces, surest first; with `parts` the picture is cut into so many overlapping ones a
        side."""
        candidates: list[Candidate] = []
        for left, top, right, bottom in _tiles(picture.shape[1], picture.shape[0], parts):
            corner = np.array([left, top], np.float64)
            for candidate in self._look(np.ascontiguousarray(picture[top:bottom, left:right])):
                candidates.append(Candidate(box=candidate.box + corner, eyes=candidate.eyes + corner))
        return candidates

    def _look(self, picture: Picture) -> list[Candidate]:
        height, width = picture.shape[:2]
        scale = SIDE / max(height, width)
        small_w, small_h = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (SIDE - small_w) // 2, (SIDE - small_h) // 2
        canvas = np.zeros((1, SIDE, SIDE, 3), np.float32)
        small = cv2.resize(picture, (small_w, small_h), interpolation=cv2.INTER_AREA)
        canvas[0, top : top + small_h, left : left + small_w] = small.astype(np.float32) / 127.5 - 1.0
        output = run(self._model, canvas)
        scores = 1.0 / (1.0 + np.exp(-np.clip(output["classificators"][0, :, 0], -80, 80)))
        candidates: list[Candidate] = []
        for i in sorted(np.flatnonzero(scores > LIKELY), key=lambda index: -scores[index]):
            raw = output["regressors"][0, i].astype(np.float64) / SIDE
            centre, half = raw[:2] + self._anchors[i], raw[2:4] / 2
            points = np.stack([centre - half, centre + half, *(raw[4:].reshape(-1, 2)[:2] + self._anchors[i])])
            points = (points * SIDE - np.array([left, top])) / scale
            candidate = Candidate(box=points[:2], eyes=points[2:])
            if all(overlap(candidate.edges, other.edges) < SAME for other in candidates):
                candidates.append(candidate)
        return candidates


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Shared area in parts of the smaller box: a tile that cuts a face must not count it twice."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])) + 1e-9)


def _tiles(width: int, height: int, count: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right, bottom of `count` × `count` parts that overlap, so that none cuts every face at an edge."""
    if count == 1:
        yield 0, 0, width, height
        return
    side_w, side_h = min(width, int(width / count * TILE_OVERLAP)), min(height, int(height / count * TILE_OVERLAP))
    for row in range(count):
        for column in range(count):
            left, top = (width - side_w) * column // (count - 1), (height - side_h) * row // (count - 1)
            yield left, top, left + side_w, top + side_h


def _anchors() -> Floats:
    """Centres of the detector's 896 boxes, 0..1: two on each 8-pixel cell, six on each 16-pixel cell."""
    rows = []
    for stride, repeat in ((8, 2), (16, 6)):
        count = SIDE // stride
        y, x = np.mgrid[0:count, 0:count]
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1) + 0.5, repeat, axis=0) / count)
    return np.concatenate(rows).astype(np.float64)
