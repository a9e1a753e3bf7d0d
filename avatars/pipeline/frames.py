"""The picture of a film, drawn while its words are still being said: frames, what stands over them, and the encoder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from avatars.captions.stream import Prompter
from avatars.engines.base import Picture, RenderEngine, Setup, StreamingEngine, frame_count
from avatars.media import ffmpeg
from avatars.pipeline.montage import Montage
from avatars.pipeline.overlays import Overlays
from avatars.speech.synthesis.stream import SpeechStream


def await_words(engine: RenderEngine, said: SpeechStream) -> None:
    """Wait until so much is said that the engine can begin: a first part, or all of it."""
    if isinstance(engine, StreamingEngine):
        said.until(0)
    else:
        said.whole()


def frames(engine: RenderEngine, setup: Setup, said: SpeechStream) -> Iterator[Picture]:
    """Those of the shot."""
    if isinstance(engine, StreamingEngine):
        return engine.follow(setup, said)
    return engine.animate(setup.with_speech(said.whole()))


@dataclass(frozen=True, kw_only=True)
class Filming:
    """A film of `text` as it is `said`, between its clips, with `over` on it, of `goal` or at most `limit` bytes."""

    text: str
    said: SpeechStream
    parts: Montage
    over: Overlays
    goal: int
    limit: int

    def film(self, shot: Iterator[Picture], path: Path, report: Callable[[float], None]) -> None:
        """Encode all frames around and of the shot.

        How many there will be is a guess until all is said: what is too large then is made smaller by the montage.
        """
        expected = frame_count(self.said.expected, self.parts.fps)
        limit = self.parts.limit(expected, goal=self.goal, most=self.limit)
        shape = self.parts.shape(expected, limit=limit)
        with ffmpeg.FrameSink(path, shape.within(), stamp=self.over.draw) as sink:
            for frame in self.parts.frames(self._shown(shot)):
                sink.write(frame)
                report(sink.written / max(shape.frames, sink.written + (0 if self.said.over else 1)))

    def _shown(self, shot: Iterator[Picture]) -> Iterator[Picture]:
        """The frames of the shot; what is to be drawn over each is known when it is given.

        Raises `OutputError` (code `too_long`) as soon as more is said than fits.
        """
        prompter = Prompter(self.text, self.said)
        clips = (self.parts.before + self.parts.after) / self.parts.fps
        longest = self.parts.shape(0, limit=self.limit).longest - clips
        count = 0
        for frame in shot:
            if self.said.seconds > longest:
                raise ffmpeg.too_long()
            for cue in prompter.until((count + 0.5) / self.parts.fps):
                self.over.caption(cue)
            yield frame
            count += 1
        self.over.end(count)
