"""The command `speak`: text in, video out, or a plain message where that fails."""

import io
import os
import re

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from avatars.ai_label import video_label
from avatars.media import mp4
from avatars.pipeline.stages import Stage
from avatars.reasons.portrait import REMARKS, UNUSABLE
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
        pytest.param("你好", {"voice": "crash"}, "studio_died", marks=pytest.mark.thorough),
        pytest.param("你好", {"speech_engine": "other"}, "engine_unknown", marks=pytest.mark.thorough),
        ("你好", {"portrait": None, "character": "nobody"}, "character_unknown"),
    ],
)
def test_a_failure_prints_a_code_and_leaves_no_file(tmp_path, text, options, code):
    with pytest.raises(CommandError, match=code):
        speak(text, tmp_path / "hello.mp4", **options)
    assert os.listdir(tmp_path) == []


def saved(picture, path):
    picture.save(path)
    return path


@pytest.mark.thorough
def test_a_portrait_is_refused_in_the_words_of_the_admin(tmp_path):
    with Image.open(PHOTOGRAPH) as photograph:
        dark = saved(photograph.point([value // 20 for value in range(256)] * 3), tmp_path / "dark.png")
    with pytest.raises(CommandError) as refused:
        speak("你好", tmp_path / "hello.mp4", portrait=dark)
    assert str(refused.value) == f"{UNUSABLE['too_dark']} (too_dark)"
    (tmp_path / "words.png").write_bytes(b"no picture")
    with pytest.raises(CommandError, match="not_an_image"):
        speak("你好", tmp_path / "hello.mp4", portrait=tmp_path / "words.png")


@pytest.mark.thorough
def test_what_to_mind_is_said_and_a_lying_portrait_speaks_upright(tmp_path):
    with Image.open(PHOTOGRAPH) as photograph:
        lying = saved(photograph.rotate(90, expand=True), tmp_path / "lying.png")
    said = io.StringIO()
    assert "204×240" in speak("你好", tmp_path / "hello.mp4", portrait=lying, stderr=said)
    assert said.getvalue().strip() == f"lying.png: {REMARKS['turned_upright']} (turned_upright)"


@pytest.mark.thorough
def test_one_of_several_faces_is_chosen_by_its_number(tmp_path):
    with Image.open(PHOTOGRAPH) as photograph:
        both = Image.new("RGB", (2 * photograph.width, photograph.height))
        for left in (0, photograph.width):
            both.paste(photograph, (left, 0))
    two = saved(both, tmp_path / "two.png")
    with pytest.raises(CommandError, match="several_faces"):
        speak("你好", tmp_path / "hello.mp4", portrait=two)
    assert "240" in speak("你好", tmp_path / "hello.mp4", portrait=two, face=1)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        speak("你好", tmp_path / "nowhere" / "hello.mp4")


@pytest.mark.thorough
@pytest.mark.gpu
def test_torch_renders_and_the_pace_is_printed(tmp_path):
    told = speak("你", tmp_path / "hello.mp4", render_engine="puppet", device="torch", longest=320).splitlines()
    pace = r"25 frames in \d+\.\d s, \d+\.\d frames/s with H.264"
    assert re.fullmatch(rf"rendered on cpu \(torch \S+\): {pace}", told[-1])


@pytest.mark.thorough
def test_a_video_is_checked_and_refused_with_the_reason(tmp_path):
    short = tmp_path / "short.mp4"
    speak("你好", short)
    with pytest.raises(CommandError, match=r"at least 20 seconds.*video_too_short"):
        speak("你好", tmp_path / "hello.mp4", portrait=short)
