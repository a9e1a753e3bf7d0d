"""The system checks warn where the speech model is missing or a setting names a former path, and only then."""

import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.utils.module_loading import import_string

from avatars.checks import check_class_paths, check_ffmpeg, check_speech_model
from avatars.speech.engines.openai import OpenAI
from avatars.speech.kokoro import WHEELS
from avatars.studio.process import ROOT
from core import backends

LOOK = "print(*[f'{found.id}|{found.msg}|{found.hint}' for found in checks.check_speech_model()])"
# To Python, a module that is None in this table cannot be found.
ASK = """
import sys
sys.modules[{wheel!r}] = None
import django
django.setup()
from avatars import checks
{look}
del sys.modules[{wheel!r}]
{look}
"""


def with_kokoro(settings, **options):
    settings.SPEECH_ENGINES = {"kokoro": {"class": "avatars.speech.kokoro.Kokoro", "options": options}}


def test_nothing_is_said_where_the_model_is_installed(settings):
    with_kokoro(settings)
    assert check_speech_model() == []


@pytest.mark.parametrize("wheel", [WHEELS[0], pytest.param(WHEELS[-1], marks=pytest.mark.thorough)])
def test_a_missing_wheel_is_a_warning_that_says_what_to_do(wheel):
    line = ASK.format(wheel=wheel, look=LOOK)
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    found, with_it = done.stdout.split("\n")[:2]
    assert found.startswith("avatars.W001|")
    assert "text" in found
    assert "manage.py up" in found
    assert with_it == ""


def test_a_model_file_of_ones_own_is_looked_for(settings, tmp_path):
    with_kokoro(settings, model_path=tmp_path / "model.onnx")
    (warning,) = check_speech_model()
    assert "model_path" in warning.hint
    (tmp_path / "model.onnx").write_bytes(b"a model")
    assert check_speech_model() == []


def test_who_speaks_with_another_engine_needs_no_model(settings):
    settings.SPEECH_ENGINES = {"tone": {"class": "tests.avatars.support.fake_engines.Tone"}}
    assert check_speech_model() == []


FORMER = "avatars.speech.openai.OpenAI"
OPTIONS = {"url": "http://127.0.0.1:9/v1", "key": ""}


@pytest.fixture
def by_former_path(settings):
    settings.SPEECH_ENGINES = {"mine": {"class": FORMER, "options": OPTIONS}}


@pytest.mark.usefixtures("by_former_path")
def test_an_engine_is_made_by_its_former_path():
    with pytest.warns(DeprecationWarning, match=r"avatars\.speech\.engines\.openai\.OpenAI"):
        made = backends.backend.__wrapped__("SPEECH_ENGINES", "mine")  # not cached for other tests
    assert isinstance(made, OpenAI)


@pytest.mark.usefixtures("by_former_path")
def test_an_engine_is_described_by_its_former_path():
    with pytest.warns(DeprecationWarning, match="has moved"):
        assert backends.class_and_options("SPEECH_ENGINES", "mine") == (OpenAI, OPTIONS)


def test_a_former_path_is_a_warning_that_names_the_new_one(settings):
    settings.SPEECH_ENGINES = {"mine": {"class": FORMER}, "tone": {"class": "tests.avatars.support.fake_engines.Tone"}}
    (warning,) = check_class_paths()
    assert (warning.id, warning.level) == ("avatars.W002", 30)
    assert "mine" in warning.msg
    assert "avatars.speech.engines.openai.OpenAI" in warning.hint


def test_the_settings_that_come_along_name_no_former_path():
    assert check_class_paths() == []


@pytest.mark.parametrize("path", configured.FORMER_CLASS_PATHS.values(), ids=configured.FORMER_CLASS_PATHS)
def test_every_former_path_leads_to_a_class(path):
    assert isinstance(import_string(path), type)


def test_a_missing_ffmpeg_is_a_warning_that_says_what_to_do(monkeypatch, tmp_path):
    assert check_ffmpeg() == []
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "ffmpeg"))
    (warning,) = check_ffmpeg()
    assert warning.id == "avatars.W003"
    assert "manage.py up" in str(warning.hint)
