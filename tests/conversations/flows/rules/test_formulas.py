"""Problems of formulas, and of the steps that decide, set and wait."""

import pytest
from django.utils import translation

from conversations.flows import lint
from conversations.flows.rules.formulas import of_days, problems
from conversations.machine.edges import Edge, Guard, Operator
from conversations.machine.kinds.branch import BranchNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.nodes.node import Node
from core.text.slot_values import Slot
from tests.conversations.support.machines import video_machine


def found(*nodes: Node, facts=(), **fields: object) -> list[tuple[str, str]]:
    machine = video_machine(nodes=(*video_machine().nodes, *nodes), **fields)
    with translation.override("en"):
        return [(problem.code, problem.words) for problem in problems(machine, facts)]


def branch(formula: str) -> Node:
    guard = Guard(slot="", operator=Operator.FORMULA, value=formula)
    return BranchNode(key="branch", name="分支", edges=(Edge(to="bye", guard=guard), Edge(to="bye")))


def test_a_sound_formula_has_no_problem():
    formula = 'quality.label = "高清" and length(text) > 3 and member.city in ("上海") and member.facts.size = "M"'
    assert found(branch(formula), facts=["size"]) == []


@pytest.mark.parametrize(
    ("formula", "code", "words"),
    [
        ("qualiti = 3", "formula_name", "“qualiti” (character 1), which no step keeps and no member has. Did you mean"),
        ("member.town = 3", "formula_name", "“member.town”"),
        ("member.facts.size = 3", "formula_name", "“member.facts.size”"),
        ("text = (3", "formula_open_bracket", "The bracket at character 8 is not closed."),
        ("lenght(text) > 3", "formula_function", "no function “lenght” (character 1). Did you mean “length”?"),
        ("length() > 3", "formula_arguments", "like length(reason)"),
    ],
)
def test_a_fault_is_told_with_its_place_and_a_remedy(formula, code, words):
    ((its_code, its_words),) = found(branch(formula))
    assert its_code == code
    assert words in its_words


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (BranchNode(key="b", name="分支", edges=(Edge(to="bye"),)), "no_conditions"),
        (SetNode(key="s", name="算", formula="1"), "no_slot"),
        (SetNode(key="s", name="算", slot=Slot(name="x")), "no_formula"),
        (WaitNode(key="w", name="等"), "no_wait"),
        (WaitNode(key="w", name="等", wait=30), "waits_too_long"),
    ],
)
def test_a_step_that_does_nothing_is_named(node, code):
    machine = video_machine(start=node.key, nodes=(node, *video_machine().nodes), expire_after=30)
    assert code in [one.code for one in lint.lint(machine) if one.state == node.name]


@pytest.mark.parametrize(
    ("formula", "years", "count"),
    [("is_working_day()", [2027], 1), ("is_working_day()", [], 0), ("today() > '2027-01-01'", [2027], 0)],
)
def test_working_days_of_unknown_years_are_a_warning(formula, years, count):
    machine = video_machine(nodes=(*video_machine().nodes, branch(formula)))
    with translation.override("en"):
        told = list(of_days(machine, years))
    assert [(one.state, one.code, one.is_error) for one in told] == [("分支", "days_unknown", False)] * count
    assert all("2027" in one.words and "working_days" in one.words for one in told)
