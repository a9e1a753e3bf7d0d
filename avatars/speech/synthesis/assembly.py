"""Sentences from an engine, made one speech: trimmed, timed, joined with pauses, at one level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from avatars.media import audio_segments
from avatars.speech.alignment import Span, align
from avatars.speech.audio import mastering
from avatars.speech.base import SENTENCE_PAUSE, Anchor, Place, Sound, Speech, Token
from avatars.speech.synthesis.sentences import Passage
from avatars.speech.text.g2p import NOWHERE

LEAD, TAIL = 0.1, 0.2  # seconds of silence before the first sound and after the last one, as in the built-in voice


@dataclass(frozen=True, kw_only=True)
class Take:
    """A passage as it was spoken."""

    passage: Passage
    samples: NDArray[np.float32]
    rate: int
    anchors: tuple[Anchor, ...] = ()


def assembled(takes: Sequence[Take], *, pause: float = SENTENCE_PAUSE) -> Speech:
    """One speech of all takes, in their order, at the rate of the first; `pause` seconds between sentences."""
    rate = takes[0].rate
    parts: list[NDArray[np.float32]] = [np.zeros(round(LEAD * rate), np.float32)]
    sounds: list[Sound] = []
    times: dict[Place, tuple[float, float]] = {}
    begins = len(parts[0])
    for number, take in enumerate(takes):
        samples, spans = _timed(take, rate)
        after = TAIL if number + 1 == len(takes) else pause * take.passage.pauses
        parts += [samples, np.zeros(round(after * rate), np.float32)]
        for span in spans:
            unit = take.passage.units[span.number]
            start, end = begins / rate + span.start, begins / rate + span.end
            sounds.append(Sound(symbol=unit.symbol, start=start, end=end))
            if unit.place != NOWHERE:
                place = take.passage.places[unit.place]
                times[place] = (times.get(place, (start, end))[0], end)
        begins += len(parts[-2]) + len(parts[-1])
    whole = mastering.level(np.concatenate(parts), rate)
    return Speech(
        samples=whole,
        rate=rate,
        sounds=tuple(_with_silences(sounds, len(whole) / rate)),
        tokens=tuple(
            Token(offset=place.offset, length=place.length, start=start, end=end)
            for place, (start, end) in sorted(times.items(), key=lambda item: item[0].offset)
        ),
    )


def _timed(take: Take, rate: int) -> tuple[NDArray[np.float32], list[Span]]:
    """Its samples from where the voice begins to where it ends, faded, and when each sound is in them."""
    from avatars.speech.audio.sound_files import resampled

    sound = audio_segments.of(resampled(take.samples, take.rate, rate), rate)
    first, last = audio_segments.bounds(sound)
    kept = audio_segments.samples(audio_segments.faded(sound.get_sample_slice(first, last)))
    anchors = [
        replace(anchor, start=anchor.start - first / rate, end=min(anchor.end - first / rate, len(kept) / rate))
        for anchor in take.anchors
    ]
    symbols = [unit.symbol for unit in take.passage.units]
    return kept, _anchored(take.passage, symbols, kept, rate, anchors) or align(kept, rate, symbols)


def _anchored(
    passage: Passage, symbols: Sequence[str], samples: NDArray[np.float32], rate: int, anchors: Sequence[Anchor]
) -> list[Span]:
    """Sounds laid along each word that has a time; nothing where a sound belongs to no such word."""
    owner = [
        next((n for n, anchor in enumerate(anchors) if anchor.first <= unit.at < anchor.last), NOWHERE)
        if unit.place != NOWHERE
        else NOWHERE
        for unit in passage.units
    ]
    if not anchors or any(n == NOWHERE for n, unit in zip(owner, passage.units, strict=True) if unit.place != NOWHERE):
        return []
    spans: list[Span] = []
    for number, anchor in enumerate(anchors):
        mine = [index for index, at in enumerate(owner) if at == number]
        start = max(0.0, anchor.start)
        part = samples[round(start * rate) : round(anchor.end * rate)]
        if mine and len(part):
            spans += [
                Span(number=mine[span.number], start=start + span.start, end=start + span.end)
                for span in align(part, rate, [symbols[index] for index in mine])
            ]
    return spans


def _with_silences(sounds: Sequence[Sound], seconds: float) -> Iterator[Sound]:
    reached = 0.0
    for sound in sounds:
        # A hop of the alignment is not a sample: neighbours may touch a little late.
        start, end = max(sound.start, reached), min(max(sound.end, reached), seconds)
        if start - reached > 1e-6:
            yield Sound(symbol="", start=reached, end=start)
        if end > start:
            yield Sound(symbol=sound.symbol, start=start, end=end)
        reached = max(reached, end)
    if seconds > reached:
        yield Sound(symbol="", start=reached, end=seconds)
