"""The last look at a film before anybody may see it; each thing that can be wrong has a code."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars import ffmpeg, label, mp4
from avatars.engines.base import Shot
from avatars.exceptions import OutputError
from avatars.framing.boxes import Box

SMALL_SIDE = 64
DARK = 24
# Grey levels on a small picture: encoding moves a still one by up to 7, lips move it by 30 and more.
MOVED = 12
SILENT_PEAK = 0.005
CLIPPED_LEVEL = 0.999
CLIPPED_SHARE = 0.002
START_TOLERANCE = 0.001

Report = Callable[[float], None]


def inspect(
    path: Path,
    shot: Shot,
    *,
    content_id: str,
    limit: int,
    covered: Sequence[Box] = (),
    progress: Report | None = None,
) -> mp4.Probe:
    """Return what the film is, or raise `OutputError` with what is wrong with it.

    `covered` are the places where something is drawn over the frames: what moves or shines there proves nothing.
    """
    report = progress or _nothing
    found = mp4.probe(path)
    check_format(found, shot, limit=limit)
    label.verify_tag(found, content_id)
    report(0.2)
    check_picture(path, shot, covered, report)
    check_sound(path, shot)
    return found


def check_format(found: mp4.Probe, shot: Shot, *, limit: int) -> None:
    """Codecs, pixels, sides, number of frames, both tracks of one length from the start, and the size."""
    video, audio = found.video, found.audio
    if video is None or video.codec != "h264" or video.pixels != "yuv420p":
        raise _wrong("video_codec", "its picture is not H.264 in yuv420p")
    if audio is None or audio.codec != "aac":
        raise _wrong("audio_codec", "its sound is not AAC")
    if (video.height, video.width) != shot.portrait.shape[:2]:
        raise _wrong("video_size", f"its picture is {video.width}×{video.height}")
    if video.samples != shot.frame_count:
        raise _wrong("frame_count", f"it has {video.samples} frames instead of {shot.frame_count}")
    if max(abs(video.start), abs(audio.start)) > START_TOLERANCE:
        raise _wrong("late_start", "a track starts late")
    if abs(video.seconds - audio.seconds) > 1 / shot.fps:
        raise _wrong("lengths_differ", f"picture {video.seconds:.2f} s, sound {audio.seconds:.2f} s")
    if abs(video.seconds - shot.speech.seconds) > 1 / shot.fps:
        raise _wrong("duration", f"it takes {video.seconds:.2f} s, the speech {shot.speech.seconds:.2f} s")
    if found.size > limit:
        raise _wrong("too_large", f"it has {found.size} bytes, {limit} are allowed")


def check_picture(path: Path, shot: Shot, covered: Sequence[Box], report: Report) -> None:
    """Decode every frame: it must decode, carry the AI mark, show something, and move while there is speech."""
    height, width = shot.portrait.shape[:2]
    scale = SMALL_SIDE / min(height, width)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    decoded, moved, first = 0, 0, None
    seen = _uncovered(covered, (width, height), size)
    mark = label.Mark(width, height)
    for whole, patch in ffmpeg.frames_and_piece(path, size, (mark.x, mark.y, mark.width, mark.height)):
        if mark.likeness(patch) < label.LIKENESS:
            raise label.unlabelled(label.missing_mark(decoded, shot.fps))
        frame = whole[seen]
        if first is None:
            first = frame.astype(np.int16)
        if np.percentile(frame, 95) < DARK:
            raise _wrong("black", f"frame {decoded} is black")
        moved = max(moved, int(np.abs(frame - first).max()))
        decoded += 1
        report(0.2 + 0.7 * decoded / shot.frame_count)
    if decoded != shot.frame_count:
        raise _wrong("undecodable", f"only {decoded} of {shot.frame_count} frames can be decoded")
    if moved < MOVED and speaks(shot):
        raise _wrong("frozen", "nothing moves although there is speech")


def _uncovered(covered: Sequence[Box], film: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which pixels of a picture of this size nothing is drawn over."""
    seen = np.ones((size[1], size[0]), bool)
    across, down = size[0] / film[0], size[1] / film[1]
    for box in covered:
        left, right = int(box.x * across), int(np.ceil((box.x + box.width) * across))
        top, bottom = int(box.y * down), int(np.ceil((box.y + box.height) * down))
        seen[top:bottom, left:right] = False
    return seen


def check_sound(path: Path, shot: Shot) -> None:
    """The sound must be heard, and not be distorted by clipping."""
    heard = np.abs(ffmpeg.samples(path, shot.speech.rate))
    if not heard.size or float(heard.max()) < SILENT_PEAK:
        raise _wrong("silent", "there is no sound")
    if float((heard >= CLIPPED_LEVEL).mean()) > CLIPPED_SHARE:
        raise _wrong("clipped", "the sound is distorted")


def speaks(shot: Shot) -> bool:
    """Whether the speech lasts long enough for lips to have moved between two frames."""
    marks = [sound for sound in shot.speech.sounds if sound.symbol]
    return shot.frame_count > 2 and any(later.start > sooner.start for sooner, later in pairwise(marks))


def _nothing(share: float) -> None:
    """Nobody wants to know."""


def _wrong(code: str, why: str) -> OutputError:
    return OutputError(f"The finished video failed its checks: {why}.", code=code, remedy="Try again.")
