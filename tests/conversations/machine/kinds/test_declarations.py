"""What each kind of step says of itself: its place in lists, whether it rests, asks, keeps, leads on, and its ways."""

import pytest

from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.formulas.values import Context
from conversations.machine.nodes import registry
from conversations.machine.nodes.node import Node
from core.text.slot_values import Slot

KINDS = ["ask", "say", "video", "handoff", "branch", "set", "wait", "call", "subflow", "end"]  # in the order of lists
EACH: dict[str, set[str]] = {
    "rests": {"ask", "handoff", "wait", "call", "subflow"},
    "asks": {"ask"},
    "keeps": {"ask", "set"},
    "leads_on": set(KINDS) - {"end"},
    "is_timed": set(KINDS) - {"handoff"},
    "asks_again": {"ask", "subflow"},
}


def test_the_kinds_stand_in_this_order():
    assert [kind.kind for kind in registry.kinds()] == KINDS


@pytest.mark.parametrize("name", EACH)
def test_these_kinds_have_it_and_the_others_do_not(name):
    assert {kind.kind for kind in registry.kinds() if getattr(kind, name)} == EACH[name]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_by_its_name_only(kind):
    assert registry.kind_named(kind).kind == kind
    assert registry.asks(kind) is (kind == "ask")
    with pytest.raises(ValueError, match="no kind"):
        registry.kind_named(f"{kind}x")
    assert registry.asks("gone") is False


@pytest.mark.parametrize(
    ("kind", "ways"),
    [
        ("ask", [On.NEXT, On.RETRIES, On.EXPIRED]),
        ("call", [On.NEXT, On.FAILED, On.TIMEOUT]),
        ("subflow", [On.NEXT, On.RETRIES, On.EXPIRED, On.FAILED]),
        *((kind, [On.NEXT]) for kind in KINDS if kind not in ("ask", "call", "subflow")),
    ],
)
def test_a_kind_is_left_by_its_ways(kind, ways):
    assert list(registry.kind_named(kind).ways) == ways


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_is_whole_survives_json(kind):
    edges = (Edge(to="b", on=On.NEXT, guard=Guard(slot="x", operator=Operator.IS, value="1")), Edge(to="c"))
    slot = {"slot": Slot(name="x")} if kind in ("ask", "set") else {}
    node: Node = registry.kind_named(kind)(key="a", name="A", text="Hello", edges=edges, **slot)
    data = node.to_json()
    assert data["kind"] == kind
    assert registry.kind_named(kind).from_json(data) == node


@pytest.mark.parametrize(
    ("operator", "have", "want", "holds"),
    [
        (Operator.ALWAYS, "", "x", True),
        (Operator.IS, " Soup ", "soup", True),
        (Operator.IS, "soups", "soup", False),
        (Operator.IS_NOT, "Soup", "soup", False),
        (Operator.IS_NOT, "rice", "soup", True),
        (Operator.CONTAINS, "a SOUP", "soup", True),
        (Operator.CONTAINS, "so", "soup", False),
        (Operator.MORE, "10", "9", True),  # numbers by their value
        (Operator.MORE, "9", "9", False),
        (Operator.MORE, "9.5", "9", True),
        (Operator.LESS, "-1", "+1", True),
        (Operator.LESS, "9", "9", False),
        (Operator.LESS, "9", "10", True),
        (Operator.MORE, "2026-03-10", "2026-03-09", True),
        (Operator.LESS, "2026-03-09", "2026-03-10", True),
        (Operator.MORE, "10 kg", "9 kg", False),  # as they are written
        (Operator.MORE, "10", "9 kg", False),
    ],
)
def test_a_condition_compares(operator, have, want, holds):
    guard = Guard(slot="x", operator=operator, value=want)
    assert guard.holds({"x": have}) is holds
    assert guard.met({"x": have}, Context()) == have


def test_an_answer_that_is_missing_is_empty():
    assert Guard(slot="x", operator=Operator.IS, value="").holds({})
    assert Guard(slot="x", operator=Operator.FORMULA, value="x = ''").holds({})
