"""Publication turns rows into versions that run."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.models import FlowVersion, State, Transition
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


def test_a_published_version_is_what_the_rows_said():
    flow = factories.make_flow()
    version = publication.publish(flow, note="erste")
    flow.refresh_from_db()
    assert (version.number, version.note, flow.live) == (1, "erste", version)
    machine = publication.live_machine(FlowVersion.objects.get(pk=version.pk))
    assert machine == publication.draft(flow)
    assert [node.key for node in machine.nodes] == ["ask_text", "ask_quality", "video", "bye", "sorry"]
    assert machine.start == "ask_text"
    assert not publication.is_changed(flow)


def test_a_version_is_read_once_until_it_is_another_one():
    pk = publication.publish(factories.make_flow()).pk
    first, second = (FlowVersion.objects.get(pk=pk) for _number in range(2))
    assert first.machine is second.machine
    FlowVersion.objects.update(definition={**first.definition, "name": "Restored"}, published_at=timezone.now())
    assert FlowVersion.objects.get(pk=pk).machine.name == "Restored"


def test_a_draft_with_errors_is_not_published_and_says_which():
    flow = factories.make_flow()
    State.objects.filter(flow=flow, key="ask_text").update(text="")
    with pytest.raises(FlowError, match="问文本") as caught:
        publication.publish(flow)
    assert (caught.value.code, caught.value.field) == ("flow_has_errors", "states")
    assert not flow.versions.exists()


@pytest.mark.databases
def test_versions_are_numbered_and_never_change():
    flow = factories.make_flow()
    first = publication.publish(flow)
    State.objects.filter(flow=flow, key="bye").update(text="再见。")
    assert publication.is_changed(flow)
    second = publication.publish(flow)
    assert (first.number, second.number) == (1, 2)
    first.note = "anders"
    with pytest.raises(ValidationError):
        first.save()


def test_rolling_back_lets_the_older_version_run_and_keeps_the_draft():
    flow = factories.make_flow()
    first = publication.publish(flow)
    State.objects.filter(flow=flow, key="bye").update(text="再见。")
    publication.publish(flow)
    publication.roll_back(first)
    flow.refresh_from_db()
    assert flow.live == first
    assert publication.draft(flow).node("bye").text == "再见。"
    assert publication.publish(flow).number == 3


@pytest.mark.databases
def test_two_flows_do_not_share_a_trigger():
    factories.make_flow(triggers="制作视频")
    other = factories.make_flow(triggers="制作视频")
    assert [problem.code for problem in publication.check(other)] == ["trigger_taken"]


@pytest.mark.databases
def test_a_transition_stays_within_its_flow():
    flow, other = factories.make_flow(), factories.make_flow(triggers="别的")
    wrong = Transition(state=flow.states.first(), target=other.states.first())
    with pytest.raises(ValidationError, match="same flow"):
        wrong.clean()


def test_yes_or_no_offers_both_in_the_flows_language():
    flow = factories.make_flow(language="en")
    change_steps(State.objects.filter(flow=flow, key="ask_text"), slot_type="yes_no", maximum=None)
    slot = publication.draft(flow).node("ask_text").slot
    assert [(choice.value, choice.label) for choice in slot.choices] == [("yes", "Yes"), ("no", "No")]


@pytest.mark.parametrize(("mode", "is_fine"), [("", True), ("lipsync", True), ("{{quality}}", True), ("4k", False)])
def test_a_video_has_a_mode_that_exists(mode, is_fine):
    flow = factories.make_flow()
    change_steps(State.objects.filter(flow=flow, key="video"), mode=mode)
    assert [problem.code for problem in publication.check(flow)] == ([] if is_fine else ["mode_unknown"])


def test_a_choice_that_becomes_a_mode_must_be_one():
    flow = factories.make_flow()
    change_steps(State.objects.filter(flow=flow, key="ask_quality"), choices="lipsync = 基础\nbest = 最好")
    assert [(problem.code, problem.state) for problem in publication.check(flow)] == [("mode_unknown", "制作")]
