"""The order of a video's parts: a clip, the shot, a clip; in pictures and in sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from avatars.engines.base import Picture, Shot
from avatars.exceptions import OutputError
from avatars.framing import clips
from avatars.framing.scene import Scene
from avatars.media import ffmpeg

LEAST_BITS = 120_000
"""Of the picture, a second: with fewer, the video would be too poor to watch."""

TOO_MUCH = frozenset({"too_long", "video_too_large"})
"""Codes of `ffmpeg.shrink`, of a limit that a video cannot meet."""


@dataclass(frozen=True, kw_only=True)
class Montage:
    """The clips around a shot in a video of this size: (width, height); `music` is heard under all of it."""

    size: tuple[int, int]
    fps: int
    intro: clips.Clip | None = None
    outro: clips.Clip | None = None
    music: Path | None = None

    @property
    def before(self) -> int:
        """The number of frames before the shot."""
        return self.intro.frames(self.fps) if self.intro else 0

    @property
    def after(self) -> int:
        """The number of frames after it."""
        return self.outro.frames(self.fps) if self.outro else 0

    @property
    def begins(self) -> float:
        """The begin of the shot, in seconds."""
        return self.before / self.fps

    def frames(self, shot: Iterator[Picture]) -> Iterator[Picture]:
        """All frames of the video."""
        if self.intro is not None:
            yield from clips.frames(self.intro, self.size, self.fps)
        yield from shot
        if self.outro is not None:
            yield from clips.frames(self.outro, self.size, self.fps)

    def shape(self, count: int, *, limit: int) -> ffmpeg.Shape:
        """The shape of a video whose shot has so many frames, in at most `limit` bytes."""
        frames = self.before + count + self.after
        return ffmpeg.Shape(width=self.size[0], height=self.size[1], fps=self.fps, frames=frames, limit=limit)

    def limit(self, count: int, *, goal: int, most: int) -> int:
        """The bytes that the video may have: `goal` where that leaves enough quality, else `most`."""
        try:
            bits = self.shape(count, limit=goal).video_bits if 0 < goal < most else 0
        except OutputError:
            return most
        return goal if bits >= LEAST_BITS else most

    def finish(self, shot: Shot, fragmented: Path, to: Path, *, goal: int, most: int) -> bool:
        """Write the video of fragments, within its limit; whether they had to be encoded again, being too large."""
        ffmpeg.remux(fragmented, to)
        return self._fit(shot, to, goal=goal, most=most)

    def _fit(self, shot: Shot, to: Path, *, goal: int, most: int) -> bool:
        """Make it as small as `goal` where that leaves enough quality, and in any case as `most`."""
        for limit in dict.fromkeys((self.limit(shot.frame_count, goal=goal, most=most), most)):
            if ffmpeg.fits(to, limit):
                return False
            small = to.with_name("small.mp4")
            try:
                ffmpeg.shrink(to, small, self.shape(shot.frame_count, limit=limit))
            except OutputError as error:
                if limit < most and error.code in TOO_MUCH:
                    continue
                raise
            small.replace(to)
            return True
        raise AssertionError("one of both limits is met, or the last one raises")


def montage(scene: Scene, size: tuple[int, int], *, fps: int) -> Montage:
    """The montage of a scene, with its clips checked. Raises `MediaError`."""
    return Montage(
        size=size,
        fps=fps,
        intro=clips.look(scene.intro, field="intro") if scene.intro else None,
        outro=clips.look(scene.outro, field="outro") if scene.outro else None,
    )
