"""What keeps a flow that runs another from being published, and what is told of the flows that run it."""

import pytest

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.flows.subflows.callers import callers_of
from conversations.models import Flow, State
from tests.conversations.support.nested_flows import make_contact, make_visit, published, with_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Flow:
    return make_contact()


def codes(flow: Flow) -> list[str]:
    return [problem.code for problem in publication.check(flow)]


def runs(name: str, inner: Flow | None, **fields: object) -> Flow:
    """A flow that asks something and runs another one."""
    ask = {"key": "ask", "text": "？", "slot": "ask"}
    run = {"key": "run", "kind": "subflow", "subflow": inner, **fields}
    return with_steps(Flow.objects.create(name=name), ask, run)


def test_a_flow_that_runs_a_published_one_is_fine(contact):
    assert codes(make_visit(contact)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"live": None}, "subflow_not_live"), ({"enabled": False}, "subflow_off")],
)
def test_a_flow_that_does_not_run_is_an_error_of_its_caller(contact, changes, code):
    visit = make_visit(contact)
    Flow.objects.filter(pk=contact.pk).update(**changes)
    assert codes(visit) == [code]
    assert "联系方式" in str(publication.check(visit)[0])


def test_a_step_without_a_flow_is_an_error():
    assert codes(runs("空", None)) == ["no_subflow"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"given": "colour = name"}, "unknown_slot"),
        ({"given": "phone = nobody"}, "formula_name"),
        ({"taken": "who = name\na = colour"}, "unknown_slot"),
        ({"taken": "who = name\n1a = phone"}, "result_name"),
    ],
)
def test_an_answer_that_is_not_there_is_an_error(contact, fields, code):
    assert codes(make_visit(contact, **fields)) == [code]


def test_flows_never_run_each_other_in_a_circle(contact):
    outer = published(runs("外", contact))
    State.objects.create(flow=contact, key="back", name="back", kind="subflow", subflow=outer, position=9)
    State.objects.filter(flow=contact, kind="end").delete()
    assert "subflow_circle" in codes(contact)
    assert "外" in str(publication.check(contact)[0])
    State.objects.filter(flow=contact, key="back").update(subflow=contact)
    assert "subflow_circle" in codes(contact)


def test_more_flows_in_one_another_than_five_are_refused(contact):
    inner = contact
    for number in range(3):
        inner = published(runs(f"第{number}层", inner))
    fifth = runs("第五层", inner)
    assert codes(fifth) == []
    assert codes(runs("第六层", published(fifth))) == ["subflow_deep"]


def test_a_circle_around_a_flow_that_asks_nothing_is_found(contact):
    silent = published(with_steps(Flow.objects.create(name="安静"), {"key": "bye", "kind": "end", "text": "好。"}))
    again = {"key": "again", "kind": "say", "text": "再来。"}
    for inner, found in ((silent, True), (contact, False)):
        flow = Flow.objects.create(name=f"圈{inner.pk}")
        with_steps(flow, {"key": "run", "kind": "subflow", "subflow": inner}, again, ways=(("again", "next", "run"),))
        assert ("circle" in codes(flow)) is found


def test_silence_that_leads_back_to_the_sub_flow_nags_for_ever(contact):
    flow = Flow.objects.create(name="催")
    run = {"key": "run", "kind": "subflow", "subflow": contact}
    with_steps(flow, run, {"key": "bye", "kind": "end"}, ways=(("run", "expired", "run"),))
    assert codes(flow) == ["nagging"]


def test_a_change_that_takes_an_answer_from_a_caller_is_told(contact):
    published(make_visit(contact))
    State.objects.filter(flow=contact, key="name").update(slot="called")
    State.objects.filter(flow=contact, key="thanks").update(text="")
    (problem,) = publication.check(contact)
    assert (problem.code, problem.is_error) == ("subflow_answers", False)
    assert "访客" in problem.words
    assert "name" in problem.words


def test_an_older_version_that_runs_a_retired_flow_does_not_run_again(contact):
    visit = published(make_visit(contact))
    first = visit.live
    State.objects.filter(flow=visit, key="contact").update(kind="say", text="好的。")
    State.objects.filter(flow=visit, key="right").update(text="好吗？")
    published(visit)
    assert first is not None
    Flow.objects.filter(pk=contact.pk).update(enabled=False)
    with pytest.raises(FlowError) as refused:
        services.roll_back(first)
    assert refused.value.code == "flow_has_errors"


def test_who_runs_a_flow_is_known_of_drafts_and_versions(contact):
    visit = published(make_visit(contact))
    assert callers_of(contact) == [visit]
    State.objects.filter(flow=visit, key="contact").delete()
    assert callers_of(contact) == [visit]  # its version runs on
    draft = runs("草稿", contact)
    assert callers_of(contact) == [draft, visit]
    assert callers_of(visit) == []
