"""Faces in a picture: BlazeFace finds them, the 478-point mesh measures them; LiteRT runs both on the CPU."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.topology import CHEEK_LEFT, CHEEK_RIGHT, CHIN, EYE_LEFT, EYE_RIGHT, FIRST_IRIS, FOREHEAD
from avatars.exceptions import EngineMissing

Floats = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[2] / "data"
DETECTOR_SIDE, MESH_SIDE = 128, 256
SURE = 0.5
REMEDY = "Run `python3 manage.py up` once more; it installs what is missing."


@dataclass(frozen=True, kw_only=True)
class Face:
    """`points` has shape (478, 3): x right, y down, z away from the viewer, in pixels. `score` is 0..1."""

    points: Floats
    score: float

    @property
    def eye_distance(self) -> float:
        """Pixels between the outer corners of the eyes, measured in depth too, so that a turn does not shorten it."""
        return float(np.linalg.norm(self.points[EYE_RIGHT] - self.points[EYE_LEFT]))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        low, high = self.points[:FIRST_IRIS, :2].min(axis=0), self.points[:FIRST_IRIS, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def axes(self) -> Floats:
        """Columns: the face's right, down and inward directions in the picture's space; orthonormal."""
        p = self.points
        right = (p[EYE_RIGHT] - p[EYE_LEFT]) + (p[CHEEK_RIGHT] - p[CHEEK_LEFT])
        right /= np.linalg.norm(right)
        down = p[CHIN] - p[FOREHEAD]
        down -= right * (down @ right)
        down /= np.linalg.norm(down)
        return np.stack([right, down, np.cross(right, down)], axis=1)

    @property
    def yaw(self) -> float:
        """Degrees the face is turned to a side; 0 looks at the viewer."""
        inward = self.axes[:, 2]
        return float(np.degrees(np.arctan2(inward[0], inward[2])))


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """What the detector says: a box, and the two eyes for the angle; pixels."""

    box: Floats
    eyes: Floats


class FaceMesh:
    """Finds faces and measures them. Raises `EngineMissing` where the model file or LiteRT is absent."""

    def __init__(self, task: Path = DATA / "face_landmarker.task") -> None:
        self._detector = interpreter(_inside(task, "face_detector.tflite"))
        self._mesh = interpreter(_inside(task, "face_landmarks_detector.tflite"))
        self._anchors = _anchors()

    def find(self, picture: Picture, *, thorough: bool = False) -> list[Face]:
        """All faces, largest first. `thorough` looks at quarters too and finds small ones beside big ones."""
        faces = self._faces_in(picture, (0, 0))
        if thorough or not faces:
            faces = _distinct(faces + self._in_tiles(picture, 2))
        if not faces:
            faces = _distinct(self._in_tiles(picture, 3))
        return sorted(faces, key=lambda face: -face.eye_distance)

    def track(self, picture: Picture, before: Face) -> Face:
        """The same face measured in the next picture of a film, without detecting it anew."""
        return self._refine(picture, before)

    def _in_tiles(self, picture: Picture, count: int) -> list[Face]:
        found: list[Face] = []
        for left, top, right, bottom in _tiles(picture.shape[1], picture.shape[0], count):
            found += self._faces_in(np.ascontiguousarray(picture[top:bottom, left:right]), (left, top))
        return found

    def _faces_in(self, picture: Picture, origin: tuple[int, int]) -> list[Face]:
        faces = []
        for candidate in self._detect(picture):
            face = self._measure(picture, candidate)
            if face.score > SURE:
                points = face.points + np.array([*origin, 0.0])
                faces.append(Face(points=points, score=face.score))
        return _distinct(faces)

    def _detect(self, picture: Picture, threshold: float = 0.4) -> list[_Candidate]:
        height, width = picture.shape[:2]
        scale = DETECTOR_SIDE / max(height, width)
        small_w, small_h = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (DETECTOR_SIDE - small_w) // 2, (DETECTOR_SIDE - small_h) // 2
        canvas = np.zeros((1, DETECTOR_SIDE, DETECTOR_SIDE, 3), np.float32)
        small = cv2.resize(picture, (small_w, small_h), interpolation=cv2.INTER_AREA)
        canvas[0, top : top + small_h, left : left + small_w] = small.astype(np.float32) / 127.5 - 1.0
        output = run(self._detector, canvas)
        scores = 1.0 / (1.0 + np.exp(-np.clip(output["classificators"][0, :, 0], -80, 80)))
        candidates: list[_Candidate] = []
        for i in sorted(np.flatnonzero(scores > threshold), key=lambda index: -scores[index]):
            raw = output["regressors"][0, i].astype(np.float64) / DETECTOR_SIDE
            centre, half = raw[:2] + self._anchors[i], raw[2:4] / 2
            points = np.stack([centre - half, centre + half, *(raw[4:].reshape(-1, 2)[:2] + self._anchors[i])])
            points = (points * DETECTOR_SIDE - np.array([left, top])) / scale
            if all(_overlap(points[:2].ravel(), other.box.ravel()) < 0.3 for other in candidates):
                candidates.append(_Candidate(box=points[:2], eyes=points[2:]))
        return candidates

    def _measure(self, picture: Picture, candidate: _Candidate) -> Face:
        across = candidate.eyes[1] - candidate.eyes[0]
        side = float((candidate.box[1] - candidate.box[0]).max()) * 1.5
        face = self._read(picture, _crop(candidate.box.mean(axis=0), side, float(np.arctan2(across[1], across[0]))))
        # Cropping again on the mesh itself makes the points stable to a fraction of a pixel.
        return self._refine(picture, self._refine(picture, face))

    def _refine(self, picture: Picture, face: Face) -> Face:
        across = face.points[EYE_RIGHT, :2] - face.points[EYE_LEFT, :2]
        angle = float(np.arctan2(across[1], across[0]))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        upright = face.points[:FIRST_IRIS, :2] @ turn.T
        low, high = upright.min(axis=0), upright.max(axis=0)
        return self._read(picture, _crop(turn.T @ ((low + high) / 2), float((high - low).max()) * 1.5, angle))

    def _read(self, picture: Picture, crop: Floats) -> Face:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        patch = cv2.warpAffine(picture, crop, (MESH_SIDE, MESH_SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        output = run(self._mesh, patch[None].astype(np.float32) / 255.0)
        raw = output["Identity"].reshape(-1, 3).astype(np.float64)
        scale = float(np.sqrt(abs(np.linalg.det(crop[:, :2]))))
        flat = raw[:, :2] @ crop[:, :2].T + crop[:, 2]
        score = 1.0 / (1.0 + np.exp(-float(output["Identity_1"].ravel()[0])))
        return Face(points=np.column_stack([flat, raw[:, 2] * scale]), score=float(score))


def interpreter(model: bytes) -> Any:
    """A LiteRT interpreter on one thread, ready to run. Raises `EngineMissing` where LiteRT is not installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise EngineMissing(
            "The package ai-edge-litert is not installed.", code="package_missing", remedy=REMEDY
        ) from error
    made = Interpreter(model_content=model, num_threads=1)
    made.allocate_tensors()
    return made


def run(model: Any, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Outputs of a model by name."""
    model.set_tensor(model.get_input_details()[0]["index"], values)
    model.invoke()
    return {detail["name"]: model.get_tensor(detail["index"]) for detail in model.get_output_details()}


def read_model(path: Path) -> bytes:
    """The bytes of a vendored model. Raises `EngineMissing` where the file is absent."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineMissing(f"The model file {path.name} is absent.", code="model_missing", remedy=REMEDY) from error


def _inside(task: Path, name: str) -> bytes:
    read_model(task)
    with zipfile.ZipFile(task) as archive:
        return archive.read(name)


def _anchors() -> Floats:
    """Centres of the detector's 896 boxes, 0..1: two on each 8-pixel cell, six on each 16-pixel cell."""
    rows = []
    for stride, repeat in ((8, 2), (16, 6)):
        count = DETECTOR_SIDE // stride
        y, x = np.mgrid[0:count, 0:count]
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1) + 0.5, repeat, axis=0) / count)
    return np.concatenate(rows).astype(np.float64)


def _crop(centre: Floats, side: float, angle: float) -> Floats:
    """The affine map from the mesh model's square to a turned square of the picture."""
    scale = side / MESH_SIDE
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, centre - turn @ np.full(2, MESH_SIDE / 2)])


def _tiles(width: int, height: int, count: int, overlap: float = 1.4) -> Iterator[tuple[int, int, int, int]]:
    side_w, side_h = min(width, int(width / count * overlap)), min(height, int(height / count * overlap))
    for row in range(count):
        for column in range(count):
            left, top = (width - side_w) * column // (count - 1), (height - side_h) * row // (count - 1)
            yield left, top, left + side_w, top + side_h


def _distinct(faces: list[Face]) -> list[Face]:
    kept: list[Face] = []
    for face in sorted(faces, key=lambda item: -item.score):
        if all(_overlap(np.array(face.box), np.array(other.box)) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _overlap(a: Floats, b: Floats) -> float:
    """Shared area in parts of the smaller box: a tile that cuts a face must not count it twice."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, float(width)) * max(0.0, float(height))
    return shared / float(min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])) + 1e-9)
