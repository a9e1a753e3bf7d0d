"""The source of a video's speech: an engine, sentence by sentence, or an uploaded recording."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from avatars.media import audio_segments
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.stages import Stage, StageTimer
from avatars.recognition.base import RecognitionEngine
from avatars.speech.base import Recital, Sound, Speech, SpeechEngine
from avatars.speech.synthesis.cache import SpeechCache
from avatars.speech.synthesis.stream import SpeechStream

NARRATION = "speech.wav"
RATE = 24_000
"""Samples a second of a silence: as many as the built-in voices have."""


@dataclass(frozen=True, kw_only=True)
class SpeechSource:
    """A source of speech: an engine (None for a recording), its speech `cache`, and its name and options, `about`, for
    the keys of that cache. `recognition` finds the words of a recording that comes without them. `partner` speaks for
    the second digital human of a dialogue.
    """

    engine: SpeechEngine | None
    cache: SpeechCache | None = None
    about: dict[str, Any] | None = None
    recognition: RecognitionEngine | None = None
    partner: "SpeechSource | None" = None

    @contextmanager
    def stream(self, spec: VideoSpec, timer: StageTimer, folder: Path | None) -> Iterator[tuple[SpeechStream, str]]:
        """The speech, the rest of which is synthesised in the background, and its words. It is kept in the folder."""
        if spec.loop:
            yield SpeechStream.of(silence(spec.loop)), ""
            return
        if spec.recording:
            from avatars.speech.synthesis import recorded_speech

            spoken, text = recorded_speech.recorded(
                spec.recording, words=spec.text, lexicon=spec.manner.lexicon, ears=self.recognition
            )
            yield SpeechStream.of(spoken), text
            return
        # Brings dictionaries, which only the studio's child may load.
        from avatars.speech.synthesis import background

        def waits(share: float) -> None:
            if timer.stage is Stage.SPEAKING:
                timer.report(share)
            else:
                timer.waiting_for(Stage.SPEAKING)

        with background.delivered(partial(self.recite, spec), waits=waits, folder=folder) as said:
            yield said, spec.text

    def recite(self, spec: VideoSpec, progress: Callable[[float], None] | None = None) -> Recital:
        """The text of a spec in parts, as they are synthesised."""
        assert self.engine is not None
        # Brings dictionaries, which only the studio's child may load.
        from avatars.speech.synthesis import synthesizer

        return synthesizer.parts(
            self.engine,
            spec.text,
            voice=spec.voice,
            speed=spec.speed,
            manner=spec.manner,
            progress=progress,
            kept=self.cache,
            about=self.about,
        )

    def recite_text(self, spec: VideoSpec, text: str) -> Recital:
        """Another text in the voice of a spec."""
        return self.recite(replace(spec, text=text))

    def narrate(self, spec: VideoSpec, folder: Path) -> None:
        """Write the speech of a spec to `NARRATION` in `folder`. Raises `ScriptError`."""
        from avatars.speech.synthesis import background, synthesizer

        spoken = background.audible(synthesizer.joined(self.recite(spec)))
        audio_segments.write_wav(folder / NARRATION, spoken.samples, spoken.rate)


def silence(seconds: float) -> Speech:
    """Silent speech of this length."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    return Speech(samples=samples, rate=RATE, sounds=(Sound(symbol="", start=0.0, end=seconds),), tokens=())
