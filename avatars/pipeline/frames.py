"""The picture of a video, drawn while its words are still being synthesised: frames, overlays and the encoder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from avatars.captions.srt import Cue
from avatars.captions.stream import CaptionStream
from avatars.engines.base import Picture, RenderEngine, Setup, StreamingEngine, frame_count
from avatars.media import ffmpeg
from avatars.media.fragmented_mp4 import Part
from avatars.pipeline.montage import Montage
from avatars.pipeline.overlays import Overlays
from avatars.pipeline.sound_feed import Samples, SoundFeed
from avatars.speech.synthesis.stream import SpeechStream

LOOKS_BACK = 2.0
"""Seconds before a frame in which an engine that streams may still ask for the samples of its speech."""


def wait_for_speech(engine: RenderEngine, said: SpeechStream) -> None:
    """Wait for as much speech as the engine needs to begin: a first part, or all of it."""
    if isinstance(engine, StreamingEngine):
        said.until(0)
    else:
        said.whole()


def animate(engine: RenderEngine, setup: Setup, said: SpeechStream) -> Iterator[Picture]:
    """The frames of the shot."""
    if isinstance(engine, StreamingEngine):
        return engine.follow(setup, said)
    return engine.animate(setup.with_speech(said.whole()))


@dataclass(frozen=True, kw_only=True)
class FrameEncoder:
    """Encodes the frames of `text` as it is `said`, between clips and under overlays, in `goal` or `limit` bytes."""

    text: str
    said: SpeechStream
    parts: Montage
    over: Overlays
    goal: int
    limit: int
    tag: str = ""
    part: Callable[[Part], None] | None = None
    cue: Callable[[Cue], None] | None = None

    def encode(self, shot: Iterator[Picture], path: Path, report: Callable[[float], None]) -> None:
        """Encode the shot and the clips around it, with their sound; `part` is given each part of the file at once, and
        `cue` each caption before the part in which it begins.

        The number of frames is a guess until the speech ends. `Montage.finish` shrinks a video that becomes too large.
        """
        expected, most = (frame_count(each, self.parts.fps) for each in (self.said.expected, self.said.longest))
        limit = self.parts.limit(expected, goal=self.goal, most=self.limit)
        shape = self.parts.shape(most, limit=limit)
        sounds = SoundFeed(self.said, self.parts)
        listener = {"part": self.part} if self.part else {}
        with ffmpeg.FragmentSink(
            path, shape.within(), stamp=self.over.draw, rate=sounds.rate, tag=self.tag, **listener
        ) as sink:
            sink.hear(sounds.intro())
            for frame in self.parts.frames(self._heard(self._shown(shot), sounds, sink.hear)):
                sink.write(frame)
                report(sink.written / max(shape.frames, sink.written + (0 if self.said.over else 1)))

    def _heard(self, shown: Iterator[Picture], sounds: SoundFeed, hear: Callable[[Samples], None]) -> Iterator[Picture]:
        """The frames of the shot; the sound of each follows it."""
        count = 0
        for count, frame in enumerate(shown, start=1):
            yield frame
            hear(sounds.until(count))
            self.said.forget(count / self.parts.fps - LOOKS_BACK)
        hear(sounds.rest(count))

    def _shown(self, shot: Iterator[Picture]) -> Iterator[Picture]:
        """The frames of the shot, each after its captions are known.

        Raises `OutputError` (code `too_long`) as soon as the speech is longer than fits.
        """
        captions = CaptionStream(self.text, self.said)
        clips = (self.parts.before + self.parts.after) / self.parts.fps
        longest = self.parts.shape(0, limit=self.limit).longest - clips
        count = 0
        for frame in shot:
            if self.said.seconds > longest:
                raise ffmpeg.too_long()
            for cue in captions.until((count + 0.5) / self.parts.fps):
                self.over.add_caption(cue)
                if self.cue is not None:
                    self.cue(cue)
            yield frame
            count += 1
        self.over.set_frame_count(count)
