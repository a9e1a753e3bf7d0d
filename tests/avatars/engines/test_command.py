"""Command engines: what a program gets, what it may return, and how a misbehaving one ends."""

import json
import os
import sys
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from avatars.adapters.availability import State
from avatars.ai_label import video_label
from avatars.engines.base import Shot
from avatars.engines.command import Command
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import ffmpeg, mp4
from avatars.pipeline import script_to_video
from tests.avatars.support import example_renderer
from tests.avatars.support.child_processes import alive, wait_until
from tests.avatars.support.fake_engines import Tone
from tests.avatars.support.specs import make_spec
from tests.support.paths import PHOTOGRAPH

PROGRAM = example_renderer.__file__


def make_engine(*words, **options):
    return Command(
        command=[sys.executable, PROGRAM, "--ffmpeg", imageio_ffmpeg.get_ffmpeg_exe(), *words],
        **{"time_limit": 60, **options},
    )


def make_shot(folder, **changes):
    shot = Shot(portrait=np.full((160, 120, 3), 90, np.uint8), speech=Tone().speak("你好", voice="a"), folder=folder)
    return replace(shot, **changes)


def fail(engine, folder):
    with pytest.raises(EngineFailed) as caught:
        list(engine.animate(make_shot(folder)))
    assert caught.value.field == "render_engine"
    return caught.value


def test_a_programs_video_is_labelled_and_checked_like_any_other(tmp_path):
    heard = []
    video = script_to_video.make(
        make_spec(),
        tmp_path,
        speech=Tone(),
        engine=make_engine(),
        progress=lambda stage, share: heard.append(share) if stage == "filming" else None,
    )
    video_label.verify(video.video, "c0ffee")
    assert video.frames == mp4.probe(video.video).video.samples == 50
    assert sorted(os.listdir(tmp_path)) == ["c0ffee.jpg", "c0ffee.mp4", "c0ffee.srt"]
    assert heard == sorted(heard)
    assert any(0 < share < 0.9 for share in heard), "the program told how far it was before there was a frame"


@pytest.mark.parametrize("words", [(), ("--frames",)])
def test_its_frames_have_the_number_size_and_time_asked_for(tmp_path, words):
    shot = make_shot(tmp_path)
    frames = [frame.copy() for frame in make_engine(*words).animate(shot)]
    assert len(frames) == shot.frame_count
    assert {frame.shape for frame in frames} == {shot.portrait.shape}
    mouth = np.array([frame[86:106, 55:65, 1].mean() for frame in frames])
    loud = np.array([abs(shot.speech.samples[int((i + 0.5) / 25 * shot.speech.rate)]) > 0 for i in range(len(mouth))])
    assert mouth[loud].mean() < mouth[~loud].mean() - 20


def test_places_are_filled_into_the_command(tmp_path):
    script = "import sys, shutil, pathlib; [shutil.copy(sys.argv[1], f'{sys.argv[2]}/{n:06d}.png') for n in range(30)]"
    engine = Command(command=[sys.executable, "-c", script, "{portrait}", "{frames_folder}"])
    assert len(list(engine.animate(make_shot(tmp_path)))) == 30


def test_its_order_says_all_and_nothing_of_the_text(tmp_path):
    list(make_engine().animate(make_shot(tmp_path)))
    order = json.loads((tmp_path / "order.json").read_text(encoding="utf-8"))
    assert (order["version"], order["width"], order["height"], order["fps"], order["frames"]) == (1, 120, 160, 25, 30)
    timing = json.loads((tmp_path / "timing.json").read_text(encoding="utf-8"))
    assert [(sound["symbol"], round(sound["start"], 3), round(sound["end"], 3)) for sound in timing["sounds"]] == [
        ("a", 0.4, 0.6),
        ("a", 0.6, 0.8),
    ]
    assert len(ffmpeg.samples(tmp_path / "sound.wav", 16_000)) == pytest.approx(1.2 * 16_000, abs=2)


def test_it_gets_none_of_our_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("WECHAT_SECRET", "hush")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    seen = tmp_path / "seen"
    engine = make_engine("--fault", "secrets", environment={"SEEN": str(seen), "OF_ITS_OWN": "1"})
    list(engine.animate(make_shot(tmp_path)))
    told = json.loads(seen.read_text())
    assert "WECHAT_SECRET" not in told
    assert "DJANGO_SETTINGS_MODULE" not in told
    assert (told["CUDA_VISIBLE_DEVICES"], told["OF_ITS_OWN"], told["TMPDIR"]) == ("0", "1", str(tmp_path))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("1", "engine_failed"),
        ("64", "engine_failed"),
        ("65", "engine_refused"),
        ("69", "engine_unavailable"),
        ("75", "engine_failed"),
        ("garbage", "engine_output"),
        ("nothing", "engine_output"),
        ("short", "engine_output"),
        ("squeezed", "engine_output"),
    ],
)
def test_what_it_does_wrong_has_a_code_and_a_remedy(tmp_path, fault, code):
    error = fail(make_engine("--fault", fault), tmp_path)
    assert error.code == code
    assert error.remedy


def test_half_of_the_pictures_are_no_video(tmp_path):
    assert fail(make_engine("--frames", "--fault", "short"), tmp_path).code == "engine_output"


def test_one_that_hangs_ends_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    # Long enough for Python to start, short beside the ten minutes that the program would sleep.
    engine = make_engine("--fault", "hang", environment={"PIDS": str(pids)}, time_limit=4)
    assert fail(engine, tmp_path).code == "engine_timeout"
    assert len(pids.read_text().split()) == 2
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: not alive(pid))


def test_lines_that_are_no_progress_are_passed_over(tmp_path):
    heard = []
    shot = make_shot(tmp_path, waiting=heard.append)
    assert len(list(make_engine("--fault", "chatty").animate(shot))) == shot.frame_count
    assert heard
    assert max(heard) <= 1


def test_its_complaints_go_nowhere_unless_somebody_asks_for_them(tmp_path, capfd, caplog):
    error = fail(make_engine("--fault", "1"), tmp_path)
    assert "somebody's words" not in f"{error} {error.remedy} {capfd.readouterr()} {caplog.text}"
    other = tmp_path / "other"
    other.mkdir()
    fail(make_engine("--fault", "1", complaints=tmp_path / "complaints"), other)
    assert "somebody's words" in (tmp_path / "complaints").read_text()


def test_a_program_that_is_not_there_is_named():
    assert Command.probe().about == "OPENUSER_RENDER_COMMAND"
    found = Command.probe(command="/nowhere/lips --fast", licence="MIT")
    assert (found.state, found.about, found.device, found.licence) == (State.FILE, "/nowhere/lips", "program", "MIT")
    assert Command.probe(command=f"{sys.executable} render.py").ok
    with pytest.raises(EngineMissing, match="not there"):
        Command(command="/nowhere/lips")


def test_a_networks_program_gets_a_video_and_names_its_result_itself(tmp_path):
    words = (
        "sh -c \"echo '{task_0: {video_path: {video}, audio_path: {sound}}}' > {results_folder}/task.yaml && "
        'mkdir {results_folder}/v15 && cp {video} {results_folder}/v15/made.mp4"'
    )
    small = np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((240, 288)))
    shot = make_shot(tmp_path, portrait=small, fps=20)
    frames = list(Command(command=words, time_limit=60).animate(shot))
    assert len(frames) == shot.frame_count
    assert np.abs(frames[5].astype(int) - small).mean() < 20, "the portrait, whose head moves"
    task = (tmp_path / "results" / "task.yaml").read_text().strip()
    assert task == f"{{task_0: {{video_path: {tmp_path}/video.mp4, audio_path: {tmp_path}/sound.wav}}}}"
    assert round(mp4.probe(tmp_path / "video.mp4").video.fps) == 25
    assert json.loads((tmp_path / "order.json").read_text())["video"] == f"{tmp_path}/video.mp4"


def test_several_results_are_one_too_many(tmp_path):
    engine = Command(command=["sh", "-c", "touch {results_folder}/a.mp4 {results_folder}/b.mp4"])
    assert fail(engine, tmp_path).code == "engine_output"
