"""A film at a glance: how loud it is along its length, and pictures of it in a row, with the AI label of the film."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatars.ai_label import image_label, video_label
from avatars.media import ffmpeg, mp4
from avatars.media.file_cache import MEGABYTE, Shelf

BARS = 160
COLUMNS, ROWS = 6, 2
RATE = 8_000
SHELF = 100 * MEGABYTE
# Raise it when the same film would be shown differently.
VERSION = 2


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What is seen of a film before it is played.

    Attributes:
        bars: the peak of each part of its sound, 0..100 of full scale, drawn as its root so that speech is seen.
        times: the seconds at which the pictures of `sheet` were taken, row by row.
        sheet: a JPEG of `COLUMNS` × `ROWS` pictures, labelled as the film is.
    """

    bars: tuple[int, ...]
    times: tuple[float, ...]
    sheet: bytes


def look(film: Path, seconds: float) -> Glance:
    """A film of so many seconds at a glance. Raises `OutputError` for what is none, or has no label."""
    count = COLUMNS * ROWS
    origin = video_label.read(mp4.probe(film))
    if origin is None:
        raise video_label.unlabelled("the AIGC metadata is missing")
    return Glance(
        bars=_bars(film),
        times=tuple(round(seconds * number / count, 2) for number in range(count)),
        sheet=image_label.marked(ffmpeg.sheet(film, seconds, columns=COLUMNS, rows=ROWS), origin),
    )


class Glances:
    """Those that were taken before; `key` names a film that never changes."""

    def __init__(self, cache: Path) -> None:
        self._shelf = Shelf(cache / "glances", limit=SHELF)

    def get(self, key: str) -> Glance | None:
        words, sheet = self._shelf.get(f"{key}.{VERSION}.json"), self._shelf.get(f"{key}.{VERSION}.jpg")
        if words is None or sheet is None:
            return None
        found = json.loads(words)
        return Glance(bars=tuple(found["bars"]), times=tuple(found["times"]), sheet=sheet)

    def put(self, key: str, glance: Glance) -> None:
        self._shelf.put(f"{key}.{VERSION}.jpg", glance.sheet)
        self._shelf.put(f"{key}.{VERSION}.json", json.dumps({"bars": glance.bars, "times": glance.times}).encode())

    def forget(self, key: str) -> None:
        """Remove what shows this film."""
        for suffix in ("json", "jpg"):
            self._shelf.remove(f"{key}.{VERSION}.{suffix}")


def _bars(film: Path) -> tuple[int, ...]:
    parts = np.array_split(np.abs(ffmpeg.samples(film, RATE)), BARS)
    peaks = [float(part.max()) if len(part) else 0.0 for part in parts]
    return tuple(round(100 * min(1.0, peak) ** 0.5) for peak in peaks)
