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


def numbers(flow: Flow) -> list[tuple[str, int]]:
    return list(flow.states.order_by("position").values_list("key", "position"))


def test_steps_stand_ten_apart_and_a_new_one_in_the_middle(flow):
    first = step(flow, "a")
    step(flow, "b")
    assert numbers(flow) == [("a", 10), ("b", 20)]
    services.save_step(State(flow=flow, key="c", name="c", kind="say", text="c"), after=first)
    assert numbers(flow) == [("a", 10), ("c", 15), ("b", 20)]
    last = flow.states.get(key="b")
    services.save_step(State(flow=flow, key="d", name="d", kind="say", text="d"), after=last)
    assert numbers(flow)[-1] == ("d", 30)


@pytest.mark.parametrize(
    ("apart", "after"),
    [(2, [("a", 10), ("new", 11), ("b", 12)]), (1, [("a", 10), ("new", 11), ("b", 21)])],
)
def test_later_steps_move_on_only_where_there_is_no_room(flow, apart, after):
    first, second = step(flow, "a"), step(flow, "b")
    State.objects.filter(pk=second.pk).update(position=first.position + apart)
    services.save_step(State(flow=flow, key="new", name="new", kind="say", text="x"), after=first)
    assert numbers(flow) == after


@pytest.mark.parametrize(
    ("name", "after", "order"),
    [("c", None, "cab"), ("a", "b", "bac"), ("a", "c", "bca"), ("b", None, "bac"), ("c", "a", "acb")],
)
def test_a_step_moves_behind_another_or_to_the_front(flow, name, after, order):
    steps = {key: step(flow, key) for key in "abc"}
    services.move_step(steps[name], after=steps[after] if after else None)
    assert numbers(flow) == [(key, 10 * number) for number, key in enumerate(order, start=1)]


def test_a_copy_has_a_name_and_an_answer_of_its_own(flow):
    question = step(flow, "x" * 40, kind="ask", slot="dish")
    State.objects.filter(pk=question.pk).update(name="y" * 40)
    question.refresh_from_db()
    copies = [services.copy_step(question) for _time in range(2)]
    assert [copy.name for copy in copies] == [f"{'y' * 34} 2", f"{'y' * 34} 3"]
    assert len({question.key, *(copy.key for copy in copies)}) == 3
    assert len({"dish", *(copy.slot for copy in copies)}) == 3
    assert all(len(copy.key) <= 40 for copy in copies)


def test_a_question_leads_by_its_choices_before_one_way_for_all(flow):
    ask = step(flow, "ask", kind="ask", slot="sure", slot_type="yes_no")
    others = [step(flow, key) for key in "abcd"]
    for other in others:
        services.connect_steps(ask, other)
    ways = list(ask.transitions.order_by("position").values_list("test", "value", "target__key"))
    assert ways == [("is", "yes", "a"), ("is", "no", "b"), ("always", "", "d")]


def test_a_step_of_another_flow_cannot_be_led_to(flow):
    other = step(Flow.objects.create(name="g"), "x")
    with pytest.raises(FlowError) as refused:
        services.connect_steps(step(flow, "a"), other)
    assert (refused.value.code, refused.value.field) == ("other_flow", "target")
