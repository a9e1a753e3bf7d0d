"""Listening: the contract of every engine, our own speech through a phone's codec and back, and what is missing."""

import difflib
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as configured

from avatars import ffmpeg, services
from avatars.exceptions import EngineMissing, OutputError, StudioError
from avatars.recognition.base import RATE, RecognitionEngine
from avatars.recognition.whisper import Whisper, join
from avatars.speech.kokoro.engine import Kokoro
from openuser.lib import backends
from tests.avatars.engines_for_tests import beeped
from tests.avatars.recordings import write_amr
from tests.avatars.rendering_stage import other_engines, small_engines  # noqa: F401

pytestmark = pytest.mark.once

SENTENCES = {
    "zh": ("请问怎么请假？我想知道什么时候发工资。", "zf_xiaobei"),
    "en": ("Welcome to the company. How do I take annual leave?", "af_heart"),
}


def alike(one: str, other: str) -> float:
    kept = ["".join(char for char in text.lower() if char.isalnum()) for text in (one, other)]
    return difflib.SequenceMatcher(None, kept[0], kept[1]).ratio()


@pytest.fixture(scope="module", params=list(configured.RECOGNITION_ENGINES))
def engine(request) -> RecognitionEngine:
    engine = backends.backend("RECOGNITION_ENGINES", request.param)
    assert isinstance(engine, RecognitionEngine)
    return engine


@pytest.fixture(scope="module", params=list(SENTENCES))
def recording(request, tmp_path_factory) -> tuple[str, Path]:
    text, voice = SENTENCES[request.param]
    speech = Kokoro().speak(text, voice=voice)
    return request.param, write_amr(tmp_path_factory.mktemp("voice") / "voice.amr", speech.samples, speech.rate)


@pytest.mark.slow
def test_our_own_speech_is_understood_through_a_phone(engine, recording):
    language, path = recording
    heard = engine.transcribe(ffmpeg.samples(path, RATE), language="zh", hints=("怎么请假", "什么时候发工资"))
    assert heard.language == language
    assert alike(heard.text, SENTENCES[language][0]) > 0.8, heard.text
    assert heard.seconds == pytest.approx(5, abs=3)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 0.1, 3])
def test_nothing_is_heard_in_silence_and_in_noise(engine, seconds):
    length = round(seconds * RATE)
    noise = np.random.default_rng(1).normal(scale=0.01, size=length).astype(np.float32)
    for samples in (np.zeros(length, np.float32), noise):
        assert engine.transcribe(samples).text == ""


def test_a_model_that_is_not_there_is_named_with_what_to_do(tmp_path):
    with pytest.raises(EngineMissing) as caught:
        Whisper(cache_dir=tmp_path, model_path=tmp_path / "none")
    assert (caught.value.code, caught.value.field) == ("recognition_missing", "model_path")
    assert "recognition.txt" in caught.value.remedy


def test_a_model_that_is_broken_is_named(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"no model")
    with pytest.raises(EngineMissing) as caught:
        Whisper(cache_dir=tmp_path, model_path=tmp_path)
    assert caught.value.code == "recognition_model_broken"


def test_weights_that_are_not_those_we_know_are_refused(tmp_path):
    (tmp_path / "model.bin.part1").write_bytes(b"half of something else")
    with pytest.raises(EngineMissing) as caught:
        join([tmp_path / "model.bin.part1"], tmp_path / "model.bin")
    assert caught.value.code == "recognition_model_broken"


def test_a_package_that_is_missing_is_said_politely(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "faster_whisper", None)
    with pytest.raises(EngineMissing, match="not installed"):
        Whisper(cache_dir=tmp_path)


@pytest.mark.usefixtures("small_engines")
class TestInTheStudio:
    @pytest.fixture(autouse=True)
    def ear(self, settings):
        settings.RECOGNITION_ENGINES = {"ear": {}}

    @pytest.mark.parametrize("text", ["你好，怎么请假？", "How do I take leave?"])
    def test_the_child_listens(self, tmp_path, text):
        heard = services.transcribe(write_amr(tmp_path / "a.amr", beeped(text), RATE), language="en")
        assert (heard.text, heard.language) == (text, "en")
        assert heard.seconds == pytest.approx(0.06 * (1 + 8 * len(text.encode())), abs=0.1)

    def test_what_is_no_recording_is_said(self, tmp_path):
        (tmp_path / "a.amr").write_bytes(b"#!AMR\nnothing of the kind")
        with pytest.raises(OutputError):
            services.transcribe(tmp_path / "a.amr")

    def test_an_engine_that_hangs_is_killed_and_the_next_recording_is_heard(self, tmp_path, settings):
        settings.AVATARS = {**settings.AVATARS, "LISTEN_SECONDS": 2.0}
        with pytest.raises(StudioError) as caught:
            services.transcribe(write_amr(tmp_path / "a.amr", beeped("hang"), RATE))
        assert caught.value.code == "time_limit"
        settings.AVATARS = {**settings.AVATARS, "LISTEN_SECONDS": 30.0}
        assert services.transcribe(write_amr(tmp_path / "b.amr", beeped("hi"), RATE)).text == "hi"

    def test_without_an_engine_it_is_said(self, tmp_path, settings):
        settings.RECOGNITION_ENGINES = {}
        with pytest.raises(EngineMissing):
            services.transcribe(tmp_path / "a.amr")
