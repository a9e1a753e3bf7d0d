"""A video as a portrait, given to an engine beside the still picture. Values that need no engine."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FPS = 25
"""Frames a second of every stored video."""
KEYFRAME = 16
"""A stored video has a keyframe every so many frames, so that a piece of it is decoded backwards without the rest."""
SURE = 0.5  # score of the mesh, 0..1, above which a frame shows a face
SMALLEST_GAP = 0.02
"""Between lips that are shut, eye distances: as the mesh sees them."""

Floats = NDArray[np.float64]
Part = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Track:
    """A face followed through all n frames of a video, by the mesh of 478 points.

    `points` (n, 478, 3) are pixels of the video, float32. `score` (n,) is the certainty of the mesh, 0 where no face is
    seen; `angles` (n, 3) are yaw, pitch and roll in degrees; `gap` (n,) is between the lips, in eye distances;
    `colours` (n, spots, 3) are the skin's around the mouth; `motion` (n,) is the difference from the frame before, in
    grey levels.
    """

    points: NDArray[np.float32]
    score: Floats
    angles: Floats
    gap: Floats
    colours: NDArray[np.float32]
    motion: Floats

    def __len__(self) -> int:
        return len(self.score)

    @property
    def boxes(self) -> Floats:
        """Left, top, right and bottom of the face in each frame: (n, 4)."""
        flat = self.points[:, :468, :2].astype(np.float64)
        return np.column_stack([flat.min(axis=1), flat.max(axis=1)])

    @property
    def reference(self) -> int:
        """The frame whose mouth is used: shut, the head held as it mostly is, looking ahead, and unblurred."""
        middle = np.median(self.angles, axis=0)
        away = np.abs(self.angles - middle).sum(axis=1) + 0.5 * np.abs(self.angles[:, :2]).sum(axis=1)
        opened = np.maximum(0.0, self.gap - SMALLEST_GAP) * 400
        moved = 4 * self.motion / max(float(np.median(self.motion)), 0.1)
        return int(np.argmin(away + opened + moved + 1000 * (self.score <= SURE)))


@dataclass(frozen=True, kw_only=True)
class MovingPortrait:
    """A stored video of `FPS` frames a second, and its track. Of each frame the `part` is shown, at a `place` of the
    still portrait, which is its reference frame: both x, y, width, height, in pixels.

    `numbers` are the frames to show, `FPS` of them a second; without any the engine chooses.
    """

    path: Path
    track: Track
    part: Part
    place: Part
    numbers: tuple[int, ...] = ()
