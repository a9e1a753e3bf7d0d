"""The stresses of speech, with the motion of head and brows: a nod on the syllable, raised brows at a question.

Stress is heard (loudness, pitch, length), marked by the dictionary (English), or written: numbers and questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.face.geometry import smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.prosody import Voice
from avatars.engines.puppet.motion.visemes import is_stressed, visemes
from avatars.speech.base import Sound, Token

DECIDED = 0.24
"""Seconds before the middle of a syllable by which it is known whether it is stressed."""
AROUND, APART = 0.40, 0.55
"""Seconds around a stressed syllable in which it is the strongest, and at least from one nod to the next."""
LEAST = 0.22  # of the sum below; a weaker stress gets no nod, or the head would nod at each word
LOUD, TONE, LONG, MARKED, NUMBER = 0.55, 0.30, 0.30, 0.20, 0.30
"""Weights of the signs of stress: twice the usual loudness, a pitch four semitones above the usual one, a syllable
0.2 s longer than a short one, a mark of the dictionary, a number."""
SEMITONES, SHORT, LONGER = 4.0, 0.12, 0.20
"""Semitones that count in full; seconds of a short syllable, and how much longer counts in full."""
HALF_NOD, HALF_BROW = 0.22, 0.27
"""Seconds from the beginning of a nod, and of brows that go with it, to their height: that is in the syllable."""
WEAKEST, STRONGEST = 0.45, 1.2  # times the usual nod: a nod that is seen, and one that is not too much
BROWS_FROM = 0.8  # strength of a nod from which brows rise too
ASKS, ASKED, RISES, FALLS = 0.30, 0.40, 0.25, 0.35
"""Of a question: seconds before its last word when brows rise, and after its beginning when they fall; how fast."""
DIGITS = re.compile(r"[0-9０-９.,%％]+|第?[一二三四五六七八九十百千万亿两零]+")
QUESTION = re.compile(r"[”’\"')）」』\s]*[?？]")


@dataclass(frozen=True, kw_only=True)
class Beat:
    """A stressed syllable: the moment of its middle, and how strongly it is stressed."""

    moment: float
    strength: float


@dataclass(frozen=True, kw_only=True)
class Gestures:
    """Per frame: how far the head nods, the brows rise with it, and a question is asked (0..1 each, nods to 1.2)."""

    nod: Floats
    brow: Floats
    asks: Floats


class Stress:
    """Given the times in order; it uses the speech that `Voice` has heard."""

    def __init__(self, text: str, fps: int) -> None:
        self._text, self._fps = text, fps
        self._beats: list[Beat] = []
        self._seen = -np.inf
        self._questions: dict[int, float] = {}

    def at(
        self, times: Floats, known: float, sounds: Sequence[Sound], tokens: Sequence[Token], voice: Voice
    ) -> Gestures:
        """The gestures at these times; sounds and tokens may be known until `known`."""
        heard = [token for token in tokens if token.start < known]
        self._find(float(times[-1]), sounds, heard, voice)
        for token in heard:
            if QUESTION.match(self._text, token.offset + token.length):
                self._questions.setdefault(token.offset, token.start)
        near = [beat for beat in self._beats[-6:] if beat.moment > times[0] - 1]
        asks = [_risen(times, start) for start in self._questions.values() if start > times[0] - 2]
        return Gestures(
            nod=_sum([beat.strength * _bump(times, beat.moment, HALF_NOD) for beat in near], len(times)),
            brow=_sum([_raised(beat) * _bump(times, beat.moment, HALF_BROW) for beat in near], len(times)),
            asks=np.max([np.zeros(len(times)), *asks], axis=0),
        )

    def _find(self, last: float, sounds: Sequence[Sound], tokens: Sequence[Token], voice: Voice) -> None:
        syllables = [sound for sound in sounds if any(shape.vowel for shape in visemes(sound.symbol))]
        until = last + DECIDED
        for sound in syllables:
            moment = (sound.start + sound.end) / 2
            if not self._seen < moment <= until:
                continue
            self._seen = moment
            strength = self._stress(sound, tokens, voice, moment + AROUND)
            rivals = [
                self._stress(other, tokens, voice, moment + AROUND)
                for other in syllables
                if other is not sound and abs((other.start + other.end) / 2 - moment) < AROUND
            ]
            late = not self._beats or moment - self._beats[-1].moment > APART
            if late and strength > LEAST and all(strength > rival for rival in rivals):
                self._beats.append(Beat(moment=moment, strength=float(np.clip(0.3 + strength, WEAKEST, STRONGEST))))

    def _stress(self, sound: Sound, tokens: Sequence[Token], voice: Voice, until: float) -> float:
        """The stress of a syllable, heard no further than `until`."""
        end = min(sound.end, until)
        first = int(sound.start * self._fps)
        heard = voice.raw(first, max(first + 1, int(end * self._fps)))
        loud = float(np.clip(heard.louder.max(), -1, 1))
        tone = float(np.clip(heard.tone.max() / SEMITONES, -1, 1))
        length = float(np.clip((end - sound.start - SHORT) / LONGER, 0, 1))
        token = next((token for token in tokens if token.start <= sound.start + 0.01 < token.end), None)
        written = token is not None and bool(
            DIGITS.fullmatch(self._text[token.offset : token.offset + token.length].strip())
        )
        return LOUD * loud + TONE * tone + LONG * length + MARKED * is_stressed(sound.symbol) + NUMBER * written


def _raised(beat: Beat) -> float:
    return max(0.0, beat.strength - BROWS_FROM) / (STRONGEST - BROWS_FROM)


def _risen(times: Floats, start: float) -> Floats:
    """Brows that ask, around the beginning of the last word of a question."""
    begin, end = start - ASKS, start + ASKED
    risen: Floats = smoothstep(begin, begin + RISES, times) * (1 - smoothstep(end, end + FALLS, times))
    return risen


def _bump(times: Floats, moment: float, half: float) -> Floats:
    bump: Floats = 0.5 + 0.5 * np.cos(np.pi * np.clip((times - moment) / half, -1, 1))
    return bump


def _sum(parts: Sequence[Floats], count: int) -> Floats:
    total: Floats = np.sum([np.zeros(count), *parts], axis=0)
    return total
