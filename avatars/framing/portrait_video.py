"""Composes a video portrait: one crop for all of its frames, so that nothing swims, and one frame as the still picture.

Brings OpenCV and LiteRT: only the studio's child loads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from avatars.engines.base import Picture
from avatars.engines.portrait_video import MovingPortrait, Part, Track
from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.engines.puppet.moving import face_track
from avatars.engines.puppet.moving.frames import VideoFrames, broken
from avatars.engines.puppet.moving.track_cache import kept_track
from avatars.exceptions import MediaError, OutputError
from avatars.framing.crop import Window, close_up, head_of, window
from avatars.framing.scene import LONGEST, Scene, even, size_of
from avatars.media import mp4

SOFT = 24
"""Times smaller and soft that the video's frame is made to fill the rest of the picture."""


@dataclass(frozen=True, kw_only=True)
class StoredVideo:
    """A video file as it is stored: see `portraits.video_file`. `origin` is its SHA-256 in hex."""

    path: Path
    origin: str


def compose(
    video: StoredVideo,
    scene: Scene,
    *,
    enhanced: bool,
    longest: int = LONGEST,
    cache_folder: Path | None = None,
    waiting: Callable[[float], None] | None = None,
) -> tuple[Picture, MovingPortrait]:
    """The reference frame as the video shows it, RGB of even sides, and its `MovingPortrait`.

    The video is tracked first if no cache has its track. Raises `PortraitError`, and `MediaError` (code
    `moving_background`) if the scene replaces the background.
    """
    if scene.replaces_background:
        raise MediaError(
            "A video portrait keeps its own background.",
            code="moving_background",
            field="background",
            remedy="Remove the background colour and picture, or use a photograph as the portrait.",
        )
    size, track = _tracked(video, cache_folder, waiting)
    aspect = scene.format.aspect
    shown = Window(left=0, top=0, width=size[0], height=size[1])
    if aspect is not None:
        shown = window(*size, head_of(_around(track)), aspect)
    wanted = size_of(shown.width, shown.height, fixed=aspect is not None, enhanced=enhanced, longest=longest)
    return _shown(video.path, track, shown, size, wanted)


def fill(
    video: StoredVideo, size: tuple[int, int], *, close: bool = False, cache_folder: Path | None = None
) -> tuple[Picture, MovingPortrait]:
    """The same as it fills exactly this size (even sides), with its own background; `close` to the face.

    Raises `PortraitError`.
    """
    own, track = _tracked(video, cache_folder, None)
    head, aspect = head_of(_around(track)), size[0] / size[1]
    shown = close_up(*own, head, aspect) if close else window(*own, head, aspect)
    return _shown(video.path, track, shown, own, size)


def _tracked(
    video: StoredVideo, cache_folder: Path | None, waiting: Callable[[float], None] | None
) -> tuple[tuple[int, int], Track]:
    width, height, frames = _measured(video.path)
    track = kept_track(cache_folder, video.origin, lambda: _followed(video.path, (width, height), frames, waiting))
    return (width, height), track


def _shown(
    path: Path, track: Track, shown: Window, video: tuple[int, int], size: tuple[int, int]
) -> tuple[Picture, MovingPortrait]:
    part, place = _parts(shown, video, size)
    still = next(VideoFrames(path=path, part=part, size=place[2:]).read(track.reference, 1), None)
    if still is None:
        raise broken()
    return _filled(still, place, size), MovingPortrait(path=path, track=track, part=part, place=place)


def _measured(path: Path) -> tuple[int, int, int]:
    try:
        video = mp4.probe(path).video
    except OutputError as error:
        raise broken() from error
    if video is None or not video.width:
        raise broken()
    return video.width, video.height, video.samples


def _followed(path: Path, size: tuple[int, int], count: int, waiting: Callable[[float], None] | None) -> Track:
    def seen(number: int, _frame: Picture, _face: Face) -> None:
        if waiting is not None:
            waiting((number + 1) / max(count, number + 1))

    whole = VideoFrames(path=path, part=(0, 0, *size), size=size)
    return face_track.follow(whole.read(), _mesh(), seen)


def _around(track: Track) -> tuple[float, float, float, float]:
    """The box in which the face is, in all but a few frames."""
    left, top = np.percentile(track.boxes[:, :2], 2, axis=0)
    right, bottom = np.percentile(track.boxes[:, 2:], 98, axis=0)
    return float(left), float(top), float(right), float(bottom)


def _parts(shown: Window, video: tuple[int, int], size: tuple[int, int]) -> tuple[Part, Part]:
    """The shown part of each frame, and its place in the picture: all of the window that the video has."""
    scale = size[0] / shown.width
    left, top = max(0.0, shown.left), max(0.0, shown.top)
    right, bottom = min(video[0], shown.left + shown.width), min(video[1], shown.top + shown.height)
    x, y = even(left) if left >= 2 else 0, even(top) if top >= 2 else 0
    part = (x, y, min(even(right - left), even(video[0] - x)), min(even(bottom - top), even(video[1] - y)))
    width, height = min(size[0], even(part[2] * scale)), min(size[1], even(part[3] * scale))
    if shown.left >= 0 and shown.left + shown.width <= video[0] + 1e-6:
        width = size[0]
    if shown.top >= 0:
        height = size[1]
    return part, ((size[0] - width) // 2, size[1] - height, width, height)


def _filled(still: Picture, place: Part, size: tuple[int, int]) -> Picture:
    """The frame at its place; where it leaves room, the same frame, soft."""
    x, y, width, height = place
    if (width, height) == size:
        return still.copy()
    scale = max(size[0] / width, size[1] / height)
    covering = cv2.resize(still, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    left, top = (covering.shape[1] - size[0]) // 2, (covering.shape[0] - size[1]) // 2
    behind = covering[top : top + size[1], left : left + size[0]]
    small = cv2.resize(behind, (max(2, size[0] // SOFT), max(2, size[1] // SOFT)), interpolation=cv2.INTER_AREA)
    picture = np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), 2), size, interpolation=cv2.INTER_CUBIC), np.uint8)
    picture[y : y + height, x : x + width] = still
    return picture


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()
