"""A video followed once, frame by frame: where its face is, how it is held, lit and moves. Kept as an NPZ file."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.portrait_video import Track
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import SURE, Face, FaceMesh, Floats
from avatars.engines.puppet.moving.frames import broken
from avatars.exceptions import PortraitError

SPOTS = (50, 280, 205, 425, 187, 411, 210, 430, 199, 164)
"""Skin around the mouth: cheeks, beside the lips, jaw, chin, below the nose."""
SPOT = 0.04  # eye distances: half the side of the square around each point whose mean colour is kept
COARSE = 48
"""The longer side, in pixels, of the pictures that tell how much moves."""

Seen = Callable[[int, Picture, Face], None]
_Row = tuple[NDArray[np.float32], float, NDArray[np.float32], float, Floats, float]


def follow(frames: Iterator[Picture], mesh: FaceMesh, seen: Seen | None = None) -> Track:
    """Track the face in all frames, held in memory one at a time; `seen` is told of each. Raises `PortraitError`."""
    rows: list[_Row] = []
    face: Face | None = None
    coarse: NDArray[np.int16] | None = None
    unseen = 0
    for number, frame in enumerate(frames):
        face = _found(mesh, frame, face)
        if face is None:
            unseen += 1
            continue
        before, coarse = coarse, _coarse(frame)
        if before is None:
            before = coarse
        moved = float(np.abs(coarse - before).mean())
        points = face.points.astype(np.float32)
        rows.append((points, face.score, _spots(frame, face), moved, _angles(face), _gap(face)))
        if seen is not None:
            seen(number, frame, face)
    if not rows:
        raise no_face() if unseen else broken()
    return _track([(rows[0][0], 0.0, *rows[0][2:])] * unseen + rows)


def no_face() -> PortraitError:
    """The refusal of a video without a face."""
    remedy = "Choose a video in which the face looks at the camera and is well lit."
    return PortraitError("No face was found in the video.", code="no_face", remedy=remedy)


def pack(track: Track) -> bytes:
    """The bytes of an NPZ file."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{field.name: getattr(track, field.name) for field in fields(Track)})
    return file.getvalue()


def unpack(data: bytes) -> Track | None:
    """The track that was packed; None for other bytes."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return Track(**{field.name: stored[field.name] for field in fields(Track)})
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _track(rows: list[_Row]) -> Track:
    points, score, colours, motion, angles, gap = zip(*rows, strict=True)
    return Track(
        points=np.array(points),
        score=np.array(score),
        colours=np.array(colours),
        # Of the first frame nothing is known: it is as calm as the second.
        motion=np.array((*motion[1:2], *motion[1:]) if len(motion) > 1 else motion),
        angles=np.array(angles),
        gap=np.array(gap),
    )


def _found(mesh: FaceMesh, frame: Picture, before: Face | None) -> Face | None:
    """The face of a frame; where it is lost, the one before, with a score of 0."""
    if before is not None:
        face = mesh.track(frame, before)
        if face.score > SURE:
            return face
    faces = mesh.find(frame)
    if faces:
        return faces[0]
    return Face(points=before.points, score=0.0) if before is not None else None


def _coarse(frame: Picture) -> NDArray[np.int16]:
    scale = COARSE / max(frame.shape[:2])
    size = max(2, round(frame.shape[1] * scale)), max(2, round(frame.shape[0] * scale))
    small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    coarse: NDArray[np.int16] = small.astype(np.int16)
    return coarse


def _spots(frame: Picture, face: Face) -> NDArray[np.float32]:
    reach = max(1, round(SPOT * face.eye_distance))
    height, width = frame.shape[:2]
    places = face.points[list(SPOTS), :2].round().astype(int)
    x, y = np.clip(places[:, 0], reach, width - reach - 1), np.clip(places[:, 1], reach, height - reach - 1)
    colours = [
        frame[b - reach : b + reach + 1, a - reach : a + reach + 1].mean(axis=(0, 1)) for a, b in zip(x, y, strict=True)
    ]
    return np.array(colours, np.float32)


def _angles(face: Face) -> Floats:
    right, down, _ = face.axes.T
    return np.array([face.yaw, np.degrees(np.arctan2(down[2], down[1])), np.degrees(np.arctan2(right[1], right[0]))])


def _gap(face: Face) -> float:
    return max(0.0, float(anatomy(face.points).gaps.max()))
