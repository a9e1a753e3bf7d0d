"""Flows and single steps of their drafts over REST: created, changed, moved, deleted, and undone."""

import pytest

from conversations import services
from conversations.models import Flow
from tests.support.factories import make_api
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
BYE = {"key": "bye", "name": "再见", "kind": "end", "text": "再见！"}
ASK = {"kind": "ask", "text": "请几天假？", "slot_type": "number", "transitions": [{"to": "bye"}]}


@pytest.fixture
def api():
    return make_api("flows:read", "flows:write")


@pytest.fixture
def flow(api) -> Flow:
    """A flow with two steps, made over REST."""
    made = api.post("/api/v1/flows/", {"name": "请假", "triggers": ["请假", "我要*请假*"], "steps": [BYE]})
    assert made.status_code == 201, made.content
    flow = Flow.objects.get(pk=made.json()["id"])
    assert api.post(steps(flow), {"step": {**ASK, "key": "days"}}).status_code == 201
    assert api.post(steps(flow, "days/move/"), {"after": None}).status_code == 200
    return flow


def steps(flow: Flow, rest: str = "") -> str:
    return f"/api/v1/flows/{flow.pk}/draft/steps/{rest}"


def keys(answer) -> list[str]:
    assert answer.status_code in (200, 201), answer.content
    return [step["key"] for step in answer.json()["steps"]]


def undone(api, flow: Flow) -> list[str]:
    return keys(api.post(f"/api/v1/flows/{flow.pk}/draft/undo/", {}))


def test_a_flow_that_a_program_draws_is_published_and_started(api, person, flow):
    assert (flow.trigger_words, flow.patterns) == (["请假"], ["我要*请假*"])
    assert api.post(f"/api/v1/flows/{flow.pk}/publish/", {}).status_code == 201
    assert person.says("请假") == ["请几天假？"]
    assert person.says("3") == ["再见！"]


def test_a_flow_changes_only_in_what_is_named(api, flow):
    changed = api.patch(f"/api/v1/flows/{flow.pk}/", {"command": "/Leave", "also_in": "en"})
    assert changed.status_code == 200, changed.content
    flow.refresh_from_db()
    assert (flow.command, flow.languages, flow.trigger_words) == ("/leave", ("zh-hans", "en"), ["请假"])
    other = Flow.objects.create(name="报销")
    refused = problem(api.patch(f"/api/v1/flows/{other.pk}/", {"name": "请假"}), 422)
    assert refused["errors"][0]["field"] == "name"
    refused = problem(api.patch(f"/api/v1/flows/{other.pk}/", {"command": "/leave"}), 422)
    assert refused["errors"][0]["field"] == "command"


def test_a_new_step_gets_the_names_that_its_writer_left_out(api, flow):
    made = api.post(steps(flow), {"step": {"kind": "ask", "text": "为什么？"}, "after": "days"})
    assert [key.startswith("ask") for key in keys(made)] == [False, True, False]
    step = api.get(made["Location"]).json()
    assert (step["name"], step["slot"]) == ("为什么", "为什么")
    assert undone(api, flow) == ["days", "bye"]


def test_a_step_keeps_its_page_when_it_changes(api, flow):
    before = flow.states.get(key="days")
    done = api.patch(steps(flow, "days/"), {"step": {"key": "how_long", "minimum": 1, "maximum": None}})
    assert keys(done) == ["how_long", "bye"]
    after = flow.states.get(pk=before.pk)
    assert (after.key, after.minimum, after.text) == ("how_long", 1, "请几天假？")
    assert after.transitions.get().target.key == "bye"


def test_a_deleted_step_comes_back_with_its_transitions(api, flow):
    assert keys(api.delete(steps(flow, "bye/"))) == ["days"]
    assert undone(api, flow) == ["days", "bye"]
    assert flow.states.get(key="days").transitions.count() == 1


def test_transitions_are_added_moved_changed_and_deleted(api, flow):
    way = {"to": "bye", "test": "more", "value": "3"}
    made = api.post(steps(flow, "days/transitions/"), {"transition": way, "number": 1})
    assert made.status_code == 201, made.content
    assert made.json()["steps"][0]["transitions"] == [way, {"to": "bye"}]
    moved = api.patch(steps(flow, "days/transitions/1/"), {"number": 2, "transition": {"value": "5"}}).json()
    assert moved["steps"][0]["transitions"] == [{"to": "bye"}, {**way, "value": "5"}]
    left = api.delete(steps(flow, "days/transitions/1/")).json()
    assert left["steps"][0]["transitions"] == [{**way, "value": "5"}]
    problem(api.delete(steps(flow, "days/transitions/2/")), 404)


def test_another_persons_change_is_not_overwritten(api, flow):
    seen = api.get(f"/api/v1/flows/{flow.pk}/draft/").json()["seen"]
    services.save_step(flow.states.get(key="bye"), seen=seen)
    flow.states.filter(key="bye").update(text="anders")
    assert problem(api.patch(steps(flow, "days/"), {"step": {}, "seen": seen}), 409)["code"] == "draft_changed"
    assert problem(api.delete(steps(flow, f"days/?seen={seen}")), 409)["code"] == "draft_changed"
    problem(api.post(steps(flow, "days/move/"), {"after": None, "seen": seen}), 409)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({**BYE}, "step.key"),
        ({**ASK, "key": "days", "kind": "dance"}, "step.kind"),
        ({**ASK, "colour": "red"}, "step.colour"),
        ({**ASK, "transitions": [{"to": "nowhere"}]}, "step.transitions[0].to"),
    ],
)
def test_a_flaw_names_its_place_and_nothing_is_written(api, flow, step, field):
    refused = problem(api.post(steps(flow), {"step": step}), 422)
    assert field in [one["field"] for one in refused["errors"]]
    assert flow.states.count() == 2


def test_what_is_not_there_is_named(api, flow):
    problem(api.patch(steps(flow, "nowhere/"), {"step": {}}), 404)
    refused = problem(api.post(steps(flow), {"step": ASK, "after": "nowhere"}), 422)
    assert refused["errors"][0]["field"] == "after"
    refused = problem(api.post(steps(flow, "days/transitions/"), {"transition": {"to": "nowhere"}}), 422)
    assert refused["errors"][0]["field"] == "transition.to"
    refused = problem(api.post("/api/v1/flows/", {"name": "新", "steps": [{"kind": "end", "name": "x"}]}), 422)
    assert refused["errors"][0]["field"] == "steps[0].key"
    assert not Flow.objects.filter(name="新").exists()


def test_without_the_scope_steps_are_only_read(flow):
    reader = make_api("flows:read")
    assert reader.get(steps(flow, "days/")).json()["key"] == "days"
    problem(reader.post("/api/v1/flows/", {"name": "x"}), 403)
    problem(reader.patch(steps(flow, "days/"), {"step": {}}), 403)
    problem(reader.delete(steps(flow, "days/")), 403)
