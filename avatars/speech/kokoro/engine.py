"""The engine: plan, speak, cut; speech is cached."""

import hashlib
import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import AvatarError, ScriptError
from avatars.media import audio_segments
from avatars.speech import kokoro
from avatars.speech.base import NATURAL, Manner, Place, Progress, Recital, Sound, Speech, Token
from avatars.speech.kokoro.kokoro_voices import Voices
from avatars.speech.kokoro.model import RATE, Model
from avatars.speech.kokoro.phoneme_times import NOBODY, Segment, cut, merge
from avatars.speech.synthesis import cache
from avatars.speech.synthesis.plan import Utterable, plan
from avatars.speech.synthesis.stream import filled
from avatars.speech.synthesis.synthesizer import joined
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.pronunciation_lexicon import Lexicon
from core.text import chinese_words

LEAD = 0.1  # seconds of silence before the first sound
TAIL = 0.2  # seconds of silence after the last sound
_SPEEDS = (0.5, 2.0)  # times the usual tempo, the least and the most at which it is still understood


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One run as spoken: trimmed samples, the sounds in them with times, and the part of the text that it reads."""

    samples: NDArray[np.float32]
    segments: tuple[Segment, ...]
    run: Utterable


class Kokoro(kokoro.Kokoro):
    """Kokoro-82M. `threads` per sentence and `parallel` sentences at once, 0 for a number that suits the processors:
    two cores say one sentence after another, for the first one is waited for. `model_path`: a model file of your own.

    `cache_dir` keeps the compiled model, so that later starts are faster, and earlier speech.
    """

    def __init__(
        self,
        *,
        threads: int = 0,
        parallel: int = 0,
        model_path: str | Path | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        chinese_words.load()
        cores = os.cpu_count() or 1
        self._model = Model(threads=threads or min(2, cores), path=model_path)
        self._voices = Voices()
        self.normaliser = Normaliser()
        self._cache = cache.SpeechCache(cache_dir)
        self._parallel = parallel or max(1, min(2, cores // 2))

    @property
    def voices(self) -> tuple[str, ...]:
        """The names that can be used alone or blended."""
        return self._voices.names

    def speak(self, text: str, *, voice: str, speed: float = 1.0, progress: Progress | None = None) -> Speech:
        """Say `text` at 24 kHz; `voice` is a name or a blend ("0.6*zf_xiaobei+0.4*af_heart"), `speed` 0.5 to 2.

        Raises `ScriptError` where nothing can be spoken, `AvatarError` for an unknown voice or speed.
        """
        return joined(self.parts(text, voice=voice, speed=speed, progress=progress))

    def parts(
        self, text: str, *, voice: str, speed: float = 1.0, manner: Manner = NATURAL, progress: Progress | None = None
    ) -> Recital:
        """See `FluentEngine.parts`: a sentence each, of a long one its parts, `parallel` of them at work at once."""
        styles = self._voices.style(voice), self._voices.style(voice, mixed=True)
        if not _SPEEDS[0] <= speed <= _SPEEDS[1]:
            raise AvatarError(
                f"The speed {speed} is out of range.",
                code="speed_out_of_range",
                remedy="Choose between 0.5 and 2.",
                field="speed",
            )
        runs = self._runs(text, manner)
        saying = _Saying(voice=voice, styles=styles, speed=speed, fresh=manner.fresh)
        return Recital(parts=self._spoken(runs, saying, progress), places=_places(runs))

    def plan(self, text: str, manner: Manner) -> list[Utterable]:
        """The runs of a speech, without speaking it."""
        lexicon = Lexicon(manner.lexicon)
        return plan(
            text,
            self.normaliser,
            self._model.knows,
            lexicon=lexicon,
            pause=manner.pause,
            mood=manner.mood,
            automatic=manner.automatic,
        )

    def _runs(self, text: str, manner: Manner) -> list[Utterable]:
        if not text.strip():
            raise ScriptError("There is nothing to say.", code="script_empty", remedy="Write a script.", field="text")
        runs = self.plan(text, manner)
        if not runs:
            raise ScriptError(
                "Nothing in this text can be spoken.",
                code="script_unspeakable",
                remedy="Write Chinese or English words or numbers.",
                field="text",
            )
        return runs

    def _spoken(
        self, runs: Sequence[Utterable], saying: "_Saying", progress: Progress | None
    ) -> Generator[Speech, None, None]:
        with closing(self._pieces(runs, saying)) as pieces:
            for number, piece in enumerate(pieces, start=1):
                if progress:
                    progress(number / len(runs))
                yield _part(piece, first=number == 1, last=number == len(runs))

    def _pieces(self, runs: Sequence[Utterable], saying: "_Saying") -> Generator[_Piece, None, None]:
        """Yield in order; where the caller stops early, sentences not yet begun are dropped."""
        pool = ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="kokoro")
        try:
            yield from pool.map(lambda run: self._say(run, saying), runs)
        finally:
            pool.shutdown(cancel_futures=True)

    def _say(self, run: Utterable, saying: "_Saying") -> _Piece:
        spoken = [phoneme.symbol for phoneme in run.phonemes]
        style, prosody, speed = saying.styles[run.mixed], run.style.prosody, run.style.speed(saying.speed)
        melody = {"pitch": prosody.pitch, "range": prosody.range} if prosody.pitch or prosody.range else {}
        key = cache.key(
            engine="kokoro",
            voice=saying.voice,
            symbols=spoken,
            speed=speed,
            model=self._model.name,
            style=hashlib.sha256(style.tobytes()).hexdigest(),
            **melody,
        )
        kept = None if saying.fresh else self._cache.get(key)
        if kept is None:
            kept = self._said(spoken, style, speed, melody)
            self._cache.put(key, kept)
        segments = tuple(
            Segment(symbol=symbol, start=start, end=end, owner=run.phonemes[index].at if index >= 0 else NOBODY)
            for symbol, start, end, index in kept.facts["segments"]
        )
        samples = kept.samples if not prosody.gain else kept.samples * np.float32(10 ** (prosody.gain / 20))
        return _Piece(samples=samples, segments=segments, run=run)

    def _said(
        self, spoken: list[str], style: NDArray[np.float32], speed: float, melody: dict[str, float]
    ) -> cache.CachedSpeech:
        raw = self._model.say(spoken, style, speed=speed, **melody)
        timed = [
            Segment(symbol=symbol, start=start, end=end, owner=index)
            for index, (symbol, (start, end)) in enumerate(zip(spoken, pairwise((raw.start, *raw.ends)), strict=True))
        ]
        segments = cut(merge(timed), raw.samples)
        sound = audio_segments.of(raw.samples, RATE)
        start, end = audio_segments.bounds(sound)
        kept = audio_segments.faded(sound.get_sample_slice(start, end))
        samples = cache.rounded(audio_segments.samples(kept))
        moved = [_moved(segment, -start, len(samples)) for segment in segments]
        heard = [[each.symbol, each.start, each.end, each.owner] for each in moved if each.end > each.start]
        return cache.CachedSpeech(samples=samples, facts={"segments": heard})


@dataclass(frozen=True, kw_only=True)
class _Saying:
    """The voice (`styles`: sentences of one language, and of both), the speed, and whether to bypass the cache."""

    voice: str
    styles: tuple[NDArray[np.float32], NDArray[np.float32]]
    speed: float
    fresh: bool


def _places(runs: Sequence[Utterable]) -> tuple[Place, ...]:
    """The places that are read aloud, in the order of the text."""
    read = {run.places[phoneme.at] for run in runs for phoneme in run.phonemes if phoneme.at >= 0}
    return tuple(sorted(read, key=lambda place: place.offset))


def _moved(segment: Segment, by: int, length: int) -> Segment:
    return replace(segment, start=min(max(0, segment.start + by), length), end=min(max(0, segment.end + by), length))


def _part(piece: _Piece, *, first: bool, last: bool) -> Speech:
    lead = round(LEAD * RATE) if first else 0
    pause = round((TAIL if last else piece.run.pause) * RATE)
    samples = np.concatenate([np.zeros(lead, np.float32), piece.samples, np.zeros(pause, np.float32)])
    sounds: list[Sound] = []
    times: dict[Place, tuple[float, float]] = {}
    for segment in piece.segments:
        if not segment.symbol:
            continue
        start, end = (lead + segment.start) / RATE, (lead + segment.end) / RATE
        sounds.append(Sound(symbol=segment.symbol, start=start, end=end))
        if segment.owner >= 0:
            place = piece.run.places[segment.owner]
            times[place] = (times.get(place, (start, end))[0], end)
    return Speech(
        samples=samples,
        rate=RATE,
        sounds=tuple(filled(sounds, len(samples) / RATE)),
        tokens=tuple(_tokens(times)),
    )


def _tokens(times: dict[Place, tuple[float, float]]) -> Iterator[Token]:
    for place in sorted(times, key=lambda place: place.offset):
        start, end = times[place]
        yield Token(offset=place.offset, length=place.length, start=start, end=end)
