"""Faces in a picture, each measured by a mesh of 478 points. LiteRT runs the model on the CPU."""

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.detector import SAME, Candidate, Detector, overlap
from avatars.engines.puppet.face.litert import interpreter, read_model, run
from avatars.engines.puppet.face.topology import (
    CHEEK_LEFT,
    CHEEK_RIGHT,
    CHIN,
    EYE_LEFT,
    EYE_RIGHT,
    FIRST_IRIS,
    FOREHEAD,
)
from avatars.engines.puppet.files import DATA

Floats = NDArray[np.float64]

MESH_SIDE = 256  # pixels of the square that the mesh model takes
SURE = 0.5  # presence score, 0..1: the model's own threshold, below which the points are guesses
PARTS = (1, 2, 3)
"""Parts of a side into which a picture is cut to look for faces: the whole, then quarters, then ninths."""

OTHER_CROPS = (
    (1.15, 0.0, 0.0),
    (0.9, 0.0, 0.0),
    (1.0, 0.08, 0.0),
    (1.0, -0.08, 0.0),
    (1.0, 0.0, 0.08),
    (1.0, 0.0, -0.08),
)
"""Size (times), shifts right and down (of the crop) of other crops of a face, which tell whether its points stay."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """`points` has shape (478, 3): x right, y down, z away from the viewer; pixels. `score` is how sure it is, 0..1."""

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


class FaceMesh:
    """Finds faces and measures them. Raises `EngineMissing` where the model file or LiteRT is absent."""

    def __init__(self, task: Path = DATA / "face_landmarker.task") -> None:
        self._detector = Detector(_inside(task, "face_detector.tflite"))
        self._mesh = interpreter(_inside(task, "face_landmarks_detector.tflite"))

    def find(self, picture: Picture, *, thorough: bool = False) -> list[Face]:
        """All faces of an RGB picture, largest first, none twice, each surer than 1 in 2.

        Small faces are found where no larger one is, or always if `thorough`: that takes up to a tenth of a second.
        """
        faces: list[Face] = []
        for parts in PARTS:
            if parts > 1 and faces and not thorough:
                break
            for candidate in self._detector(picture, parts=parts):
                # Measuring costs ten times as much as detecting, and every face is in several parts.
                if all(overlap(candidate.edges, face.box) < SAME for face in faces):
                    # Of the whole picture, not of the part, whose edge may cut the face.
                    face = self._measure(picture, candidate)
                    if face.score > SURE:
                        faces.append(face)
            faces = _distinct(faces)
        return sorted(faces, key=lambda face: -face.eye_distance)

    def track(self, picture: Picture, before: Face) -> Face:
        """The same face measured in the next picture of a video, without detecting it again."""
        return self._refine(picture, before)

    def unsteadiness(self, picture: Picture, face: Face) -> Floats:
        """The mean motion of each point (478,), in eye distances, when the face is cropped otherwise."""
        low, high = face.points[:FIRST_IRIS, :2].min(axis=0), face.points[:FIRST_IRIS, :2].max(axis=0)
        middle, side = (low + high) / 2, float((high - low).max()) * 1.5
        across = face.points[EYE_RIGHT, :2] - face.points[EYE_LEFT, :2]
        angle = float(np.arctan2(across[1], across[0]))
        moved = np.zeros(len(face.points))
        for larger, right, down in OTHER_CROPS:
            crop = _crop(middle + side * np.array([right, down]), side * larger, angle)
            again = self._read(picture, crop).points
            moved += np.linalg.norm(again[:, :2] - face.points[:, :2], axis=1)
        return moved / len(OTHER_CROPS) / face.eye_distance

    def _measure(self, picture: Picture, candidate: Candidate) -> Face:
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


def _inside(task: Path, name: str) -> bytes:
    read_model(task)
    with zipfile.ZipFile(task) as archive:
        return archive.read(name)


def _crop(centre: Floats, side: float, angle: float) -> Floats:
    """The affine map from the mesh model's square to a turned square of the picture."""
    scale = side / MESH_SIDE
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, centre - turn @ np.full(2, MESH_SIDE / 2)])


def _distinct(faces: list[Face]) -> list[Face]:
    kept: list[Face] = []
    for face in sorted(faces, key=lambda item: -item.score):
        if all(overlap(face.box, other.box) < SAME for other in kept):
            kept.append(face)
    return kept
