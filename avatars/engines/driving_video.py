"""The driving video of networks that draw lips only: the portrait, moving with a closed mouth."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from avatars.engines.base import RenderEngine, Shot
from avatars.media import ffmpeg

MOST_BYTES = 200 * 1024 * 1024
"""Bytes of a file that is deleted after the render: large, so that encoding costs the network no detail."""


def write(puppet: RenderEngine, shot: Shot, path: Path, progress: Callable[[float], None]) -> None:
    """The same shot with a closed mouth: head and eyes move already, and the network finds its lips."""
    height, width = shot.portrait.shape[:2]
    silent = replace(shot, speech=replace(shot.speech, sounds=()))
    shape = ffmpeg.Shape(width=width, height=height, fps=shot.fps, frames=shot.frame_count, limit=MOST_BYTES)
    with ffmpeg.FrameSink(path, shape, stamp=lambda _frame, _number: None) as sink:
        for frame in puppet.animate(silent):
            sink.write(frame)
            progress(sink.written / shape.frames)
