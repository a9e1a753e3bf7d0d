"""A video that is shown while it is made: its parts as files, each labelled, for the page or app that shows them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from avatars.ai_label import fragment_label, image_label
from avatars.ai_label.video_label import Origin
from avatars.captions import srt
from avatars.engines.base import Picture
from avatars.media import fragmented_mp4
from avatars.pipeline.montage import Montage

POSTER = -1
"""The number of the picture that is shown before the first frame."""


@dataclass(frozen=True, kw_only=True)
class StreamPart:
    """A file of a stream: number 0 is its beginning, with its codecs; each other shows so many seconds.

    `captions` are the captions that begin in it, as WebVTT with the times of the video; "" for none.
    `translated_captions` are in the language that is not spoken.
    """

    number: int
    path: Path
    seconds: float = 0.0
    codecs: str = ""
    captions: str = ""
    translated_captions: str = ""


Publish = Callable[[StreamPart], None]


class PartWriter:
    """Writes the parts of one video to `folder`, and has each published. Captions may come from another thread."""

    def __init__(self, folder: Path, origin: Origin, *, fps: int, publish: Publish, late: float = 0.0) -> None:
        self._folder, self._origin, self._fps, self._publish = folder, origin, fps, publish
        self._number, self._frames = 0, 0
        self._late = late
        self._spoken, self._translated = _Waiting(), _Waiting()

    def write_poster(self, picture: Picture) -> None:
        """Label and publish the picture before the first frame."""
        path = self._folder / "poster.jpg"
        path.write_bytes(image_label.still(picture, self._origin))
        self._publish(StreamPart(number=POSTER, path=path))

    def add_caption(self, cue: srt.Cue, *, translated: bool = False) -> None:
        """A caption of the shot, which begins `late` seconds after the video. Comes before its part."""
        waiting = self._translated if translated else self._spoken
        waiting.add(replace(cue, start=cue.start + self._late, end=cue.end + self._late))

    def write(self, part: fragmented_mp4.Part) -> None:
        """Label and publish the next part."""
        path = self._folder / f"{self._number:05}.part"
        if self._number == 0:
            path.write_bytes(part.data)
            first = StreamPart(number=0, path=path, codecs=fragmented_mp4.codecs(part.data))
        else:
            path.write_bytes(fragment_label.labelled(part.data, self._origin))
            self._frames += part.frames
            first = StreamPart(
                number=self._number,
                path=path,
                seconds=part.frames / self._fps,
                captions=self._spoken.begun(self._frames / self._fps),
                translated_captions=self._translated.begun(self._frames / self._fps),
            )
        self._number += 1
        self._publish(first)


class _Waiting:
    """Captions until the part in which they begin is written."""

    def __init__(self) -> None:
        self._new: SimpleQueue[srt.Cue] = SimpleQueue()
        self._cues: list[srt.Cue] = []

    def add(self, cue: srt.Cue) -> None:
        """One more, from any thread."""
        self._new.put(cue)

    def begun(self, end: float) -> str:
        """Captions that begin before this second, and were not in an earlier part, as WebVTT; "" for none."""
        with suppress(Empty):
            while True:
                self._cues.append(self._new.get_nowait())
        begun = [cue for cue in self._cues if cue.start < end]
        self._cues = self._cues[len(begun) :]
        return srt.webvtt(begun) if begun else ""


WriterOf = Callable[[Montage, Picture], PartWriter | None]
"""Makes the writer that publishes a video of these parts, after its poster; None if nothing is published."""
