"""Intelligibility and speed of the voices:
`python -m tests.benchmarks.speech [zh en mixed voices speed cost moods] [female male]`.

Every sentence is spoken by the bilingual voices of the seed and heard by the recognition engine. Chinese is compared by
pinyin without tones, for a listener writes another character of the same sound; English by words.

Mixed text is compared by characters: the letters of English words as they are written, Chinese ones by pinyin as above.
What the listener writes in Chinese though it may have heard right (coffee 咖啡, hello 哈喽) counts as wrong. Beside it
stands the figure with Chinese as written too.

`cost` compares the network as published with ours, on one thread.

`moods` has each mood say some sentences: syllables or words a minute, the median and range of the pitch, the loudness
before levelling, and the share of wrong units.

`voices` has each of the six single voices say every third sentence of its language. The listener has faults of its own,
so all figures are upper bounds of the voice's.
"""

import itertools
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import onnx
from pypinyin import lazy_pinyin

from avatars.recognition.base import RATE
from avatars.recognition.whisper import Whisper
from avatars.speech.audio import mastering
from avatars.speech.audio.sound_files import resampled
from avatars.speech.base import NATURAL, Manner
from avatars.speech.kokoro import network
from avatars.speech.kokoro.engine import Kokoro
from avatars.speech.kokoro.kokoro_voices import Voices
from avatars.speech.kokoro.model import RATE as VOICE_RATE
from avatars.speech.kokoro.model import Model
from avatars.speech.synthesis.synthesizer import joined
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.script import Language, clean
from avatars.speech.text.speaking_style import Mood
from tests.avatars.speech.pitch import pitches
from tests.benchmarks.sentences import CHINESE, ENGLISH, MIXED

FEMALE, MALE = "0.6*zf_xiaobei+0.4*af_heart", "0.6*zm_yunjian+0.4*am_michael"
BLENDS = {"female": FEMALE, "male": MALE}
SINGLE = {
    "zh": ("zf_xiaobei", "zf_xiaoyi", "zm_yunjian", "zm_yunxi"),
    "en": ("af_heart", "am_michael"),
}
EVERY = 3
MOOD_SENTENCES = 6
SETS = {"zh": CHINESE, "en": ENGLISH, "mixed": MIXED}
LIMITS = {"zh": 0.02, "en": 0.03, "mixed": 0.15}
NAMES = {"zh": "pinyin error", "en": "word error", "mixed": "character error"}


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

    def _spoken(self, text: str, language: Language) -> str:
        text = clean(text)
        words, position = "", 0
        for reading in self._normaliser.readings(text, language):
            words += text[position : reading.offset] + reading.spoken
            position = reading.offset + reading.length
        return words + text[position:]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of units to put in, take out or change."""
    row = list(range(len(heard) + 1))
    for one in said:
        before, row[0] = row[0], row[0] + 1
        for j, other in enumerate(heard, start=1):
            before, row[j] = row[j], min(before + (one != other), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def understood(kind: str, voice: str, engine: Kokoro, listener: Listener, *, every: int = 1) -> float:
    """Print what was misheard, and return the share of wrong units."""
    wrong = total = as_written = 0
    spent = seconds = 0.0
    sentences = SETS[kind][::every]
    for sentence in sentences:
        began = time.process_time()
        speech = engine.speak(sentence, voice=voice)
        spent, seconds = spent + time.process_time() - began, seconds + speech.seconds
        heard = listener.heard(speech.samples, speech.rate, "en" if kind == "en" else "zh")
        said, got = listener.units(sentence, kind), listener.units(heard, kind)
        count = errors(by_sound(said), by_sound(got))
        wrong, total = wrong + count, total + len(said)
        as_written += errors(said, got)
        if count:
            print(f"    {count}: {sentence} → {heard} ({difference(said, got)})", flush=True)
    share = wrong / total
    verdict = "ok" if share <= LIMITS[kind] else "TOO MUCH"
    written = f"; {as_written / total:.2%} as written" if kind == "mixed" else ""
    print(
        f"{kind:<6} {voice:<30} {NAMES[kind]} {share:6.2%} of {total} (at most {LIMITS[kind]:.0%}: {verdict}){written},"
        f" {len(sentences)} sentences, {seconds:.0f} s, {spent / seconds:.2f} CPU-s per second",
        flush=True,
    )
    return share


def by_sound(units: Sequence[str]) -> list[str]:
    """Chinese characters as pinyin, anything else as it is."""
    return [*itertools.chain.from_iterable(lazy_pinyin(unit) for unit in units)]


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


def cost() -> None:
    """CPU time of the network as published and as it runs, in turn, and whether it says the same."""
    engine, voices = Kokoro(), Voices()
    runs = [run for text in (*CHINESE[::4], *ENGLISH[::4]) for run in engine.plan(text, NATURAL)]
    models = {name: Model(threads=1, prepare=prepare) for name, prepare in NETWORKS.items()}
    spent, length = dict.fromkeys(models, 0.0), dict.fromkeys(models, 0.0)
    differs = 0.0
    for run in runs:
        symbols = [phoneme.symbol for phoneme in run.phonemes]
        said = {}
        for name, model in models.items():
            began = time.process_time()
            said[name] = model.say(symbols, voices.style(FEMALE), speed=1.0).samples
            spent[name] += time.process_time() - began
            length[name] += len(said[name]) / VOICE_RATE
        differs = max(differs, float(np.abs(said["published"] - said["ours"]).max()))
    for name in models:
        share = spent[name] / length[name]
        print(f"cost   {name:<10} {share:.3f} CPU-s per second, {spent[name] / spent['published']:.0%}", flush=True)
    print(f"cost   the samples differ by {differs} at most, in {length['published']:.0f} s", flush=True)


def moods(voice: str, engine: Kokoro, listener: Listener) -> None:
    """What each mood changes in a voice, and whether it is still understood."""
    for kind, sentences in (("zh", CHINESE[:MOOD_SENTENCES]), ("en", ENGLISH[:MOOD_SENTENCES])):
        for mood in Mood:
            wrong = total = 0
            seconds, found, loud = 0.0, [], []
            for sentence in sentences:
                parts = list(engine.parts(sentence, voice=voice, manner=Manner(mood=mood)))
                speech, raw = joined(parts), np.concatenate([part.samples for part in parts])
                heard = listener.units(listener.heard(speech.samples, speech.rate, kind), kind)
                said = listener.units(sentence, kind)
                wrong, total = wrong + errors(by_sound(said), by_sound(heard)), total + len(said)
                seconds += speech.tokens[-1].end - speech.tokens[0].start
                found.append(pitches(raw, speech.rate))
                loud.append(mastering.loudness(raw, speech.rate))
            low, middle, high = np.percentile(np.concatenate(found), [10, 50, 90])
            print(
                f"moods  {kind} {voice} {mood.value:<9} {60 * total / seconds:4.0f} a minute, pitch {middle:3.0f} Hz, "
                f"range {12 * np.log2(high / low):4.1f} st, {np.mean(loud):5.1f} LUFS, wrong {wrong / total:.2%}",
                flush=True,
            )


def _published(weights: bytes) -> bytes:
    model = onnx.load_from_string(weights)
    network.tell_durations(model.graph)
    return bytes(model.SerializeToString())


NETWORKS: dict[str, Callable[[bytes], bytes]] = {
    "published": _published,
    "ours": network.prepared,
}


def main() -> int:
    """All sets by both voices, or those that are named."""
    asked = sys.argv[1:]
    blends = [voice for name, voice in BLENDS.items() if name in asked] or list(BLENDS.values())
    wanted = [name for name in asked if name not in BLENDS] or [*SETS, "voices", "speed", "cost", "moods"]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        if set(wanted) - {"speed", "cost"}:
            engine, listener = Kokoro(), Listener(Path(folder))
        for kind in (kind for kind in SETS if kind in wanted):
            for voice in blends:
                failed |= understood(kind, voice, engine, listener) > LIMITS[kind]
        for kind, voices in SINGLE.items() if "voices" in wanted else ():
            for voice in voices:
                failed |= understood(kind, voice, engine, listener, every=EVERY) > LIMITS[kind]
        for voice in blends if "moods" in wanted else ():
            moods(voice, engine, listener)
    if "speed" in wanted:
        speed()
    if "cost" in wanted:
        cost()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
