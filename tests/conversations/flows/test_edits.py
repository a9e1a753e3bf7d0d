"""Steps are inserted where they belong, and transitions are drawn as one expects."""

import pytest

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.models import Flow, State, Transition

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return Flow.objects.create(name="f")


def step(flow: Flow, key: str, **fields) -> State:
    values = {"kind": "say", "text": key, **fields}
    return services.save_step(State(flow=flow, key=key, name=key, **values))


def leads(flow: Flow, key: str) -> list[str]:
    return [edge.to for node in publication.draft(flow).nodes if node.key == key for edge in node.edges]


def test_a_new_step_comes_last_or_right_after_another(flow):
    first, _last = step(flow, "a"), step(flow, "d")
    for key in ("c", "b"):
        for _ in range(5):  # until there is no room between two positions
            made = services.save_step(State(flow=flow, key=key, name=key, kind="say", text=key), after=first)
            made.delete()
        services.save_step(State(flow=flow, key=key, name=key, kind="say", text=key), after=first)
    assert list(flow.states.values_list("key", flat=True)) == ["a", "b", "c", "d"]


def test_a_free_position_is_made_where_there_is_none(flow):
    first = step(flow, "a")
    second = step(flow, "b")
    State.objects.filter(pk=second.pk).update(position=first.position + 1)
    services.save_step(State(flow=flow, key="c", name="c", kind="say", text="c"), after=first)
    assert list(flow.states.values_list("key", flat=True)) == ["a", "c", "b"]


def test_a_drawn_transition_replaces_the_one_without_a_condition(flow):
    a, b, c = step(flow, "a"), step(flow, "b"), step(flow, "c")
    services.connect_steps(a, c)
    assert leads(flow, "a") == ["c"]
    services.connect_steps(a, b)
    assert leads(flow, "a") == ["b"]
    assert Transition.objects.count() == 1


def test_a_question_with_choices_gets_one_transition_a_choice(flow):
    fields = {"kind": "ask", "slot": "q", "slot_type": "choice", "choices": "x = X\ny = Y"}
    a, b, c = step(flow, "a", **fields), step(flow, "b"), step(flow, "c", kind="end")
    services.connect_steps(a, b)
    services.connect_steps(a, c)
    services.connect_steps(a, c)
    ways = [(way.test, way.value, way.target.key) for way in a.transitions.all()]
    assert ways == [("is", "x", "b"), ("is", "y", "c"), ("always", "", "c")]


def test_the_condition_of_a_choice_is_looked_at_before_the_rest(flow):
    a, b, c = step(flow, "a", kind="ask", slot="q", slot_type="yes_no"), step(flow, "b"), step(flow, "c")
    Transition.objects.create(state=a, target=c, position=10)
    services.connect_steps(a, b)
    assert [(way.value, way.target.key) for way in a.transitions.all()] == [("yes", "b"), ("", "c")]


def test_an_end_leads_nowhere_and_flows_do_not_mix(flow):
    end, other = step(flow, "end", kind="end"), step(Flow.objects.create(name="g"), "a")
    with pytest.raises(FlowError, match="leads nowhere"):
        services.connect_steps(end, step(flow, "a"))
    with pytest.raises(FlowError, match="same flow"):
        services.connect_steps(other, end)
