"""The engine: plan, speak, cut, join, level."""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import AvatarError, ScriptError
from avatars.speech import finish, kokoro
from avatars.speech.base import Progress, Sound, Speech, Token
from avatars.speech.g2p import keep_words_in
from avatars.speech.kokoro.model import RATE, Model
from avatars.speech.kokoro.plan import Place, Utterable, plan
from avatars.speech.kokoro.timing import Segment, cut, merge
from avatars.speech.kokoro.voices import Voices
from avatars.speech.normalise import Normaliser

LEAD = 0.1
TAIL = 0.2
_SPEEDS = (0.5, 2.0)


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One run as spoken: trimmed samples, what is heard when in them, and what of the text it reads."""

    samples: NDArray[np.float32]
    segments: tuple[Segment, ...]
    run: Utterable


class Kokoro(kokoro.Kokoro):
    """Kokoro-82M. `threads` per sentence, `parallel` sentences at once, `model_path` a model file of your own.

    `cache_dir` keeps what is compiled once, so that later starts are faster.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        parallel: int = 2,
        model_path: str | Path | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        keep_words_in(cache_dir)
        self._model = Model(threads=threads, path=model_path)
        self._voices = Voices()
        self._normaliser = Normaliser()
        self._parallel = parallel

    @property
    def voices(self) -> tuple[str, ...]:
        """The names that can be used alone or blended."""
        return self._voices.names

    def speak(self, text: str, *, voice: str, speed: float = 1.0, progress: Progress | None = None) -> Speech:
        """Say `text` at 24 kHz; `voice` is a name or a blend ("0.6*zf_xiaobei+0.4*af_heart"), `speed` 0.5 to 2.

        Raises `ScriptError` where nothing can be spoken, `AvatarError` for an unknown voice or speed.
        """
        style = self._voices.style(voice)
        if not _SPEEDS[0] <= speed <= _SPEEDS[1]:
            raise AvatarError(
                f"The speed {speed} is out of range.",
                code="speed_out_of_range",
                remedy="Choose between 0.5 and 2.",
                field="speed",
            )
        runs = self._runs(text)
        pieces: list[_Piece] = []
        with closing(self._pieces(runs, style, speed)) as spoken:
            for piece in spoken:
                pieces.append(piece)
                if progress:
                    progress(len(pieces) / len(runs))
        return _join(pieces)

    def _runs(self, text: str) -> list[Utterable]:
        if not text.strip():
            raise ScriptError(
                "There is nothing to say.", code="script_empty", remedy="Write what should be said.", field="text"
            )
        runs = plan(text, self._normaliser, self._model.knows)
        if not runs:
            raise ScriptError(
                "Nothing in this text can be spoken.",
                code="script_unspeakable",
                remedy="Write Chinese or English words or numbers.",
                field="text",
            )
        return runs

    def _pieces(
        self, runs: Sequence[Utterable], style: NDArray[np.float32], speed: float
    ) -> Generator[_Piece, None, None]:
        """Yield in order; where the caller stops early, sentences not yet begun are dropped."""
        pool = ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="kokoro")
        try:
            yield from pool.map(lambda run: self._say(run, style, speed), runs)
        finally:
            pool.shutdown(cancel_futures=True)

    def _say(self, run: Utterable, style: NDArray[np.float32], speed: float) -> _Piece:
        raw = self._model.say([phoneme.symbol for phoneme in run.phonemes], style, speed=speed)
        timed = [
            Segment(symbol=phoneme.symbol, start=start, end=end, owner=phoneme.at)
            for phoneme, (start, end) in zip(run.phonemes, pairwise((raw.start, *raw.ends)), strict=True)
        ]
        segments = cut(merge(timed), raw.samples)
        start, end = finish.bounds(raw.samples, RATE)
        samples = finish.fade(raw.samples[start:end], RATE)
        moved = (_moved(segment, -start, len(samples)) for segment in segments)
        return _Piece(
            samples=samples,
            segments=tuple(segment for segment in moved if segment.end > segment.start),
            run=run,
        )


def _moved(segment: Segment, by: int, length: int) -> Segment:
    return replace(segment, start=min(max(0, segment.start + by), length), end=min(max(0, segment.end + by), length))


def _join(pieces: list[_Piece]) -> Speech:
    parts = [_silence(LEAD)]
    sounds: list[Sound] = []
    times: dict[Place, tuple[float, float]] = {}
    position = len(parts[0])
    for index, piece in enumerate(pieces):
        last = index + 1 == len(pieces)
        parts += [piece.samples, _silence(TAIL if last else piece.run.pause)]
        for segment in piece.segments:
            if not segment.symbol:
                continue
            start, end = (position + segment.start) / RATE, (position + segment.end) / RATE
            sounds.append(Sound(symbol=segment.symbol, start=start, end=end))
            if segment.owner >= 0:
                place = piece.run.places[segment.owner]
                times[place] = (times.get(place, (start, end))[0], end)
        position += len(parts[-2]) + len(parts[-1])
    samples = finish.level(np.concatenate(parts), RATE)
    return Speech(
        samples=samples,
        rate=RATE,
        sounds=tuple(_filled(sounds, len(samples) / RATE)),
        tokens=tuple(_tokens(times)),
    )


def _silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * RATE), np.float32)


def _filled(sounds: list[Sound], seconds: float) -> Iterator[Sound]:
    """Put silence wherever no sound is, from 0 to the end."""
    reached = 0.0
    for sound in sounds:
        if sound.start > reached:
            yield Sound(symbol="", start=reached, end=sound.start)
        yield sound
        reached = sound.end
    if seconds > reached:
        yield Sound(symbol="", start=reached, end=seconds)


def _tokens(times: dict[Place, tuple[float, float]]) -> Iterator[Token]:
    for place in sorted(times, key=lambda place: place.offset):
        start, end = times[place]
        yield Token(offset=place.offset, length=place.length, start=start, end=end)
