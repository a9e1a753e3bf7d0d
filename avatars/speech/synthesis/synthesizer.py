"""Speaks a text with any engine: in parts if the engine can, from the cache if it is there, levelled last."""

from collections.abc import Generator, Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.speech.audio import mastering
from avatars.speech.base import NATURAL, FluentEngine, Manner, Progress, Recital, Sound, Speech, SpeechEngine, Token
from avatars.speech.synthesis import cache
from avatars.speech.synthesis.lexicon_text import respelled
from avatars.speech.synthesis.sentence_engine import Dictated
from avatars.speech.synthesis.stream import filled, shifted
from avatars.speech.text.speaking_style import blanked


def parts(
    engine: SpeechEngine,
    text: str,
    *,
    voice: str,
    speed: float = 1.0,
    manner: Manner = NATURAL,
    progress: Progress | None = None,
    kept: cache.SpeechCache | None = None,
    about: dict[str, Any] | None = None,
) -> Recital:
    """The speech as it is made: by sentences where the engine is fluent (and keeps its speech), else whole.

    An engine that knows only text is given other words where the lexicon has some. `about` is the engine's name and
    options, without which nothing of it is kept.
    """
    if isinstance(engine, FluentEngine):
        return engine.parts(text, voice=voice, speed=speed, manner=manner, progress=progress)
    return Recital(parts=_whole(engine, text, voice, speed, manner, progress, kept, about))


def _whole(
    engine: SpeechEngine,
    text: str,
    voice: str,
    speed: float,
    manner: Manner,
    progress: Progress | None,
    kept: cache.SpeechCache | None,
    about: dict[str, Any] | None,
) -> Generator[Speech, None, None]:
    """All of it at once."""
    # Of the manner, engines that know only text take the words, and some the pauses and the moods.
    dictated = isinstance(engine, Dictated)
    written = respelled(text if dictated else blanked(text), manner.lexicon)
    wishes = _wishes(manner) if dictated else {}
    name = cache.key(
        engine=str((about or {}).get("name")), voice=voice, text=written.text, speed=speed, about=about, **wishes
    )
    spoken = _from_cache(kept.get(name)) if kept and about and not manner.fresh else None
    if spoken is None:
        spoken = engine.speak(written.text, voice=voice, speed=speed, progress=progress, **wishes)
        spoken = replace(spoken, samples=cache.rounded(spoken.samples))
        if kept and about:
            kept.put(name, _to_cache(spoken))
    yield written.restored(spoken)


def _wishes(manner: Manner) -> dict[str, Any]:
    moods = {"mood": manner.mood, "automatic": manner.automatic}
    usual = {"mood": NATURAL.mood, "automatic": NATURAL.automatic}
    return {"pause": manner.pause, **(moods if moods != usual else {})}


def joined(said: Iterable[Speech]) -> Speech:
    """One speech of parts that follow each other, at the loudness of broadcasters, silence wherever no sound is."""
    leveller = mastering.Leveller()
    return assembled(replace(part, samples=leveller.level(part.samples, part.rate)) for part in said)


def assembled(said: Iterable[Speech]) -> Speech:
    """One speech of levelled parts that follow each other, silence wherever no sound is."""
    samples: list[NDArray[np.float32]] = []
    sounds: list[Sound] = []
    tokens: list[Token] = []
    rate, length = 0, 0
    for part in said:
        rate = part.rate
        moved = shifted(part, length / rate)
        samples.append(part.samples)
        sounds += [sound for sound in moved.sounds if sound.symbol]
        tokens += moved.tokens
        length += len(part.samples)
    whole = np.concatenate(samples)
    return Speech(
        samples=whole, rate=rate, sounds=tuple(filled(sounds, len(whole) / rate)), tokens=tuple(_sorted(tokens))
    )


def _sorted(tokens: list[Token]) -> list[Token]:
    """By place in the text, each once."""
    whole: dict[int, Token] = {}
    for token in tokens:
        known = whole.get(token.offset)
        whole[token.offset] = replace(known, end=token.end) if known else token
    return [whole[offset] for offset in sorted(whole)]


def _to_cache(speech: Speech) -> cache.CachedSpeech:
    facts = {
        "rate": speech.rate,
        "sounds": [asdict(sound) for sound in speech.sounds],
        "tokens": [asdict(token) for token in speech.tokens],
    }
    return cache.CachedSpeech(samples=speech.samples, facts=facts)


def _from_cache(cached: cache.CachedSpeech | None) -> Speech | None:
    if cached is None:
        return None
    return Speech(
        samples=cached.samples,
        rate=cached.facts["rate"],
        sounds=tuple(Sound(**sound) for sound in cached.facts["sounds"]),
        tokens=tuple(Token(**token) for token in cached.facts["tokens"]),
    )
