"""How wide texts are, where they break, and what arrows say."""

import pytest
from django.utils import translation

from conversations.flows.graph import labels
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.values import Machine
from core.text.slot_values import Choice, Slot, SlotType

SIZE = Slot(
    name="size", type=SlotType.CHOICE, choices=(Choice(value="s", label="Small"), Choice(value="l", label="Large"))
)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("a", 5.6),
        ("aa", 11.2),
        ("A", 7.2),
        ("m", 7.2),
        ("%", 7.2),
        ("1", 5.6),
        ("中", 10),
        ("！", 10),
        ("…", 10),
        ("“中A", 27.2),
    ],
)
def test_a_line_is_as_wide_as_its_characters(text, width):
    assert labels.measure(text, 10) == pytest.approx(width)


@pytest.mark.parametrize(
    ("text", "room", "most", "lines"),
    [
        ("", 50, 2, ()),
        ("   ", 50, 2, ()),
        ("中中中中中", 50, 1, ("中中中中中",)),  # as wide as the room
        ("中中中中中中", 50, 1, ("中中中中…",)),
        ("中中中中中中", 50, 2, ("中中中中中", "中")),
        ("中中中中中", 49, 2, ("中中中中", "中")),
        ("中中中中中中中中中中中", 50, 2, ("中中中中中", "中中中中…")),
        ("aa  bb\ncc", 34, 2, ("aa bb", "cc")),
        ("abcdefghij", 30, 3, ("abcde", "fghij")),
        ("中", 5, 2, ("中",)),  # one character stands even where it does not fit
        ("好的，请", 20, 3, ("好", "的，", "请")),
        ("a中b", 10, 3, ("a", "中", "b")),
        ("aaa bbb", 17, 1, ("a…",)),
        ("aaa", 8, 1, ("a…",)),
    ],
)
def test_a_text_breaks_where_it_may_and_is_cut_in_the_end(text, room, most, lines):
    assert labels.wrap(text, size=10, room=room, most=most) == lines


def test_control_characters_are_left_out_but_not_breaks():
    assert labels.printable("a\x00b\x1b\ud800\ufffe\uffffc\n\t中") == "abc\n\t中"


def said(*edges: Edge, slot: Slot | None = SIZE, among: tuple[Edge, ...] = ()) -> str:
    """The label of the arrow for these edges of a state, which has others too."""
    state = AskNode(key="a", name="A", slot=slot, edges=(*edges, *among))
    other = AskNode(key="z", name="Z", slot=Slot(name="age"))
    machine = Machine(name="F", language="en", start="a", nodes=(state, other, EndNode(key="b", name="B")))
    with translation.override("en"):
        return labels.label(machine, state, edges)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (On.NEXT, ""),
        (On.RETRIES, "asked too often"),
        (On.EXPIRED, "no answer in time"),
        (On.FAILED, "it failed"),
        (On.TIMEOUT, "the call took too long"),
    ],
)
@pytest.mark.parametrize("always", [None, Guard(slot="", operator=Operator.ALWAYS)])
def test_each_way_out_is_named(on, words, always):
    assert said(Edge(to="b", on=on, guard=always)) == words


@pytest.mark.parametrize("on", [On.RETRIES, On.EXPIRED, On.FAILED, On.TIMEOUT])
def test_a_way_out_with_a_condition_names_both(on):
    assert said(Edge(to="b", on=on, guard=Guard(slot="size", operator=Operator.IS, value="s"))).endswith(", Small")


@pytest.mark.parametrize(
    ("operator", "slot", "value", "words"),
    [
        (Operator.IS, "size", "l", "Large"),
        (Operator.IS_NOT, "size", "l", "not Large"),
        (Operator.CONTAINS, "size", "x", "contains “x”"),
        (Operator.MORE, "age", "17", "age: more than 17"),
        (Operator.LESS, "age", "18", "age: less than 18"),
        (Operator.IS, "gone", "18", "gone: 18"),
        (Operator.FORMULA, "", "age > 3", "age > 3"),
    ],
)
def test_each_condition_is_told_in_words(operator, slot, value, words):
    assert said(Edge(to="b", guard=Guard(slot=slot, operator=operator, value=value))) == words


def test_what_is_left_is_otherwise_only_beside_a_condition():
    small = Edge(to="a", guard=Guard(slot="size", operator=Operator.IS, value="s"))
    same = Edge(to="b", guard=Guard(slot="size", operator=Operator.IS, value="s"))
    assert said(Edge(to="b"), among=(small,)) == "otherwise"
    assert said(Edge(to="b"), among=(Edge(to="a"),)) == ""
    assert said(Edge(to="b"), among=(same,)) == ""
    assert said(small, small, Edge(to="b"), among=(small,)) == "Small / otherwise"


def test_a_state_without_an_answer_names_that_of_its_condition():
    assert said(Edge(to="b", guard=Guard(slot="age", operator=Operator.IS, value="3")), slot=None) == "age: 3"


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (60, "1 hour"), (90, "90 minutes"), (2880, "2 days")])
def test_a_box_tells_spans_in_their_largest_unit(minutes, words):
    with translation.override("en"):
        assert labels.Wording().duration(minutes) == words


def test_a_check_that_is_gone_keeps_its_name():
    assert labels.Wording().validator("gone.by") == "gone.by"
