"""Whether lips move in silence: viewers notice this first in a video of a talking face."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.inspection.expectations import Expected, wrong

if TYPE_CHECKING:
    from avatars.engines.puppet.face.mesh import Face, FaceMesh

LONGEST = 0.5
"""Seconds: shorter silences are not looked at, since lips may close slowly, and open before the next sound."""
SETTLES, LEADS = 0.25, 0.12
"""Seconds left out after a silence begins, and before it ends: lips close slowly and open early."""
LOOKS = 8
"""At so many frames of a silence, and of the speech."""
SILENCES = 3  # the longest ones are looked at: a mouth that moves in silence does so in them
# In distances between the eyes; the share is of how much they move in speech, which tells shaky measuring from moving.
MOVES, SHARE = 0.06, 0.5
STIR = 12
"""Grey levels by which a pixel of a frame must change, or nothing moves there: encoding alone changes one by less."""


class Mouth:
    """Keeps some frames of the longest silences and of the speech, and measures the lips in them."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        fps = expected.shot.fps
        longest = sorted(expected.silences(LONGEST), key=lambda gap: gap[0] - gap[1])[:SILENCES]
        self._groups = [_chosen(start + SETTLES, end - LEADS, fps) for start, end in longest]
        talk = [number for number in range(expected.shot.frame_count) if expected.speaks(number)] if longest else []
        self._groups.append(talk[:: max(1, len(talk) // (2 * LOOKS))])
        self._wanted = {number for group in self._groups for number in group}
        self._kept: dict[int, Picture] = {}

    def see(self, frame: Picture, number: int) -> None:
        """Keep this frame of the shot, in grey, where it is one of those."""
        if number in self._wanted:
            self._kept[number] = frame.copy()

    def judge(self) -> None:
        """Raises `OutputError` where the lips move in a silence as they do in speech."""
        *silences, speech = ([number for number in group if number in self._kept] for group in self._groups)
        moving = {silence[0]: moved for silence in silences if (moved := self._moves(silence)) > MOVES}
        # To measure the speech costs more than the silences, and hardly a video needs it.
        most = SHARE * self._moves(speech) if moving else 0.0
        for number, moved in moving.items():
            if moved > most:
                at = self._expected.begins + number / self._expected.shot.fps
                raise wrong("lips_in_silence", f"the lips move at {at:.2f} s, during silence")

    def _moves(self, numbers: list[int]) -> float:
        """The change of the gap between the lips over these frames; 0 without a face."""
        frames = [self._kept[number] for number in numbers]
        # To look for the lips costs a hundred times as much, and many an engine holds the picture in a silence.
        gaps = _gaps(frames) if _stirs(frames) else np.empty(0)
        return float(np.percentile(gaps, 90) - np.percentile(gaps, 10)) if gaps.size > 2 else 0.0


def _chosen(start: float, end: float, fps: int) -> list[int]:
    first, last = int(np.ceil(start * fps - 0.5)), int(end * fps - 0.5)
    if last <= first:
        return []
    return sorted({round(number) for number in np.linspace(first, last, LOOKS)})


def _stirs(frames: list[Picture]) -> bool:
    """Whether anything at all moves over these frames."""
    if len(frames) < 2:
        return False
    brightest, darkest = np.maximum.reduce(frames), np.minimum.reduce(frames)
    return int((brightest - darkest).max()) >= STIR


def _gaps(frames: list[Picture]) -> NDArray[np.float64]:
    """The gap between the lips on each frame with a face, in distances between the eyes."""
    from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP

    gaps, face = [], None
    for frame in frames:
        face = _followed(np.repeat(frame[:, :, None], 3, axis=2), face)
        if face is not None:
            apart = face.points[LIP_TOP, :2] - face.points[LIP_BOTTOM, :2]
            gaps.append(float(np.linalg.norm(apart)) / face.eye_distance)
    return np.array(gaps)


def _followed(picture: Picture, before: "Face | None") -> "Face | None":
    """The face of a frame, which costs half as much if the face of another frame is known."""
    from avatars.engines.puppet.face.mesh import SURE

    if before is not None:
        # Twice, because the first measurement leans towards the earlier face that framed it.
        face = _mesh().track(picture, _mesh().track(picture, before))
        if face.score > SURE:
            return face
    return next(iter(_mesh().find(picture)), None)


@cache
def _mesh() -> "FaceMesh":
    # It brings LiteRT, which only the studio's child may load.
    from avatars.engines.puppet.face.mesh import FaceMesh

    return FaceMesh()
