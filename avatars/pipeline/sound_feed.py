"""The sound of a video in pieces, as its frames are drawn: the intro's, the speech so far, the outro's."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Shot
from avatars.framing import clips
from avatars.media import audio_segments
from avatars.pipeline.montage import Montage
from avatars.scenes import music
from avatars.speech.audio.sample_buffer import SampleBuffer, let_go, room
from avatars.speech.synthesis.stream import SpeechStream

Samples = NDArray[np.float32]

BLOCK = 250
"""Frames whose sound is written together."""
MARGIN = 512
"""Samples around a piece that decide how its own sound at another rate."""


class SoundFeed:
    """For speech of which a first part is there. All pieces together are as long as the frames, at `rate`."""

    def __init__(self, said: SpeechStream, parts: Montage) -> None:
        self._said, self._parts = said, parts
        self.rate = clips.RATE if parts.intro or parts.outro else said.rate
        common = int(np.gcd(said.rate, self.rate))
        self._unit, self._units = said.rate // common, self.rate // common
        self._taken = self._given = 0

    def intro(self) -> Samples:
        """The sound before the shot."""
        if self._parts.intro is None:
            return np.zeros(0, np.float32)
        return audio_segments.samples(clips.sound(self._parts.intro, self._parts.before / self._parts.fps))

    def until(self, count: int) -> Samples:
        """The speech during so many frames of the shot that was not given before; unknown samples come later."""
        end = min(round(count / self._parts.fps * self._said.rate), round(self._said.seconds * self._said.rate))
        if self._units != self._unit:
            end = max(0, end - MARGIN) // self._unit * self._unit
        return self._piece(end)

    def rest(self, count: int) -> Samples:
        """The remaining speech in a shot of so many frames, with silence to its end, and the outro."""
        length = round(count / self._parts.fps * self.rate) - self._given
        piece = self._piece(len(self._said.whole().samples))[:length]
        pieces = [piece, np.zeros(length - len(piece), np.float32)]
        if self._parts.outro is not None:
            seconds = self._parts.after / self._parts.fps
            pieces.append(audio_segments.samples(clips.sound(self._parts.outro, seconds)))
        return np.concatenate(pieces)

    def _piece(self, end: int) -> Samples:
        """The speech up to this sample of its own rate, at ours."""
        if end <= self._taken:
            return np.zeros(0, np.float32)
        same = self._units == self._unit
        piece = self._said.heard(self._taken, end) if same else self._converted(end)
        self._taken = end
        self._given += len(piece)
        return piece

    def _converted(self, end: int) -> Samples:
        # Slow to load.
        from avatars.speech.audio.sound_files import resampled

        start = max(0, self._taken - -(-MARGIN // self._unit) * self._unit)
        near = resampled(self._said.heard(start, end + MARGIN), self._said.rate, self.rate)
        first, last = ((place - start) * self._units // self._unit for place in (self._taken, end))
        return near[first:last]


class PreparedSound:
    """The sound of a video whose speech is all there, with its clips and its music: in a file of the folder, and given
    out from the beginning."""

    def __init__(self, shot: Shot, parts: Montage, folder: Path) -> None:
        feed, heard = SoundFeed(SpeechStream.of(shot.speech), parts), SampleBuffer(folder)
        heard.append(feed.intro())
        for count in range(BLOCK, shot.frame_count, BLOCK):
            heard.append(feed.until(count))
            let_go(shot.speech.samples)
        heard.append(feed.rest(shot.frame_count))
        let_go(shot.speech.samples)
        self._parts, self.rate, self._given = parts, feed.rate, 0
        whole = heard.whole()
        self._all = music.mixed(whole, parts.music, self.rate, partial(room, folder=folder)) if parts.music else whole

    def until(self, count: int) -> Samples:
        """The sound until so many frames of the shot are over, without the samples given before."""
        return self._piece(round((self._parts.before + count) / self._parts.fps * self.rate))

    def rest(self) -> Samples:
        """The remaining sound."""
        return self._piece(len(self._all))

    def _piece(self, end: int) -> Samples:
        piece = self._all[self._given : end].copy()
        self._given = max(self._given, end)
        let_go(self._all)
        return piece
