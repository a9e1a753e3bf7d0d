"""Drafts of flows over REST: read, replaced, undone; the numbers of a flow; what the language model is used for."""

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from conversations import services
from conversations.models import Flow, ModelUsage, StateEntry
from tests.conversations.support.person import Person
from tests.support import factories
from tests.support.factories import make_api
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
BYE = {"key": "bye", "name": "再见", "kind": "end", "text": "再见！"}
HELLO = {"key": "hello", "name": "你好", "kind": "say", "text": "你好", "transitions": [{"to": "bye"}]}


@pytest.fixture
def api():
    return make_api("flows:read", "flows:write", "language_model:read")


@pytest.fixture
def flow() -> Flow:
    return factories.make_flow(name="制作视频")


def address(flow: Flow, rest: str = "draft/") -> str:
    return f"/api/v1/flows/{flow.pk}/{rest}"


def test_a_draft_that_is_written_back_is_the_same(api, flow):
    flow.states.filter(kind="ask").first().file.save("plan.pdf", ContentFile(b"%PDF-"))
    before = api.get(address(flow)).json()
    keys = dict(flow.states.values_list("key", "pk"))
    assert before["steps"][0]["key"] == "ask_text"
    after = api.put(address(flow), {"seen": before["seen"], "steps": before["steps"]}).json()
    assert (after["steps"], dict(flow.states.values_list("key", "pk"))) == (before["steps"], keys)


def test_a_replaced_draft_can_be_undone_and_done_again(api, flow):
    before = api.get(address(flow)).json()
    done = api.put(address(flow), {"seen": before["seen"], "steps": [HELLO, BYE]}).json()
    assert list(flow.states.values_list("key", flat=True)) == ["hello", "bye"]
    assert done["undo"]
    undone = api.post(address(flow, "draft/undo/"), {"seen": done["seen"]}).json()
    assert undone["steps"] == before["steps"]
    again = api.post(address(flow, "draft/redo/"), {}).json()
    assert again["steps"] == done["steps"]
    assert problem(api.post(address(flow, "draft/redo/"), {}), 409)["code"] == "nothing_to_redo"


def test_another_persons_change_is_not_overwritten(api, flow):
    seen = api.get(address(flow)).json()["seen"]
    services.save_step(flow.states.get(key="ask_text"), seen=seen)
    flow.states.filter(key="ask_text").update(text="anders")
    refused = problem(api.put(address(flow), {"seen": seen, "steps": [BYE]}), 409)
    assert refused["code"] == "draft_changed"
    assert problem(api.post(address(flow, "draft/undo/"), {"seen": seen}), 409)["code"] == "draft_changed"


def test_a_dry_run_keeps_nothing_and_tells_the_problems(api, flow):
    alone = {**HELLO, "kind": "ask", "slot": "a", "slot_type": "choice", "transitions": []}
    tried = api.put(address(flow), {"steps": [alone], "dry_run": True}).json()
    assert [one["is_error"] for one in tried["problems"]][:1] == [True]
    assert flow.states.filter(key="ask_text").exists()


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({"key": "a", "name": "A", "kind": "dance"}, "steps[0].kind"),
        ({"name": "A", "kind": "end"}, "steps[0].key"),
        ({"key": {"x": 1}, "name": "A", "kind": "end"}, "steps[0].key"),
        ({**HELLO, "transitions": [{"to": "nowhere"}]}, "steps[0].transitions[0].to"),
        ({**BYE, "colour": "red"}, "steps[0].colour"),
        ({**BYE, "file": {"name": "a.pdf", "sha256": "0" * 64}}, "steps[0].file"),
    ],
)
def test_a_flaw_names_its_place_and_nothing_is_taken_over(api, flow, step, field):
    refused = problem(api.put(address(flow), {"steps": [step]}), 422)
    assert field in [one["field"] for one in refused["errors"]]
    assert flow.states.filter(key="ask_text").exists()


def test_numbers_are_those_of_a_version_and_a_period(api, application, flow):
    services.publish(flow)
    person = Person(application)
    person.says("制作视频")
    person.says("欢迎加入")
    found = api.get(address(flow, "figures/")).json()
    steps = {one["key"]: (one["here"], one["entered"]) for one in found["steps"]}
    assert (found["version"], found["began"], steps["ask_text"], steps["ask_quality"]) == (1, 1, (0, 1), (1, 1))
    ways = {(one["step"], one["to"]): one["taken"] for one in found["transitions"]}
    assert ways["ask_text", "ask_quality"] == 1
    StateEntry.objects.update(at="2020-01-01T00:00:00Z")
    later = api.get(address(flow, "figures/?version=1&since=2021-01-01T00:00:00Z")).json()
    assert (later["began"], sum(one["taken"] for one in later["transitions"])) == (0, 0)
    problem(api.get(address(flow, "figures/?version=9")), 404)
    assert problem(api.get(address(flow, "figures/?since=yesterday")), 422)["errors"][0]["field"] == "since"


def test_spending_lists_days_and_limits(api, application):
    ModelUsage.objects.create(
        corporation=application.corporation, day=timezone.localdate(), questions=3, tokens_sent=40, cost=7
    )
    found = api.get("/api/v1/language-model/spending/?days=2").json()
    assert [(day["questions"], day["cost"]) for day in found["days"]] == [(3, 7), (0, 0)]
    assert set(found["company_limits"]) == {"questions", "tokens", "cost"}
    problem(make_api("flows:read").get("/api/v1/language-model/spending/"), 403)


def test_without_the_scope_a_draft_is_only_read(flow):
    reader = make_api("flows:read")
    assert reader.get(address(flow)).status_code == 200
    problem(reader.put(address(flow), {"steps": [BYE]}), 403)
    problem(reader.post(address(flow, "draft/undo/"), {}), 403)
