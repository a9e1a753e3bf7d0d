"""Small real videos for tests that send one."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from avatars.ai_label import video_label
from avatars.media import ffmpeg
from tests.avatars.media.test_ffmpeg import make_sound

WIDTH, HEIGHT, FRAMES = 128, 96, 8


@cache
def raw() -> bytes:
    """A video with the mark and without metadata."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shape = ffmpeg.Shape(width=WIDTH, height=HEIGHT, fps=25, frames=FRAMES, limit=10_000_000)
        sound = make_sound(folder / "sound.wav", FRAMES / 25)
        with ffmpeg.FrameSink(
            folder / "video.mp4", shape, sound=sound, stamp=video_label.Mark(WIDTH, HEIGHT).draw
        ) as sink:
            for number in range(FRAMES):
                sink.write(np.full((HEIGHT, WIDTH, 3), 60 + 10 * number, np.uint8))
        return (folder / "video.mp4").read_bytes()


def labelled(content_id: str, *, provider: str = "OpenUser") -> bytes:
    """A video with both parts of the label."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "raw.mp4").write_bytes(raw())
        video_label.write(
            folder / "raw.mp4", folder / "video.mp4", video_label.Origin(provider=provider, content_id=content_id)
        )
        return (folder / "video.mp4").read_bytes()
