"""The quality of a finished video, in numbers: to choose an engine by, not to refuse a video for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.media import ffmpeg, mp4
from avatars.speech.base import Speech

Curve = NDArray[np.float64]
Mask = NDArray[np.bool_]

LIKENESS_EVERY = 5  # frames from one look at the likeness to the next: enough for a percentile, at a fifth of the cost
WORST = 5
"""Percentile: the likeness of all but the worst twentieth of the frames."""
SIDE = 96  # pixels of the square in which faces are compared
LEAST = 3
"""Frames without which no correlation is worth a number."""
REACH = 0.04
"""So much of the longer side around the person is not called background: hair moves there."""
STILL = 99.0
"""Decibels, where nothing moves at all."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The measures of a video; None where no face was found.

    Attributes:
        fps: frames a second.
        lips: agreement of the lips' opening with the speech: Pearson's r, 1 at best.
        likeness: of the upper face with the portrait's, in all but the worst twentieth of the frames: 1 at best.
        background: stillness of the background: PSNR against the portrait in decibels, more is stiller.
    """

    fps: float
    lips: float | None
    likeness: float | None
    background: float | None


def measure(video: Path, portrait: Picture, speech: Speech, *, before: int = 0) -> Measures:
    """The measures of a video that speaks `speech` by a portrait of its size, after `before` frames of a clip.

    Raises `OutputError` if it cannot be decoded.
    """
    track = mp4.probe(video).video
    fps = track.fps if track else 0.0
    height, width = portrait.shape[:2]
    eye = _Eye(portrait)
    last = before + int(np.ceil(speech.seconds * fps))
    for number, frame in enumerate(ffmpeg.frames(video, (width, height))):
        if before <= number < last:
            eye.see(frame, number - before)
    return Measures(
        fps=round(fps, 2), lips=eye.agreement(speech, fps), likeness=eye.likeness(), background=eye.background()
    )


class _Eye:
    """Looks at one frame after another."""

    def __init__(self, portrait: Picture) -> None:
        # They bring OpenCV and LiteRT, which only the studio's child may load.
        from avatars.engines.puppet.face.mesh import FaceMesh

        self._mesh = FaceMesh()
        faces = self._mesh.find(portrait)
        self._face = faces[0] if faces else None
        self._gaps: list[float] = []
        self._alike: list[float] = []
        self._errors: list[float] = []
        self._still = np.nonzero(_background(portrait))
        self._behind = portrait[self._still].astype(np.int16)
        self._known = _upper_face(portrait, self._face.points) if self._face else None

    def see(self, frame: Picture, number: int) -> None:
        off = frame[self._still] - self._behind
        self._errors.append(float(np.mean(np.square(off, dtype=np.int32))) if off.size else 0.0)
        if self._face is None or self._known is None:
            return
        # Twice, because the first measurement leans towards the earlier face that framed it.
        self._face = self._mesh.track(frame, self._mesh.track(frame, self._face))
        self._gaps.append(_gap(self._face.points))
        if number % LIKENESS_EVERY == 0:
            self._alike.append(_correlation(self._known, _upper_face(frame, self._face.points)))

    def agreement(self, speech: Speech, fps: float) -> float | None:
        """Pearson's r between the opening of the seen lips and of the lips that the speech asks for."""
        from avatars.engines.puppet.motion.lips import aperture, lip_poses

        seen: Curve = np.array(self._gaps)
        if len(seen) < LEAST:
            return None
        moments: Curve = ((np.arange(len(seen)) + 0.5) / fps).astype(np.float64)
        return _rounded(_correlation(aperture(lip_poses(speech.sounds, moments)), seen), 3)

    def likeness(self) -> float | None:
        return _rounded(float(np.percentile(self._alike, WORST)), 3) if self._alike else None

    def background(self) -> float | None:
        if not self._errors:
            return None
        error = float(np.mean(self._errors))
        return _rounded(min(STILL, 10 * np.log10(255**2 / error)) if error else STILL, 1)


def _background(portrait: Picture) -> Mask:
    """The pixels that are neither the person nor the label, nor near them."""
    import cv2

    from avatars.ai_label.video_label import Mark
    from avatars.engines.puppet.face.segmentation import PersonMask

    height, width = portrait.shape[:2]
    reach = max(3, round(REACH * max(height, width)))
    person = cv2.dilate((PersonMask()(portrait) > 0.1).astype(np.uint8), np.ones((reach, reach), np.uint8))
    still: Mask = person == 0
    label = Mark(width, height).box
    still[label.y : label.y + label.height, label.x : label.x + label.width] = False
    return still


def _upper_face(picture: Picture, points: NDArray[np.floating]) -> Curve:
    """Eyes, brows and nose in grey, where they would be in a face that looks straight ahead."""
    import cv2

    from avatars.engines.puppet.face.topology import EYE_LEFT, EYE_RIGHT, NOSE_BASE

    seen = np.array([points[place][:2] for place in (EYE_LEFT, EYE_RIGHT, NOSE_BASE)], np.float32)
    wanted = np.array([(0.2, 0.4), (0.8, 0.4), (0.5, 0.8)], np.float32) * SIDE
    turn = cv2.getAffineTransform(seen, wanted)
    cut = cv2.warpAffine(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), turn, (SIDE, SIDE), flags=cv2.INTER_AREA)
    soft: Curve = cv2.GaussianBlur(cut, (0, 0), 1.5).astype(np.float64)
    return soft


def _gap(points: NDArray[np.floating]) -> float:
    from avatars.engines.puppet.face.topology import EYE_LEFT, EYE_RIGHT, LIP_BOTTOM, LIP_TOP

    apart = np.linalg.norm(points[LIP_TOP][:2] - points[LIP_BOTTOM][:2])
    return float(apart / np.linalg.norm(points[EYE_LEFT][:2] - points[EYE_RIGHT][:2]))


def _correlation(first: Curve, second: Curve) -> float:
    """Pearson's r; 0 where one of them does not change."""
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits)


__all__ = ["Measures", "measure"]
