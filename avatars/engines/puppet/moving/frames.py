"""The frames of a stored video, from any place on, forwards and backwards, a few of them in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ffmpeg as graph

from avatars.engines.base import Picture
from avatars.engines.portrait_video import FPS, KEYFRAME, Part
from avatars.exceptions import OutputError, PortraitError
from avatars.media import ffmpeg


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A way through a video: `count` frames from the frame `first`, `step` 1 forwards and -1 backwards."""

    first: int
    count: int
    step: int


@dataclass(frozen=True, kw_only=True)
class VideoFrames:
    """A stored video of `FPS` frames a second. Of each frame the `part` (x, y, width, height) is shown, in `size`."""

    path: Path
    part: Part
    size: tuple[int, int]

    def read(self, first: int = 0, count: int | None = None) -> Iterator[Picture]:
        """RGB frames (height, width, 3) from a place on; as many as there are. Raises `PortraitError`."""
        x, y, width, height = self.part
        limits = {} if count is None else {"vframes": count}
        # A quarter of a frame early: times are rounded.
        begin = {"ss": f"{(first - 0.25) / FPS:.4f}"} if first else {}
        shown = ffmpeg.source(self.path, **begin).video.filter("crop", width, height, x, y, exact=1)
        shown = shown.filter("scale", *self.size, flags="bicubic+accurate_rnd", in_color_matrix="bt709")
        stream = graph.output(shown, "pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough", **limits)
        try:
            yield from ffmpeg.raw(stream, (self.size[1], self.size[0], 3))
        except OutputError as error:
            raise broken() from error

    def along(self, legs: Iterable[Leg]) -> Iterator[tuple[int, Picture]]:
        """The number and the picture of each frame on the way, one leg after the other."""
        for leg in legs:
            yield from self._forwards(leg) if leg.step > 0 else self._backwards(leg)

    def following(self, numbers: Iterable[int]) -> Iterator[tuple[int, Picture]]:
        """The number and the picture of each of these frames; quick where neighbours follow each other."""
        onwards: Iterator[Picture] = iter(())
        before, place, piece = -1, -1, dict[int, Picture]()
        for number in numbers:
            if number not in piece and number < before:
                first = number // KEYFRAME * KEYFRAME
                piece = dict(zip(range(first, number + 1), self.read(first, number - first + 1), strict=False))
                onwards, place = iter(()), -1
            elif number not in piece:
                onwards = onwards if number == place else self.read(number)
                piece, place = {}, number + 1
            frame = piece[number] if number in piece else next(onwards, None)
            if frame is None:
                raise broken()
            yield number, frame
            before = number

    def _forwards(self, leg: Leg) -> Iterator[tuple[int, Picture]]:
        yield from zip(range(leg.first, leg.first + leg.count), self.read(leg.first, leg.count), strict=True)

    def _backwards(self, leg: Leg) -> Iterator[tuple[int, Picture]]:
        last, end = leg.first, leg.first - leg.count
        while last > end:
            first = max(end + 1, last // KEYFRAME * KEYFRAME)
            piece = list(self.read(first, last - first + 1))
            yield from zip(range(last, first - 1, -1), reversed(piece), strict=True)
            last = first - 1


def broken() -> PortraitError:
    """The refusal of a video whose frames cannot be read."""
    return PortraitError("The video cannot be read.", code="not_a_video", remedy="Upload an MP4, MOV or WebM video.")
