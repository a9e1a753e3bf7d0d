"""A preview of a video: its loudness along its length, and a sheet of its pictures, with the video's AI label."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatars.ai_label import image_label, video_label
from avatars.media import ffmpeg, mp4
from avatars.media.file_cache import MEGABYTE, FileCache

BARS = 160  # values of loudness along a video
COLUMNS, ROWS = 6, 2  # pictures across and down
RATE = 8_000  # samples a second: enough to see where speech is loud
CACHE_LIMIT = 100 * MEGABYTE  # bytes: previews are made again when they are dropped
# Raise it when the same video gives another preview.
VERSION = 2


@dataclass(frozen=True, kw_only=True)
class VideoPreview:
    """The preview of a video before it is played.

    Attributes:
        bars: the peak of each part of its sound, 0..100 of full scale, drawn as its root so that speech is seen.
        times: the seconds at which the pictures of `sheet` were taken, row by row.
        sheet: a JPEG of `COLUMNS` × `ROWS` pictures, labelled as the video is.
    """

    bars: tuple[int, ...]
    times: tuple[float, ...]
    sheet: bytes


def make(video: Path, seconds: float) -> VideoPreview:
    """The preview of a video of so many seconds. Raises `OutputError` if it is no video, or has no label."""
    count = COLUMNS * ROWS
    origin = video_label.read(mp4.probe(video))
    if origin is None:
        raise video_label.unlabelled("the AIGC metadata is missing")
    return VideoPreview(
        bars=_bars(video),
        times=tuple(round(seconds * number / count, 2) for number in range(count)),
        sheet=image_label.marked(ffmpeg.sheet(video, seconds, columns=COLUMNS, rows=ROWS), origin),
    )


class VideoPreviewCache:
    """The cache of previews; a key stands for a video that never changes."""

    def __init__(self, folder: Path) -> None:
        self._cache = FileCache(folder / "glances", limit=CACHE_LIMIT)

    def get(self, key: str) -> VideoPreview | None:
        facts, sheet = self._cache.get(f"{key}.{VERSION}.json"), self._cache.get(f"{key}.{VERSION}.jpg")
        if facts is None or sheet is None:
            return None
        kept = json.loads(facts)
        return VideoPreview(bars=tuple(kept["bars"]), times=tuple(kept["times"]), sheet=sheet)

    def put(self, key: str, preview: VideoPreview) -> None:
        self._cache.put(f"{key}.{VERSION}.jpg", preview.sheet)
        self._cache.put(f"{key}.{VERSION}.json", json.dumps({"bars": preview.bars, "times": preview.times}).encode())

    def forget(self, key: str) -> None:
        """Delete the preview of a video."""
        for suffix in ("json", "jpg"):
            self._cache.remove(f"{key}.{VERSION}.{suffix}")


def _bars(video: Path) -> tuple[int, ...]:
    parts = np.array_split(np.abs(ffmpeg.samples(video, RATE)), BARS)
    peaks = [float(part.max()) if len(part) else 0.0 for part in parts]
    return tuple(round(100 * min(1.0, peak) ** 0.5) for peak in peaks)
