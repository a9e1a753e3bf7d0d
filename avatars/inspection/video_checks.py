"""The last check of a video before it is released; flaws have codes, with words in flaws.py."""

from collections.abc import Sequence
from pathlib import Path

from avatars.ai_label import video_label
from avatars.inspection.expectations import Expected, Report, wrong
from avatars.inspection.picture import check_picture
from avatars.inspection.scenes import Take, check_scenes
from avatars.inspection.sound import check_sound
from avatars.media import mp4

START_TOLERANCE = 0.001  # seconds: players round the beginnings of streams to milliseconds
TOGETHER = 0.04
"""Seconds by which picture and sound may differ in length: one frame, which viewers do not notice."""


def inspect(
    path: Path,
    expected: Expected,
    *,
    content_id: str,
    limit: int,
    progress: Report | None = None,
    takes: Sequence[Take] = (),
) -> mp4.Probe:
    """Return the streams of the video, or raise `OutputError` for its first flaw.

    Of a video of scenes, `takes` are the boxes of the human; its `expected` shot has the sides of the video.
    """
    report = progress or _nothing
    tracks = mp4.probe(path)
    check_format(tracks, expected, limit=limit)
    video_label.verify_tag(tracks, content_id)
    report(0.1)
    check_sound(path, expected)
    report(0.2)
    if takes:
        check_scenes(path, expected, takes, report)
    else:
        check_picture(path, expected, report)
    return tracks


def check_format(probed: mp4.Probe, expected: Expected, *, limit: int) -> None:
    """Codecs, pixels, sides, frames and how many a second, both tracks of one length from the start, and the size."""
    video, audio, shot = probed.video, probed.audio, expected.shot
    if video is None or video.codec != "h264" or video.pixels != "yuv420p":
        raise wrong("video_codec", "its picture is not H.264 in yuv420p")
    if audio is None or audio.codec != "aac":
        raise wrong("audio_codec", "its sound is not AAC")
    if (video.height, video.width) != shot.portrait.shape[:2]:
        raise wrong("video_size", f"its picture is {video.width}×{video.height}")
    if abs(video.fps - shot.fps) > 0.01 * shot.fps:
        raise wrong("frame_rate", f"it has {video.fps:.2f} frames a second instead of {shot.fps}")
    if video.samples != expected.frames:
        raise wrong("frame_count", f"it has {video.samples} frames instead of {expected.frames}")
    if max(abs(video.start), abs(audio.start)) > START_TOLERANCE:
        raise wrong("late_start", "a track starts late")
    if abs(video.seconds - audio.seconds) > TOGETHER:
        raise wrong("lengths_differ", f"picture {video.seconds:.2f} s, sound {audio.seconds:.2f} s")
    if abs(video.seconds - expected.seconds) > 1 / shot.fps:
        raise wrong("duration", f"it takes {video.seconds:.2f} s instead of {expected.seconds:.2f} s")
    if probed.size > limit:
        raise wrong("too_large", f"it has {probed.size} bytes, {limit} are allowed")


def _nothing(share: float) -> None:
    """Ignore the progress."""


__all__ = ["Expected", "check_format", "check_picture", "check_sound", "inspect"]
