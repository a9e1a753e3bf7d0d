"""An administrator is told when videos cannot be spoken, and is left in peace otherwise."""

import subprocess
import sys

import pytest

from avatars.checks import check_speech_model
from avatars.speech.kokoro import WHEELS
from avatars.studio.process import ROOT

pytestmark = pytest.mark.once

ASK = "import sys; {before}; import django; django.setup(); from avatars import checks; {ask}"
LOOK = "print(*[f'{found.id}|{found.msg}|{found.hint}' for found in checks.check_speech_model()])"


def ask(before: str) -> str:
    """What a fresh process finds that prepares itself so."""
    line = ASK.format(before=before, ask=LOOK)
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def with_kokoro(settings, **options):
    settings.SPEECH_ENGINES = {"kokoro": {"class": "avatars.speech.kokoro.Kokoro", "options": options}}


def test_nothing_is_said_where_the_model_is_installed(settings):
    with_kokoro(settings)
    assert check_speech_model() == []


@pytest.mark.parametrize("wheel", [WHEELS[0], WHEELS[-1]])
def test_a_missing_wheel_is_a_warning_that_says_what_to_do(wheel):
    # To Python, a module that is None in this table cannot be found.
    found = ask(f"sys.modules[{wheel!r}] = None")
    assert found.startswith("avatars.W001|")
    assert "text" in found
    assert "manage.py up" in found


def test_a_process_with_all_wheels_finds_nothing():
    assert ask("sys.path.append('.')") == ""


def test_a_model_file_of_ones_own_is_looked_for(settings, tmp_path):
    with_kokoro(settings, model_path=tmp_path / "model.onnx")
    (warning,) = check_speech_model()
    assert "model_path" in warning.hint
    (tmp_path / "model.onnx").write_bytes(b"a model")
    assert check_speech_model() == []


def test_who_speaks_with_another_engine_needs_no_model(settings):
    settings.SPEECH_ENGINES = {"tone": {"class": "tests.avatars.engines_for_tests.Tone"}}
    assert check_speech_model() == []
