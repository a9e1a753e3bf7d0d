"""One contract for all speech engines, and one for servers that misbehave."""

import json
from itertools import pairwise

import numpy as np
import pytest

from avatars.adapters.availability import State
from avatars.conformance import speech as conformance
from avatars.exceptions import AvatarError, EngineFailed, EngineMissing
from avatars.speech.audio import mastering
from avatars.speech.audio.sound_files import read_wav
from avatars.speech.engines.cosyvoice import CosyVoice
from avatars.speech.engines.gpt_sovits import GPTSoVITS
from avatars.speech.engines.openai import OpenAI
from avatars.speech.engines.piper import Piper
from avatars.speech.engines.sherpa import Sherpa
from tests.avatars.speech.engines.test_piper import bring_voice
from tests.avatars.speech.engines.test_sherpa import bring_model
from tests.avatars.speech.engines.test_sherpa import here as sherpa_is_here
from tests.avatars.support import speech_samples
from tests.avatars.support.engine_servers import CODES, serving

VOICES = {"ya": {"path": "/voices/ya.wav", "text": "你好。", "language": "zh"}}
# How each is made with the URL of its server, which is one of `speaking`; a voice to speak with.
SERVED = {
    "openai": (OpenAI, lambda url: {"url": f"{url}/v1", "key": "sk-test"}, "alloy"),
    "cosyvoice": (CosyVoice, lambda url: {"url": url, "rate": 22_050}, "中文女"),
    "gpt_sovits": (GPTSoVITS, lambda url: {"url": url, "voices": VOICES}, "ya"),
}


@pytest.fixture(scope="module", params=["kokoro", "piper", pytest.param("sherpa", marks=sherpa_is_here), *SERVED])
def name(request):
    return request.param


@pytest.fixture(scope="module")
def engine(request, name, tmp_path_factory):
    """An engine and a voice of it."""
    if name == "kokoro":
        yield request.getfixturevalue("kokoro"), "zf_xiaobei"
    elif name == "piper":
        yield Piper(folder=bring_voice(tmp_path_factory.mktemp("piper"))), "hum"
    elif name == "sherpa":
        folder = tmp_path_factory.mktemp("sherpa")
        yield Sherpa(model=bring_model(folder), folder=folder), "0"
    else:
        kind, options, voice = SERVED[name]
        with serving(getattr(speech_samples, name)) as server:
            yield kind(**options(server.url)), voice


@pytest.fixture(scope="module")
def speaker(name, engine):
    """An engine with a text that it speaks once, for all checks."""
    return conformance.Speaker(engine[0], voice=engine[1], language="en" if name in {"piper", "sherpa"} else "both")


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.key)
def test_it_does_what_is_demanded_of_whatever_speaks(speaker, check):
    check.test(speaker)


def test_ours_level_their_sound_themselves(speaker):
    speech = speaker.speech
    assert mastering.loudness(speech.samples, speech.rate) == pytest.approx(-16, abs=1)
    assert mastering.true_peak(speech.samples) <= -1.4


def test_ours_time_all_of_it_silence_included(speaker):
    sounds = speaker.speech.sounds
    assert sounds[0].start == 0
    assert sounds[-1].end == pytest.approx(speaker.speech.seconds, abs=1e-6)
    assert all(after.start == pytest.approx(before.end, abs=1e-6) for before, after in pairwise(sounds))
    sounding = {"h", "l", "m"} if speaker.script is conformance.SCRIPTS["en"] else {"n", "x", "ɹ"}
    assert {sound.symbol.strip("ˈ") for sound in sounds} >= {"", *sounding}


def test_ours_report_sentence_by_sentence(speaker):
    assert len(speaker.shares) >= 3


@pytest.mark.parametrize("name", SERVED)
@pytest.mark.parametrize(("fault", "code"), CODES.items())
def test_a_misbehaving_server_is_named_in_time_without_its_words(name, fault, code, caplog):
    kind, options, voice = SERVED[name]
    with serving(getattr(speech_samples, name)) as server:
        engine = kind(**options(server.url), time_limit=1.0 if fault == "hang" else 20.0)
        server.fault = fault
        if fault == "silent":
            server.close()
        with pytest.raises(EngineFailed) as caught:
            engine.speak("你好。", voice=voice)
        error = caught.value
        assert (error.code, error.field) == (code, "speech_engine")
        assert error.remedy
        assert "somebody" not in f"{error} {error.remedy} {caplog.text}"
        if fault == "elsewhere":
            assert len(server.asked) == 1


@pytest.mark.parametrize("name", SERVED)
def test_it_says_what_it_lacks(name):
    kind, options, _ = SERVED[name]
    assert kind.probe().state is State.SETTING
    assert kind.probe().about.startswith("OPENUSER_")
    with pytest.raises(EngineMissing) as caught:
        kind(**{**options("x"), "url": ""})
    assert caught.value.field == "speech_engine"
    with serving(getattr(speech_samples, name)) as server:
        found = kind.probe(**options(server.url))
        assert (found.ok, found.device) == (True, "server")
        assert found.licence
    assert kind.probe(**options(server.url)).state is State.SILENT


def test_numbers_are_sent_as_they_are_read():
    with serving(speech_samples.openai) as server:
        OpenAI(url=f"{server.url}/v1", key="sk-test").speak("2026年3月15日。", voice="alloy", speed=1.2)
        order = json.loads(server.asked[0][2])
    assert order["input"] == "二零二六年三月十五日。"
    assert (order["voice"], order["model"], order["response_format"], order["speed"]) == ("alloy", "tts-1", "wav", 1.2)


def test_a_cloned_voice_of_cosyvoice_goes_with_its_recording(tmp_path):
    clip = tmp_path / "ya.wav"
    said = speech_samples.utter("你好", 16_000)
    clip.write_bytes(speech_samples.as_wav(said, 16_000))
    voices = {
        "said": {"wav": str(clip), "text": "你好。"},
        "unsaid": {"wav": str(clip)},
        "told": {"wav": str(clip), "instruct": "高兴地说"},
        "lost": {"wav": str(tmp_path / "none.wav")},
    }
    with serving(speech_samples.cosyvoice) as server:
        engine = CosyVoice(url=server.url, rate=22_050, voices=voices)
        for voice in ("said", "unsaid", "told"):
            assert engine.speak("你好。", voice=voice).seconds > 0.3
        paths = [path for path, _, _ in server.asked]
        assert paths == ["/inference_zero_shot", "/inference_cross_lingual", "/inference_instruct2"]
        sent = speech_samples.form(server.asked[0][1], server.asked[0][2])["prompt_wav"]
        prompt, rate = read_wav(sent)
        # Without the silence around it: 0.2 s before and 0.3 s after.
        assert len(prompt) / rate == pytest.approx(len(said) / 16_000 - 0.2, abs=0.05)
        assert np.abs(prompt).max() == pytest.approx(10 ** (-1.5 / 20), abs=0.01)
        with pytest.raises(EngineMissing):
            engine.speak("你好。", voice="lost")
        assert CosyVoice.probe(url=server.url, voices=voices).state is State.FILE


def test_an_unknown_voice_of_gpt_sovits_is_refused_before_it_is_asked():
    with serving(speech_samples.gpt_sovits) as server:
        with pytest.raises(AvatarError) as caught:
            GPTSoVITS(url=server.url, voices=VOICES).speak("你好。", voice="nobody")
        assert caught.value.code == "voice_unknown"
        assert server.asked == []
