"""The studio's child process: warm, cancellable, and ended with its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from avatars.exceptions import EngineMissing, PortraitError, RenderCancelled, ScriptError, StudioError
from avatars.pipeline.stages import Stage
from avatars.studio import protocol
from avatars.studio.gpu_cards import CardMemory
from avatars.studio.process import ROOT
from avatars.studio.studio import Studio, studio
from tests.avatars.pipeline import test_script_to_video
from tests.avatars.support.child_processes import alive, group_of, wait_until
from tests.support.paths import PHOTOGRAPH

SMALL_ENGINES = {"DJANGO_SETTINGS_MODULE": "tests.avatars.support.studio_settings"}


@pytest.fixture(scope="module")
def stage():
    """A studio whose child knows the small engines; the child of one test serves the next, where it is left alive."""
    place = Studio(SMALL_ENGINES)
    yield place
    place.close()


def make_spec(**changes):
    return test_script_to_video.make_spec(**{"speech_engine": "tone", "render_engine": "light", **changes})


def refusal(place, kind, folder, *, limits=None, **changes):
    with pytest.raises(kind) as caught:
        place.make_video(make_spec(**changes), folder, **(limits or {}))
    assert os.listdir(folder) == []
    return caught.value


def test_the_child_imports_no_models():
    line = "import sys, avatars.studio.__main__, avatars.framing.composition; print('django.db' in sys.modules)"
    env = {**os.environ, **SMALL_ENGINES}
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_two_videos_in_a_row_are_made_by_one_warm_child(stage, tmp_path):
    stage.close()
    assert stage.pid is None
    heard = []
    first = stage.make_video(make_spec(), tmp_path, on_progress=lambda *news: heard.append(news))
    child = stage.pid
    second = stage.make_video(make_spec(content_id="decaf"), tmp_path)
    assert child is not None
    assert stage.pid == child
    assert [video.video.name for video in (first, second)] == ["c0ffee.mp4", "decaf.mp4"]
    assert first.frames == 50
    assert first.timings[1].stage is Stage.ANIMATING
    assert list(dict.fromkeys(stage for stage, _ in heard)) == list(Stage)
    assert sorted(os.listdir(tmp_path))[:3] == ["c0ffee.jpg", "c0ffee.mp4", "c0ffee.srt"]


def test_a_cancelled_video_frees_the_worker_at_once_and_leaves_no_process(stage, tmp_path):
    shares = []
    group = []

    def wanted_no_more():
        if shares and not group:
            group.extend(group_of(stage.pid))
        return bool(shares)

    def note(what, share):
        if what is Stage.ANIMATING and share > 0.05:
            shares.append(share)

    limits = {"on_progress": note, "cancelled": wanted_no_more}
    error = refusal(stage, RenderCancelled, tmp_path, text="字" * 1200, limits=limits)
    assert error.code == "cancelled"
    assert max(shares) < 0.5, "the rest of four minutes is not drawn"
    assert len(group) >= 2, "the child and ffmpeg"
    assert not any(alive(pid) for pid in group)
    assert stage.make_video(make_spec(), tmp_path).frames == 50


def test_a_hanging_engine_meets_the_time_limit(stage, tmp_path):
    stage.warm(make_spec())
    child = stage.pid
    error = refusal(stage, StudioError, tmp_path, voice="hang", limits={"time_limit": 0.5})
    assert error.code == "time_limit"
    assert not alive(child)
    assert stage.make_video(make_spec(), tmp_path).frames == 50


def test_a_greedy_engine_meets_the_memory_limit(stage, tmp_path):
    error = refusal(stage, StudioError, tmp_path, voice="greedy", limits={"memory_limit_mb": 400})
    assert error.code == "memory_limit"
    assert stage.pid is None


def test_a_child_that_crashes_is_replaced(stage, tmp_path):
    assert refusal(stage, StudioError, tmp_path, voice="crash").code == "studio_died"
    assert stage.make_video(make_spec(), tmp_path).frames == 50


def test_a_child_that_was_killed_between_two_videos_is_replaced(stage, tmp_path):
    stage.make_video(make_spec(), tmp_path)
    killed = stage.pid
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not alive(killed))
    assert stage.make_video(make_spec(content_id="decaf"), tmp_path).frames == 50
    assert stage.pid != killed


def test_errors_arrive_as_the_class_they_were_and_the_child_stays(stage, tmp_path):
    empty = refusal(stage, ScriptError, tmp_path, text=" ")
    assert (empty.message, empty.code, empty.remedy, empty.field) == (
        "There is nothing to say.",
        "empty",
        "Write something.",
        "text",
    )
    child = stage.pid
    assert refusal(stage, PortraitError, tmp_path, render_engine="no_face").code == "no_face"
    assert refusal(stage, EngineMissing, tmp_path, speech_engine="other").code == "engine_unknown"
    assert stage.pid == child


@pytest.mark.thorough
def test_an_unknown_error_leaves_the_script_out(stage, tmp_path, capfd):
    stage.close()  # what the next child writes is captured
    error = refusal(stage, StudioError, tmp_path, voice="buggy", text="ein Geheimnis")
    assert error.code == "studio_broke"
    logged = capfd.readouterr().err
    assert "ZeroDivisionError" in logged
    assert "Geheimnis" not in str(error) + logged


def test_what_a_library_prints_does_not_disturb(stage, tmp_path):
    assert stage.make_video(make_spec(voice="chatty"), tmp_path).frames == 50


def test_a_listener_that_fails_ends_the_video(stage, tmp_path):
    def fail(what, share):
        raise ZeroDivisionError

    refusal_of_ours = {"on_progress": fail}
    with pytest.raises(ZeroDivisionError):
        stage.make_video(make_spec(), tmp_path, **refusal_of_ours)
    assert stage.pid is None
    assert os.listdir(tmp_path) == []


def test_close_ends_the_child(stage):
    stage.warm(make_spec())
    child = stage.pid
    stage.close()
    assert not alive(child)
    assert stage.pid is None


@pytest.mark.parametrize(("voice", "processes"), [("hang", 1), ("a", 2)])
def test_the_child_and_its_ffmpeg_die_with_the_parent(tmp_path, voice, processes):
    lines = (
        "from pathlib import Path",
        "from avatars.pipeline.spec import VideoSpec",
        "from avatars.studio.studio import Studio",
        f"script = VideoSpec(text='字' * 1200, portrait=Path({str(PHOTOGRAPH)!r}), content_id='c', provider='p',",
        f"    voice={voice!r}, speech_engine='tone', render_engine='light', longest=240)",
        "place = Studio(); place.warm(script); print(place.pid, flush=True)",
        f"place.make_video(script, Path({str(tmp_path)!r}), on_progress=lambda *news: print(*news, flush=True))",
    )
    env = {**os.environ, **SMALL_ENGINES}
    program = [sys.executable, "-c", "\n".join(lines)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=ROOT, env=env) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_until(lambda: len(group_of(child)) == processes)
        parent.kill()
        parent.wait()
    wait_until(lambda: group_of(child) == [])


def test_every_process_has_one_studio():
    assert studio() is studio()
    assert studio().pid is None


def test_a_portrait_is_checked_by_the_child(stage):
    found, kept = stage.check_portrait(PHOTOGRAPH.read_bytes())
    assert (found.flaw, found.chosen, len(found.face.points), kept) == ("", 0, 478, b"")
    with pytest.raises(PortraitError):
        stage.check_portrait(b"no picture")


def test_the_child_draws_our_characters(stage):
    assert stage.draw("xiao").startswith(b"\x89PNG")
    with pytest.raises(PortraitError) as caught:
        stage.draw("nobody")
    assert caught.value.code == "character_unknown"


def test_an_order_and_an_answer_survive_the_wire():
    order = protocol.Order(
        number=3, kind=protocol.Kind.VIDEO, spec=make_spec(), folder=Path("/somewhere"), data=b"\x00\xff"
    )
    assert protocol.read_order(protocol.order_line(order)) == order
    answer = protocol.Answer(number=3, event=protocol.Event.PROGRESS, stage=Stage.ANIMATING, share=0.25)
    assert protocol.read_answer(protocol.answer_line(answer)) == answer
    done = protocol.Answer(number=3, event=protocol.Event.DONE, cards=(CardMemory(card=1, used=2**30, total=2**34),))
    assert protocol.read_answer(protocol.answer_line(done)) == done


def test_an_error_class_that_is_not_ours_is_never_built():
    failed = protocol.Answer(number=1, event=protocol.Event.FAILED, error=StudioError("a", code="b"))
    line = protocol.answer_line(failed).replace('"StudioError"', '"OpenUserError"')
    assert type(protocol.read_answer(line).error) is StudioError
