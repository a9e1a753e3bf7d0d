"""Uploaded portrait videos: opened with care, and written anew before they are kept.

The kept file is upright, has 25 frames a second, a keyframe every 16, and neither sound nor metadata.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph

from avatars.engines.portrait_video import FPS, KEYFRAME
from avatars.exceptions import OutputError, PortraitError
from avatars.media import ffmpeg, mp4

FORMATS = "mov,matroska"
"""The formats that ffmpeg may take it for: MP4 and MOV, WebM. A playlist would have it open other files."""
MAX_BYTES = 500 * 1024 * 1024  # bytes: two minutes as telephones record them, and more
SHORTEST, LONGEST = 20.0, 120.0  # seconds that a portrait video may have
LONGEST_SIDE = 1280  # pixels: videos are rendered no larger
QUALITY = 17  # x264's CRF, 0 to 51, less is better: it is encoded once more in each render
SECONDS_OF_A_PROCESSOR = 900  # seconds of CPU to decode it: a file made to be slow ends there


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a portrait video's length, in seconds."""

    shortest: float = SHORTEST
    longest: float = LONGEST


USUAL = Limits()


def rewritten(path: Path, to: Path, *, limits: Limits = USUAL) -> float:
    """Write the video to keep; returns its length in seconds.

    Raises `PortraitError` (codes `video_too_large`, `not_a_video`, `video_too_short`, `video_too_long`), and
    `OutputError` where the disk is full.
    """
    if path.stat().st_size > MAX_BYTES:
        raise _refused("The video is too large.", "video_too_large")
    try:
        ffmpeg.run(_graph(path, to, limits.longest))
        seconds = _seconds(to)
    except OutputError as error:
        to.unlink(missing_ok=True)
        if error.code == "disk_full":
            raise
        raise _refused("This is no video that can be read.", "not_a_video") from error
    if not limits.shortest <= seconds <= limits.longest:
        to.unlink(missing_ok=True)
        short = seconds < limits.shortest
        raise _refused(f"The video takes {seconds:.1f} s.", "video_too_short" if short else "video_too_long")
    return seconds


def first_frame(path: Path) -> bytes:
    """The first frame as a JPEG. Raises `PortraitError` (code `not_a_video`)."""
    shown = ffmpeg.source(path, format_whitelist=FORMATS, t=1)["v:0"]
    colours = {"out_color_matrix": "bt601", "out_range": "pc"}
    shown = shown.filter("scale", f"min(iw,{LONGEST_SIDE})", -2, **colours).filter("format", "yuvj420p")
    options = {"format": "image2pipe", "vcodec": "mjpeg", "vframes": 1, "q:v": 3}
    try:
        data = ffmpeg.run(graph.output(shown, "pipe:", **options).global_args("-timelimit", str(60)))
    except OutputError as error:
        raise _refused("This is no video that can be read.", "not_a_video") from error
    if not data:
        raise _refused("This is no video that can be read.", "not_a_video")
    return data


def _graph(path: Path, to: Path, longest: float) -> Any:
    # A second more than it may have: that it is too long is to be seen.
    shown = ffmpeg.source(path, format_whitelist=FORMATS, t=longest + 1)["v:0"].filter("fps", FPS, start_time=0)
    sides = f"min(1,{LONGEST_SIDE}/max(iw*sar,ih))"
    across, down = f"trunc(iw*sar*{sides}/2)*2", f"trunc(ih*{sides}/2)*2"
    shown = shown.filter("scale", across, down, flags="lanczos", out_color_matrix="bt709", out_range="tv")
    colours = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
    stream = graph.output(
        shown.filter("setsar", 1).filter("format", "yuv420p"),
        os.fspath(to),
        vcodec="libx264",
        preset="veryfast",
        crf=QUALITY,
        g=KEYFRAME,
        keyint_min=KEYFRAME,
        sc_threshold=0,
        bf=0,
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        threads=ffmpeg.threads(),
        **colours,
    )
    return stream.global_args("-xerror", "-timelimit", str(SECONDS_OF_A_PROCESSOR))


def _seconds(path: Path) -> float:
    video = mp4.probe(path).video
    return video.samples / FPS if video is not None else 0.0


def _refused(message: str, code: str) -> PortraitError:
    remedy = f"Upload an MP4, MOV or WebM video of {SHORTEST:.0f} seconds to {LONGEST / 60:.0f} minutes, up to "
    return PortraitError(message, code=code, remedy=f"{remedy}{MAX_BYTES >> 20} MB.")
