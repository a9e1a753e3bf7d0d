"""How well the voices are understood, and how fast they are:
`python -m tests.benchmarks.speech [zh en mixed voices speed] [female male]`.

Every sentence is spoken by the bilingual voices of the seed and heard by the recognition engine. Chinese is compared by
pinyin without tones, for a listener writes another character of the same sound; English by words.

Mixed text is compared in two ways. By characters, as it is written: that counts against the voice that the listener
writes English words between Chinese ones in Chinese (coffee 咖啡, hello 哈喽, meeting 弥挺), whatever the prompt.
So what it wrote is also read back into sounds, as our voices would read it, and compared with the sounds that were to
be said, in the classes by which lips are timed (avatars/speech/alignment/classes.py): 咖啡 is near coffee, while
another word is as wrong as before. The limit is for this one. Beside it stands how wrong the sounds of the English
words alone are, and what somebody would get who heard none of them, so that nobody takes the one for the other.

`voices` has each of the six single voices say every third sentence of its language. The listener has faults of its own,
so all figures are upper bounds of the voice's.
"""

import re
import sys
import tempfile
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeVar

import numpy as np
from pypinyin import lazy_pinyin

from avatars.recognition.base import RATE
from avatars.recognition.whisper import Whisper
from avatars.speech.alignment.classes import SILENCE, class_of
from avatars.speech.g2p import NOWHERE, phonemes
from avatars.speech.kokoro.engine import Kokoro
from avatars.speech.normalise import Normaliser
from avatars.speech.recording import resampled
from avatars.speech.script import LATIN, Language
from tests.benchmarks.sentences import CHINESE, ENGLISH, MIXED

FEMALE, MALE = "0.6*zf_xiaobei+0.4*af_heart", "0.6*zm_yunjian+0.4*am_michael"
BLENDS = {"female": FEMALE, "male": MALE}
SINGLE = {
    "zh": ("zf_xiaobei", "zf_xiaoyi", "zm_yunjian", "zm_yunxi"),
    "en": ("af_heart", "am_michael"),
}
EVERY = 3
SETS = {"zh": CHINESE, "en": ENGLISH, "mixed": MIXED}
LIMITS = {"zh": 0.02, "en": 0.03, "mixed": 0.15}
NAMES = {"zh": "pinyin error", "en": "word error", "mixed": "sound error"}

Unit = TypeVar("Unit", str, int)


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """How many units are wrong, and how many of those that are in the other language (or put in after one)."""

    all: int = 0
    foreign: int = 0

    def __add__(self, other: "Wrong") -> "Wrong":
        return Wrong(all=self.all + other.all, foreign=self.foreign + other.foreign)


class Listener:
    """Hears, and brings what was said and what was heard into one form."""

    def __init__(self, cache: Path) -> None:
        self._ears = Whisper(cache_dir=cache)
        self._normaliser = Normaliser()

    def heard(self, samples: np.ndarray, rate: int, language: str) -> str:
        return self._ears.transcribe(resampled(samples, rate, RATE), language=language).text

    def units(self, text: str, kind: str) -> list[str]:
        """Syllables, words or characters, numbers written out, marks left out."""
        if kind == "en":
            words = self._spoken(text, Language.ENGLISH).lower().replace("-", " ").replace(".m.", "m").replace(".", " ")
            return re.findall(r"[a-z']+", words.replace("a.m", "am").replace("p.m", "pm").replace(" and ", " "))
        words = self._spoken(text, Language.CHINESE).replace("点半", "点三十分")
        if kind == "zh":
            return lazy_pinyin("".join(re.findall("[\u4e00-\u9fff]", words.replace("幺", "一"))))
        return re.findall("[\u4e00-\u9fff]|[a-z]|[0-9]", words.lower().replace("幺", "一"))

    def sounds(self, text: str) -> tuple[list[int], set[int]]:
        """Classes of the sounds by which our voices would say a mixed text, and which of them are English."""
        spoken = self._spoken(text, Language.CHINESE)
        found = [phoneme for phoneme in phonemes(spoken, Language.CHINESE) if class_of(phoneme.symbol) != SILENCE]
        english = {
            number
            for number, phoneme in enumerate(found)
            if phoneme.at != NOWHERE and re.match(f"[{LATIN}]", spoken[phoneme.at])
        }
        return [class_of(phoneme.symbol) for phoneme in found], english

    def _spoken(self, text: str, language: Language) -> str:
        words, position = "", 0
        for reading in self._normaliser.readings(text, language):
            words += text[position : reading.offset] + reading.spoken
            position = reading.offset + reading.length
        return words + text[position:]


def errors(said: Sequence[Unit], heard: Sequence[Unit], foreign: Set[int] = frozenset()) -> Wrong:
    """The least number of units to put in, take out or change, and how many of these are at `foreign` ones."""
    row = [(count, 0) for count in range(len(heard) + 1)]
    for i, one in enumerate(said):
        own = int(i in foreign)
        before, row[0] = row[0], (row[0][0] + 1, row[0][1] + own)
        for j, other in enumerate(heard, start=1):
            change = (before[0] + (one != other), before[1] + own * (one != other))
            take_out = (row[j][0] + 1, row[j][1] + own)
            put_in = (row[j - 1][0] + 1, row[j - 1][1] + own)
            before, row[j] = row[j], min(change, take_out, put_in)
    return Wrong(all=row[-1][0], foreign=row[-1][1])


def understood(kind: str, voice: str, engine: Kokoro, listener: Listener, *, every: int = 1) -> float:
    """Print what was misheard, and return the share of wrong units."""
    wrong, total, letters, characters = Wrong(), 0, 0, 0
    english = unheard = 0
    spent = seconds = 0.0
    sentences = SETS[kind][::every]
    for sentence in sentences:
        began = time.process_time()
        speech = engine.speak(sentence, voice=voice)
        spent, seconds = spent + time.process_time() - began, seconds + speech.seconds
        heard = listener.heard(speech.samples, speech.rate, "en" if kind == "en" else "zh")
        said, got = listener.units(sentence, kind), listener.units(heard, kind)
        count = errors(said, got)
        if kind == "mixed":
            letters, characters = letters + count.all, characters + len(said)
            sounds, foreign = listener.sounds(sentence)
            in_sounds = errors(sounds, listener.sounds(heard)[0], foreign)
            wrong, total = wrong + in_sounds, total + len(sounds)
            english += len(foreign)
            unheard += errors(sounds, [sound for number, sound in enumerate(sounds) if number not in foreign]).all
        else:
            in_sounds = count
            wrong, total = wrong + count, total + len(said)
        if count.all or in_sounds.all:
            detail = difference(said, got)
            print(f"    {in_sounds.all} ({count.all}): {sentence} → {heard} ({detail})", flush=True)
    share = wrong.all / total
    verdict = "ok" if share <= LIMITS[kind] else "TOO MUCH"
    print(
        f"{kind:<6} {voice:<30} {NAMES[kind]} {share:6.2%} of {total} (at most {LIMITS[kind]:.0%}: {verdict}),"
        f" {len(sentences)} sentences, {seconds:.0f} s, {spent / seconds:.2f} CPU-s per second",
        flush=True,
    )
    if kind == "mixed":
        print(
            f"       characters as written: {letters / characters:.2%} of {characters}; sounds of the English words:"
            f" {wrong.foreign / english:.2%} of {english}; who hears none of them gets {unheard / total:.2%}",
            flush=True,
        )
    return share


def difference(said: list[str], heard: list[str]) -> str:
    changes = SequenceMatcher(None, said, heard, autojunk=False).get_opcodes()
    return "; ".join(f"{' '.join(said[a:b])} → {' '.join(heard[c:d])}" for tag, a, b, c, d in changes if tag != "equal")


def speed() -> None:
    """The time to the first sentence, to the last, and again from the cache; and what the processor did for it."""
    text = "".join(CHINESE[:8])
    with tempfile.TemporaryDirectory() as folder:
        for parallel in (1, 2):
            engine = Kokoro(parallel=parallel, cache_dir=Path(folder) / str(parallel))
            engine.speak("你好。", voice=FEMALE)
            for turn in ("fresh", "cached"):
                began, worked, moments, length = time.monotonic(), time.process_time(), [], 0.0
                for part in engine.parts(text, voice=FEMALE):
                    moments.append(time.monotonic() - began)
                    length += part.seconds
                spent = time.process_time() - worked
                took = f"first after {moments[0]:.2f} s, all after {moments[-1]:.2f} s"
                print(
                    f"speed  parallel {parallel}, {turn:<6}: {length:.1f} s of speech in {len(moments)} parts; {took}:"
                    f" {moments[-1] / length:.3f} × its length, {spent / length:.3f} CPU-s per second",
                    flush=True,
                )


def main() -> int:
    """All sets by both voices, or those that are named."""
    asked = sys.argv[1:]
    blends = [voice for name, voice in BLENDS.items() if name in asked] or list(BLENDS.values())
    wanted = [name for name in asked if name not in BLENDS] or [*SETS, "voices", "speed"]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        if set(wanted) - {"speed"}:
            engine, listener = Kokoro(), Listener(Path(folder))
        for kind in (kind for kind in SETS if kind in wanted):
            for voice in blends:
                failed |= understood(kind, voice, engine, listener) > LIMITS[kind]
        for kind, voices in SINGLE.items() if "voices" in wanted else ():
            for voice in voices:
                failed |= understood(kind, voice, engine, listener, every=EVERY) > LIMITS[kind]
    if "speed" in wanted:
        speed()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
