"""Each frame of a video: it must decode, carry the AI mark, show the person, and move with the speech and only then."""

from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.ai_label import video_label
from avatars.engines.base import Picture
from avatars.inspection import lip_sync
from avatars.inspection.expectations import Expected, Report, wrong
from avatars.media import ffmpeg

# The shorter side of decoded frames, in pixels, and the factor by which they are shrunk to see whether anything moves.
SIDE, COARSE = 256, 4
LIGHT, DARK = 48, 24  # grey levels: from where a pixel of the portrait is lit, and below which a frame is black there
LIT_SHARE = 0.01  # of the picture: with less light in it, a dark frame proves nothing
# Grey levels on the coarse picture: encoding moves a still one by up to 7, lips move it by 30 and more.
MOVED = 12
STILL_SECONDS = 2.0
"""Seconds of speech within which a face must move."""


def check_picture(path: Path, expected: Expected, report: Report) -> None:
    """Decode every frame and look at it. Raises `OutputError`."""
    shot = expected.shot
    height, width = shot.portrait.shape[:2]
    size = decoded_size(width, height)
    mark, eye = video_label.Mark(width, height), Eye(expected, size)
    mouth = lip_sync.Mouth(expected)
    piece = (mark.x, mark.y, mark.width, mark.height)
    decoded = 0
    for whole, patch in ffmpeg.frames_and_piece(path, size, piece):
        if mark.likeness(patch) < video_label.LIKENESS:
            raise video_label.unlabelled(video_label.missing_mark(decoded, shot.fps))
        number = decoded - expected.before
        if 0 <= number < shot.frame_count:
            eye.see(whole, number)
            mouth.see(whole, number)
        decoded += 1
        report(0.2 + 0.7 * decoded / expected.frames)
    if decoded != expected.frames:
        raise wrong("undecodable", f"only {decoded} of {expected.frames} frames can be decoded")
    eye.judge()
    mouth.judge()


class Eye:
    """Sees whether frames are dark where the portrait is not, and whether anything moves while there is speech."""

    def __init__(self, expected: Expected, size: tuple[int, int]) -> None:
        self._expected = expected
        height, width = expected.shot.portrait.shape[:2]
        self._seen = _uncovered(expected, (width, height), _coarse_size(size))
        still = _scaled(expected.shot.portrait.mean(axis=2), _coarse_size(size))
        self._lit = self._seen & (still >= LIGHT)
        self._window: deque[NDArray[np.int16]] = deque(maxlen=max(2, round(STILL_SECONDS * expected.shot.fps)))
        self._first: NDArray[np.int16] | None = None
        self._moved = 0

    def see(self, whole: Picture, number: int) -> None:
        """Look at this frame of the shot. Raises `OutputError`."""
        frame = _coarse(whole)
        if self._lit.mean() > LIT_SHARE and np.median(frame[self._lit]) < DARK:
            raise wrong("black", f"it is black at {self._time(number)}")
        now = frame[self._seen].astype(np.int16)
        if self._first is None:
            self._first = now
        self._moved = max(self._moved, _difference(now, self._first))
        if not self._expected.speaks(number):
            self._window.clear()
            return
        self._window.append(now)
        if len(self._window) == self._window.maxlen:
            middle = self._window[len(self._window) // 2]
            if max(_difference(now, self._window[0]), _difference(now, middle)) < MOVED and self._still():
                raise wrong("frozen", f"nothing moves at {self._time(number)}, although there is speech")

    def judge(self) -> None:
        """Raises `OutputError` where nothing moved at all although there was speech."""
        if self._moved < MOVED and self._speaks():
            raise wrong("frozen", "nothing moves although there is speech")

    def _still(self) -> bool:
        return all(_difference(frame, self._window[0]) < MOVED for frame in self._window)

    def _speaks(self) -> bool:
        """Whether the speech lasts long enough for lips to have moved between two frames."""
        shot = self._expected.shot
        starts = {sound.start for sound in shot.speech.sounds if sound.symbol}
        return shot.frame_count > 2 and len(starts) > 1

    def _time(self, number: int) -> str:
        return f"{self._expected.begins + number / self._expected.shot.fps:.2f} s"


def decoded_size(width: int, height: int) -> tuple[int, int]:
    """The size in which frames of this size are decoded: sides that `COARSE` divides."""
    scale = min(1.0, SIDE / min(width, height))
    across, down = (max(2 * COARSE, int(side * scale) // COARSE * COARSE) for side in (width, height))
    return across, down


def _coarse_size(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] // COARSE, size[1] // COARSE


def _coarse(whole: Picture) -> Picture:
    height, width = whole.shape
    blocks = whole.reshape(height // COARSE, COARSE, width // COARSE, COARSE)
    mean: Picture = blocks.mean(axis=(1, 3), dtype=np.float32).astype(np.uint8)
    return mean


def _scaled(values: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """The nearest values of a coarser picture of (width, height)."""
    rows = (np.arange(size[1]) + 0.5) * values.shape[0] / size[1]
    columns = (np.arange(size[0]) + 0.5) * values.shape[1] / size[0]
    chosen: NDArray[np.float64] = values[rows.astype(int)[:, None], columns.astype(int)[None]]
    return chosen


def _difference(first: NDArray[np.int16], second: NDArray[np.int16]) -> int:
    return int(np.abs(first - second).max(initial=0))


def _uncovered(expected: Expected, video: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of a picture of this size that nothing is drawn over."""
    seen = np.ones((size[1], size[0]), bool)
    across, down = size[0] / video[0], size[1] / video[1]
    for box in expected.covered:
        left, right = int(box.x * across), int(np.ceil((box.x + box.width) * across))
        top, bottom = int(box.y * down), int(np.ceil((box.y + box.height) * down))
        seen[top:bottom, left:right] = False
    return seen
