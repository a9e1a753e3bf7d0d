"""The video of a third-party engine, as the requested frames."""

from collections.abc import Iterator
from pathlib import Path

from avatars.adapters.http_client import strange
from avatars.engines.base import Picture, Shot
from avatars.exceptions import EngineFailed, OutputError
from avatars.media import ffmpeg, mp4

FIELD = "render_engine"
# Engines round lengths as they please: so much may lack at the end, where the last frame stands still.
MISSING_SECONDS = 0.25
SQUEEZED = 0.02  # of the ratio of height to width: rounding to even sides stays below, a squeezed face does not


def footage(path: Path, shot: Shot) -> Iterator[Picture]:
    """The frames of an MP4, scaled to the portrait's size. A video that is too long is cut.

    Raises `EngineFailed` (`engine_output`) where it is no video, of other proportions, or too short.
    """
    try:
        _check(path, shot)
        yield from _frames(path, shot)
    except OutputError as error:
        raise strange("The engine gave something that is no video.", field=FIELD) from error


def _check(path: Path, shot: Shot) -> None:
    video = mp4.probe(path).video
    if video is None:
        raise strange("The engine gave a file without a picture.", field=FIELD)
    height, width = shot.portrait.shape[:2]
    if not video.width or abs(video.height / video.width - height / width) > SQUEEZED * height / width:
        raise strange(f"The engine gave {video.width}×{video.height} for {width}×{height}.", field=FIELD)


def _frames(path: Path, shot: Shot) -> Iterator[Picture]:
    height, width = shot.portrait.shape[:2]
    count, last = 0, None
    for last in ffmpeg.frames(path, (width, height), fps=shot.fps):
        if count == shot.frame_count:
            return
        yield last
        count += 1
    missing = shot.frame_count - count
    if last is None or missing > MISSING_SECONDS * shot.fps:
        raise strange(f"The engine gave {count} of {shot.frame_count} frames.", field=FIELD)
    for _ in range(missing):
        yield last


def refused(message: str) -> EngineFailed:
    """The engine says itself that it cannot animate this portrait or this sound."""
    return EngineFailed(message, code="engine_refused", remedy="Use another portrait, or another engine.", field=FIELD)
