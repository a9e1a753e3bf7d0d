"""Fields of single kinds are kept in one column, checked when a step is saved, and shared with the version before."""

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, transaction

from conversations.models import Flow, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return Flow.objects.create(name="Numbers", language="en")


def make(flow: Flow, **fields: object) -> State:
    return State.objects.create(flow=flow, key="one", name="One", **fields)


def test_a_field_reads_as_it_was_written_and_else_its_default(flow):
    state = State.objects.get(pk=make(flow, kind="call", url="https://oa.example.com", attempts=1).pk)
    assert (state.url, state.attempts, state.seconds, state.method) == ("https://oa.example.com", 1, 15, "POST")


def test_defaults_take_no_room(flow):
    assert make(flow, kind="ask", retries=2, expire_after=60, as_card=True).details == {}


def test_fields_of_other_kinds_are_left_out(flow):
    state = make(flow, kind="wait", wait_for=5, wait_unit=60, mode="lipsync")
    assert state.details == {"wait_for": 5, "wait_unit": 60}
    state.kind = "say"
    state.save()
    assert State.objects.get(pk=state.pk).details == {}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "ask", "retries": "many"}, "retries"),
        ({"kind": "ask", "retries": 10}, "retries"),
        ({"kind": "ask", "expire_after": None}, "expire_after"),
        ({"kind": "call", "url": "x" * 501}, "url"),
        ({"kind": "wait", "wait_for": 0}, "wait_for"),
        ({"kind": "say", "picture_url": "no address"}, "picture_url"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(flow, fields, name):
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        make(flow, **fields)
    (messages,) = refused.value.message_dict.values()
    assert list(refused.value.message_dict) == [name]
    assert len(messages) == 2
    assert not flow.states.exists()


def test_a_field_that_no_kind_declares_is_refused_by_name(flow):
    with pytest.raises(ValidationError) as refused:
        make(flow, kind="say", details={"titel": "Hello"})
    assert "titel" in refused.value.message_dict
    assert "title" in refused.value.message_dict["titel"][0]


def test_a_query_that_names_a_field_says_what_to_do(flow):
    steps = flow.states
    for query in (lambda: steps.filter(mode=""), lambda: steps.order_by("mode")):
        with pytest.raises(FieldError, match="details__mode"):
            list(query())
    with pytest.raises(FieldError, match="Set it on each row"), transaction.atomic():
        flow.states.update(mode="")
    make(flow, kind="video", mode="lipsync")
    assert flow.states.filter(details__mode="lipsync").count() == 1


def columns(state: State, *names: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM conversations_state WHERE id = %s", [state.pk])
        return tuple(cursor.fetchone())


@pytest.mark.databases
class TestVersionBefore:
    """Its processes read and write columns while an update rolls."""

    @pytest.fixture(autouse=True)
    def rolls(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite is updated while nothing runs")

    def test_it_reads_the_fields_of_a_new_step(self, flow):
        state = make(flow, kind="ask", retries=4)
        assert columns(state, "retries", "expire_after", "slot_type", "minimum") == (4, 60, "text", None)
        state.retries = 2
        state.save()
        assert columns(state, "retries") == (2,)

    def test_a_step_that_it_changes_is_changed_here(self, flow):
        state = make(flow, kind="ask", retries=4, minimum=3)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE conversations_state SET retries = 2, reminder = 'Well?' WHERE id = %s", [state.pk])
        state.refresh_from_db()
        assert state.details == {"minimum": 3, "reminder": "Well?"}

    def test_a_step_that_it_adds_is_whole_here(self, flow):
        state = make(flow, kind="end")
        names = "flow_id, position, key, name, kind, text, slot, slot_type, choices, as_card, retry_text, retries"
        values = f"{flow.pk}, 2, 'two', 'Two', 'ask', 'Which?', 'it', 'choice', 'a', false, '', 1"
        rest = "mode, values, reminder, expire_after"
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO conversations_state ({names}, {rest}) VALUES ({values}, '', '', '', 60)")
        added = flow.states.exclude(pk=state.pk).get()
        assert added.details == {"slot_type": "choice", "choices": "a", "as_card": False, "retries": 1}
