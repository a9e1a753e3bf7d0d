"""A failing engine never blocks the queue: a fallback replaces it, and the row says so."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from avatars.exceptions import EngineMissing, OutputError, PortraitError, ScriptError, StudioError
from avatars.models import EngineFailure
from avatars.pipeline.stages import Stage
from avatars.rendering import engine_breaker
from avatars.rendering.engine_fallback import failed_part
from tests.avatars.support.rendering import after, nothing_is_left, request

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines")]

HANGING = pytest.param("hang", "time_limit", marks=pytest.mark.thorough)


@pytest.fixture(autouse=True)
def stand_ins(settings):
    """Who stands in, and the names that the web and the studio know."""
    settings.RENDER_FALLBACK, settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE = "light", "tone", "a"
    settings.RENDER_ENGINES = {"light": {}, "hang": {"time_limit": 1.5}}
    settings.SPEECH_ENGINES = {"tone": {}, "theirs": {"time_limit": 1.5}, "sentences": {"time_limit": 3}}


@pytest.mark.parametrize(
    ("engine", "code"),
    [
        ("failed", "engine_failed"),
        pytest.param("missing", "engine_unavailable", marks=pytest.mark.thorough),
        ("hologram", "engine_unknown"),
        pytest.param("short", "frame_count", marks=pytest.mark.thorough),
        pytest.param("black", "black", marks=pytest.mark.thorough),
        ("crash", "studio_died"),
        pytest.param("hang", "time_limit", marks=pytest.mark.thorough),  # a voice that hangs is below
    ],
)
def test_another_engine_animates_where_one_fails_and_the_row_says_why(engine, code):
    render = after(request(engine=engine))
    assert (render.status, render.reason, render.attempts) == ("done", "", 1)
    assert (render.engine_used, render.speech_engine_used) == ("light", "tone")
    assert render.notes == [f"render:{engine}:{code}"]
    with translation.override("en"):
        assert engine in render.note_words[0]
    assert EngineFailure.objects.get().name == engine


@pytest.mark.parametrize(
    ("voice", "code"),
    [
        pytest.param("crash", "studio_died", marks=pytest.mark.thorough),
        ("hang", "time_limit"),
        ("mute", "nothing_to_say"),
    ],
)
def test_another_voice_speaks_where_one_fails(voice, code):
    render = after(request(speech="theirs", voice=voice))
    assert (render.status, render.speech_engine_used) == ("done", "tone")
    assert render.notes == [f"speech:theirs:{code}"]


@pytest.mark.parametrize(("voice", "code"), [HANGING, ("buggy", "studio_broke")])
def test_a_voice_that_fails_during_streaming_is_to_blame(voice, code):
    assert after(request()).notes == [], "the child is warm: how long it takes to start is not the voice's fault"
    render = after(request("你好。世界。", speech="sentences", voice=voice))
    assert (render.status, render.speech_engine_used, render.engine_used) == ("done", "tone", "light")
    assert render.notes == [f"speech:sentences:{code}"]


def test_both_engines_may_fail_in_one_video(work_dir):
    render = after(request(speech="theirs", voice="mute", engine="failed"))
    assert (render.status, render.engine_used, render.speech_engine_used) == ("done", "light", "tone")
    assert render.notes == ["speech:theirs:nothing_to_say", "render:failed:engine_failed"]


def test_what_no_engine_is_to_blame_for_fails_at_once():
    render = after(request(engine="no_face"))
    assert (render.status, render.reason, render.notes) == ("failed", "no_face", [])
    assert not EngineFailure.objects.exists()


def test_where_the_stand_in_fails_too_the_first_reason_is_told(settings, work_dir):
    settings.RENDER_FALLBACK = "short"
    render = after(request(engine="failed"))
    assert (render.status, render.reason) == ("failed", "engine_failed")
    assert nothing_is_left(work_dir)


def test_an_engine_that_keeps_failing_rests_until_later():
    for number in range(3):
        assert after(request(f"第{number}次。", engine="failed")).notes == ["render:failed:engine_failed"]
    trouble = EngineFailure.objects.get()
    assert (trouble.failures, trouble.reason) == (3, "engine_failed")
    assert after(request("再来。", engine="failed")).notes == ["render:failed:resting"]
    EngineFailure.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
    assert after(request("休息好了。", engine="failed")).notes == ["render:failed:engine_failed"]
    assert engine_breaker.is_open("render", "failed"), "one failure more, and it rests again"


def test_an_engine_that_works_again_has_a_clean_record():
    engine_breaker.record_failure("render", "light", "time_limit")
    assert after(request()).status == "done"
    assert not EngineFailure.objects.exists()


def test_blame_falls_on_whoever_was_at_work():
    died = StudioError("", code="studio_died")
    assert [failed_part(died, stage) for stage in (None, *Stage)] == ["", "speech", "render", "", "", ""]
    assert failed_part(EngineMissing("", field="speech_engine"), None) == "speech"
    assert failed_part(EngineMissing("", field="model_path"), None) == ""
    assert failed_part(StudioError("", code="order_broken"), Stage.ANIMATING) == ""
    assert failed_part(PortraitError("", code="no_face"), Stage.ANIMATING) == ""
    assert failed_part(ScriptError("", code="script_empty"), Stage.SPEAKING) == ""
    assert failed_part(OutputError("", code="encode_failed"), Stage.ANIMATING) == ""
