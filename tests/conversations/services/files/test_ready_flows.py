"""Ready flows: each is a draft that lacks nothing and speaks both languages, and is played to its end in each."""

from datetime import UTC, datetime

import pytest

from conversations import services
from conversations.exceptions import FlowError
from conversations.files.ready import FOLDER, READY, flows_of, questions_of
from conversations.flows import publication
from conversations.golden.replay import act_of, replay
from conversations.language import HAN
from conversations.machine.calls import Returned, Way
from conversations.machine.formulas.values import Context
from conversations.machine.places import Act, Outcome
from conversations.machine.resolution import Resolution
from conversations.machine.spoken import spoken_in
from conversations.models import Flow

pytestmark = pytest.mark.django_db
KEYS = [one.key for one in READY]
LANGUAGES = ("zh-hans", "en")
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
ACCEPTED = (Act.RETURN, Returned(kept={"number": "A-7"}).to_text())
NO_ANSWER = (Act.RETURN, Returned(way=Way.TIMEOUT).to_text())
HANDED_BACK = (Act.RESUME, "")
AWAKE = (Act.WAKE, "")
COVER = (Act.ANSWER, Resolution(said="王芳", value="wangfang", label="王芳").to_text())
SCREEN = (Act.ANSWER, Resolution(said="[1.jpg]", value="7", label="1.jpg").to_text())
SALES = (Act.ANSWER, Resolution(said="销售", value="7", label="销售部").to_text())
ONE_DAY = ("2026-12-03", "2026-12-03")
TURNED = ("2026-12-03", "2026-12-01", "2026-12-04")
PLAYS = {
    "leave, submitted": ("leave", ["annual", *TURNED, "x", COVER, "yes", ACCEPTED], "A-7"),
    "leave, by hand": ("leave", ["sick", *ONE_DAY, "x", COVER, "yes", NO_ANSWER, HANDED_BACK], "2026-12-03"),
    "leave, not confirmed": ("leave", ["personal", *ONE_DAY, "x", COVER, "no"], ""),
    "help, at once": ("it_help", ["account", "x", SCREEN, "now", HANDED_BACK], ""),
    "help, after a restart": ("it_help", ["network", "no", "no", "x", "skip", "later", HANDED_BACK], ""),
    "help, solved": ("it_help", ["computer", "no", "yes"], ""),
    "survey, a low score": ("survey", ["2", "x"], "2"),
    "survey, a high score": ("survey", ["5", "x"], "5"),
    "first day, with a video": ("onboarding", ["小明", "2026-12-03", SALES, "yes", AWAKE], "销售部"),
    "first day, without": ("onboarding", ["小明", "2026-12-03", SALES, "no", AWAKE], "小明"),
    "a video": ("create_video", ["欢迎加入", "2"], ""),
    "a video, given up": ("create_video", ["x" * 700, "x" * 700, "x" * 700], ""),
}


def machine_of(key, language):
    services.start_from_ready(key, language=language)
    return publication.draft(Flow.objects.get())


def test_every_file_is_offered_in_both_languages():
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(KEYS)
    assert {tuple(sorted(flows_of(key))) for key in KEYS} == {("en", "zh-hans")}


@pytest.mark.parametrize("key", KEYS)
def test_each_file_comes_back_in_the_same_bytes(key):
    data = (FOLDER / f"{key}.yaml").read_bytes()
    services.import_file(data)
    assert services.export_file(flows=Flow.objects.all()).data == data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_each_is_a_draft_that_can_be_published(key, language):
    first = services.start_from_ready(key, language=language)
    assert first.verdict == "new"
    assert [str(one) for one in first.problems] == []
    services.publish(Flow.objects.get(pk=first.pk))
    second = services.start_from_ready(key, language=language)
    assert second.name == f"{first.name} 2"
    assert [str(one) for one in second.problems if one.is_error] == []
    assert all("{{" not in one.text for one in questions_of(key, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("play", PLAYS)
def test_each_is_played_to_its_end(play, language):
    key, inputs, told = PLAYS[play]
    machine = spoken_in(machine_of(key, "zh-hans"), language)
    acts = [one if isinstance(one, tuple) else (act_of("say", one), one) for one in inputs]
    context = Context(now=NOW, member={"user_id": "zhangsan"})
    played = replay(machine, [(Act.START, ""), *acts], context=context, flows={})
    assert played.outcome in (Outcome.COMPLETED, Outcome.GAVE_UP)
    assert (HAN.search(played.turns[0].said[0].text) is None) == (language == "en")
    assert all(turn.said for turn in played.turns)
    assert told in played.turns[-1].said[-1].text
    assert not any("{{" in said.text for turn in played.turns for said in turn.said)


def test_an_unknown_one_is_refused_with_those_that_there_are():
    with pytest.raises(FlowError, match="leave"):
        services.start_from_ready("easter", language="en")
