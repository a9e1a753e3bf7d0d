"""The speech cache: a sentence is synthesised again only after a dependency changes."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from avatars.speech.base import Manner, Speech
from avatars.speech.kokoro.engine import Kokoro
from avatars.speech.synthesis import cache, synthesizer
from avatars.speech.synthesis.cache import CachedSpeech, SpeechCache
from avatars.speech.synthesis.sentence_engine import Dictated, Heard
from avatars.speech.text.pronunciations import Pronunciation
from tests.avatars.support.fake_engines import Tone

PARAMETERS = {"engine": "kokoro", "voice": "a", "symbols": ["x", "y"], "speed": 1.0, "model": "m"}


def kept(length=1000, seed=1):
    noise = np.random.default_rng(seed).uniform(-1, 1, length).astype(np.float32)
    return CachedSpeech(samples=cache.rounded(noise), facts={"segments": [["a", 0, 5, 1]]})


@pytest.mark.parametrize("changed", [{name: "other"} for name in PARAMETERS])
def test_every_parameter_is_part_of_the_key(changed):
    assert cache.key(**{**PARAMETERS, **changed}) != cache.key(**PARAMETERS)
    assert cache.key(**PARAMETERS) == cache.key(**dict(reversed(PARAMETERS.items())))


def test_what_is_kept_comes_back_to_the_bit(tmp_path):
    shelf, speech = SpeechCache(tmp_path), kept()
    shelf.put("a-1", speech)
    found = shelf.get("a-1")
    assert np.array_equal(found.samples, speech.samples)
    assert found.facts == speech.facts
    assert SpeechCache(None).get("a-1") is None


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-3], lambda data: data[:40], lambda data: b"", lambda data: b"{}"]
)
def test_a_damaged_file_is_said_anew(tmp_path, damage):
    shelf = SpeechCache(tmp_path)
    shelf.put("a-1", kept())
    file = next((tmp_path / "speech").iterdir())
    file.write_bytes(damage(file.read_bytes()))
    assert shelf.get("a-1") is None


def test_it_stays_within_its_bounds_and_forgets_what_was_not_asked_for(tmp_path):
    shelf = SpeechCache(tmp_path, limit=10_000)
    for number in range(12):
        shelf.put(f"a-{number}", kept(seed=number))
    files = list((tmp_path / "speech").iterdir())
    assert sum(file.stat().st_size for file in files) <= 10_000
    assert shelf.get("a-11") is not None
    assert shelf.get("a-0") is None


def test_many_at_once_read_whole_files_only(tmp_path):
    def work(number):
        shelf = SpeechCache(tmp_path, limit=6_000)
        shelf.put(f"a-{number % 4}", kept(seed=number % 4))
        found = shelf.get(f"a-{number % 4}")
        return found is None or np.array_equal(found.samples, kept(seed=number % 4).samples)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))


def test_one_voice_can_be_forgotten(tmp_path):
    shelf = SpeechCache(tmp_path)
    mine, other = cache.key(engine="x", voice="mine", text="a"), cache.key(engine="x", voice="other", text="a")
    for key in (mine, other):
        shelf.put(key, kept())
    assert shelf.purge(engine="x", voice="mine") == 1
    assert (shelf.get(mine), shelf.get(other) is not None) == (None, True)
    assert shelf.purge() == 1


class Counting(Tone):
    """Counts what it says."""

    said = 0

    def speak(self, text, **options) -> Speech:
        type(self).said += 1
        return super().speak(text, **options)


def test_an_engine_of_others_is_asked_once_and_given_its_words_respelled(tmp_path):
    engine, shelf = Counting(), SpeechCache(tmp_path)
    manner = Manner(lexicon=(Pronunciation(token="OA", reading="欧诶"),))
    about = {"name": "count", "options": {}}

    def recite(text, **changed):
        options = {"voice": "a", "manner": manner, "kept": shelf, "about": about, **changed}
        return synthesizer.joined(synthesizer.parts(engine, text, **options))

    first = recite("请打开OA。")
    assert [token.length for token in first.tokens] == [1, 1, 1, 2, 1]
    again = recite("请打开OA。")
    assert Counting.said == 1
    assert np.array_equal(first.samples, again.samples)
    assert (first.sounds, first.tokens) == (again.sounds, again.tokens)
    recite("请打开OA。", speed=1.2)
    recite("请打开OA。", manner=Manner())
    recite("请打开OA。", voice="b")
    assert Counting.said == 4
    recite("请打开OA。", manner=Manner(lexicon=manner.lexicon, fresh=True))
    assert Counting.said == 5


@pytest.mark.thorough  # with our voices; the others are about the cache itself
def test_a_cached_sentence_sounds_the_same(tmp_path):
    engine = Kokoro(cache_dir=tmp_path)
    first = engine.speak("你好。再见。", voice="zf_xiaobei")
    files = {file.name for file in (tmp_path / "speech").iterdir()}
    assert len(files) == 2
    again = Kokoro(cache_dir=tmp_path).speak("你好。再见。", voice="zf_xiaobei")
    assert np.array_equal(first.samples, again.samples)
    assert (first.sounds, first.tokens) == (again.sounds, again.tokens)
    engine.speak("再见。", voice="zf_xiaobei")
    assert {file.name for file in (tmp_path / "speech").iterdir()} == files
    engine.speak("再见。", voice="zf_xiaobei", speed=1.1)
    assert len(list((tmp_path / "speech").iterdir())) == 3


# By `VERSION` of the speech cache, what it stands for: how a text is read, and how long its pauses are.
GOLDEN = {3: "791f5d2d2598c92c"}
TEXT = (
    "2026年3月4日，WeCom 有 12 个新功能。Hello, see you at 3:30 p.m.!\n\n请打 010-12345678。iPhone 15 Pro 在 B2-305。"
)


class Reader(Dictated):
    """Notes what it gets to read, and hums."""

    def __init__(self) -> None:
        super().__init__(voice="reader", parallel=1)
        self.lines: list[str] = []

    @classmethod
    def probe(cls, **_options):
        raise NotImplementedError

    def say(self, words, *, language, voice, speed):
        self.lines.append(f"{language} {words}")
        noise = np.random.default_rng(1).uniform(-0.5, 0.5, 16_000)
        return Heard(samples=noise.astype(np.float32), rate=16_000)


def test_a_changed_reading_needs_a_new_cache_version():
    reader = Reader()
    speech = synthesizer.joined(synthesizer.parts(reader, TEXT, voice="reader"))
    places = [(token.offset, token.length) for token in speech.tokens]
    facts = [reader.lines, [sound.symbol for sound in speech.sounds if sound.symbol], places, len(speech.samples)]
    found = hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16]
    assert {cache.VERSION: found} == GOLDEN, (
        "Texts are read otherwise than the speech in the cache. Raise VERSION in avatars/speech/synthesis/cache.py, "
        f"then write here what this test finds: {found!r}."
    )
