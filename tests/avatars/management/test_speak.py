"""The command `speak`: text in, video out, or a plain message where that fails."""

import io
import os
import re

import pytest
from django.core.management import CommandError, call_command

from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.pipeline.stages import Stage
from tests.support.paths import PHOTOGRAPH


@pytest.fixture(autouse=True)
def small_engines(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.avatars.support.studio_settings")


def speak(text, out, **options):
    told = io.StringIO()
    small = {"speech_engine": "tone", "render_engine": "light", "longest": 240, "portrait": PHOTOGRAPH}
    call_command("speak", text, str(out), stdout=told, **{**small, **options})
    return told.getvalue()


def test_it_tells_every_stage_once_and_leaves_the_video_with_its_captions(tmp_path):
    told = speak("你好", tmp_path / "hello.mp4").splitlines()
    assert [line.split()[0] for line in told[:5]] == list(Stage)
    assert len(told) == 6
    assert "hello.mp4: 1.2 s, 204×240" in told[5]
    assert sorted(os.listdir(tmp_path)) == ["hello.mp4", "hello.srt"]
    assert video_label.KEY in mp4.probe(tmp_path / "hello.mp4").tags


def test_one_of_our_characters_speaks_where_no_portrait_is_given(tmp_path):
    assert "180×240" in speak("你好", tmp_path / "hello.mp4", portrait=None, character="ran")


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("", {}, "empty"),
        ("你好", {"render_engine": "no_face"}, "no_face"),
        ("你好", {"voice": "crash"}, "studio_died"),
        ("你好", {"speech_engine": "other"}, "engine_unknown"),
        ("你好", {"portrait": None, "character": "nobody"}, "character_unknown"),
    ],
)
def test_a_failure_prints_a_code_and_leaves_no_file(tmp_path, text, options, code):
    with pytest.raises(CommandError, match=code):
        speak(text, tmp_path / "hello.mp4", **options)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        speak("你好", tmp_path / "nowhere" / "hello.mp4")


@pytest.mark.gpu
def test_torch_renders_and_the_pace_is_printed(tmp_path):
    told = speak("你", tmp_path / "hello.mp4", render_engine="puppet", device="torch", longest=320).splitlines()
    pace = r"25 frames in \d+\.\d s, \d+\.\d frames/s with H.264"
    assert re.fullmatch(rf"rendered on cpu \(torch \S+\): {pace}", told[-1])
