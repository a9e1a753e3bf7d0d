"""Recognition: the contract of every engine, our own speech through a phone's codec, and a missing model."""

import pytest
from django.conf import settings as configured

from avatars import services
from avatars.conformance import recognition as conformance
from avatars.exceptions import EngineMissing, OutputError, StudioError
from avatars.recognition.base import RATE, RecognitionEngine
from avatars.recognition.whisper import Whisper, join
from core import backends
from tests.avatars.support.fake_engines import beeped
from tests.avatars.support.recordings import write_amr


@pytest.fixture(scope="module", params=list(configured.RECOGNITION_ENGINES))
def listener(request, kokoro):
    engine: RecognitionEngine = backends.backend("RECOGNITION_ENGINES", request.param)
    return conformance.Listener(engine, lambda: kokoro)


# To hear takes seconds: the suite has words and silence, which differ most.
CHECKS = [
    pytest.param(check, marks=[] if check.key in ("chinese", "silence") else pytest.mark.thorough, id=check.key)
    for check in conformance.CHECKS
]


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_it_does_what_is_demanded_of_whatever_listens(listener, check):
    check.test(listener)


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
        settings.AVATARS = {**settings.AVATARS, "RECOGNITION_TIMEOUT": 2.0}
        with pytest.raises(StudioError) as caught:
            services.transcribe(write_amr(tmp_path / "a.amr", beeped("hang"), RATE))
        assert caught.value.code == "time_limit"
        settings.AVATARS = {**settings.AVATARS, "RECOGNITION_TIMEOUT": 30.0}
        assert services.transcribe(write_amr(tmp_path / "b.amr", beeped("hi"), RATE)).text == "hi"

    def test_without_an_engine_it_is_said(self, tmp_path, settings):
        settings.RECOGNITION_ENGINES = {}
        with pytest.raises(EngineMissing):
            services.transcribe(tmp_path / "a.amr")
