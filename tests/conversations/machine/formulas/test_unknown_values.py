"""What is not known, empty or 0 in every operator and every function of formulas."""

from decimal import Decimal
from typing import Any

import pytest

from conversations.machine.formulas.evaluation import ORDERS, evaluate
from conversations.machine.formulas.functions import FUNCTIONS
from tests.conversations.machine.formulas.test_evaluation import CONTEXT

ANSWERS = {"none": "", "blank": "  ", "zero": "0", "zeros": "0.0", "three": "3", "word": "ab", "day": "2026-12-01"}
EMPTY = ("unknown", "none", "blank", "member.height", "''")
"""Ways in which a value is not known: no such answer, an empty one, a blank one, no such fact, an empty text."""
ZERO = ("0", "zero", "zeros", "'0'")
"""Ways to say 0, which is known."""
KNOWN = ("3", "three", "0", "zero", "word", "day", "today()", "now()", "member.start_date", "true")

WITH_EMPTY: dict[str, Any] = {
    **{"=": False, "!=": True, "<": False, "<=": False, ">": False, ">=": False, "in": False, "not in": True},
    **{"-": None, "*": None, "/": None, "and": False},
}
"""The value of each operator between what is known and what is not, whichever comes first."""
BETWEEN_EMPTY: dict[str, Any] = {
    **{"=": True, "!=": False, "<": False, "<=": True, ">": False, ">=": True, "in": False, "not in": True},
    **{"-": None, "*": None, "/": None, "and": False, "or": False},
}
BETWEEN_ZEROS: dict[str, Any] = {
    **{"=": True, "!=": False, "<": False, "<=": True, ">": False, ">=": True},
    **{"+": 0, "-": 0, "*": 0, "/": None, "and": False, "or": False},
}
OF_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("contains", "starts_with", "ends_with"), False),
    **dict.fromkeys(("number", "round", "min", "max", "date", "at", "days_since", "days_until"), None),
    **dict.fromkeys(("weekday", "hour", "day", "month", "year", "is_working_day"), None),
    **{"is_empty": True, "length": 0},
}
"""The value of each function of arguments that are not known."""
TEXTS = ("lower", "upper", "trim", "join", "if")  # an empty text, whichever
ALONE = ("today", "now")  # which take nothing
OF_ZERO: dict[str, Any] = {
    **dict.fromkeys(("contains", "starts_with", "ends_with"), True),
    **dict.fromkeys(("number", "round"), 0),
    **dict.fromkeys(("date", "at", "days_since", "days_until"), None),
    **dict.fromkeys(("weekday", "hour", "day", "month", "year", "is_working_day"), None),
    **{"is_empty": False},
}


def value(formula: str) -> Any:
    return evaluate(formula, ANSWERS, CONTEXT)


def call(name: str, argument: str) -> str:
    return f"{name}({', '.join([argument] * max(1, FUNCTIONS[name].least))})"


def is_same(found: Any, expected: Any) -> bool:
    return (
        found == expected
        and (found is None) == (expected is None)
        and isinstance(found, bool) == isinstance(expected, bool)
    )


def test_every_order_and_function_is_in_a_table():
    for table in (WITH_EMPTY, BETWEEN_EMPTY, BETWEEN_ZEROS):
        assert set(ORDERS) <= set(table)
    assert {*OF_EMPTY, *TEXTS, *ALONE} == set(FUNCTIONS)


@pytest.mark.parametrize("operator", WITH_EMPTY)
def test_what_is_known_and_what_is_not_have_this_value(operator):
    sides = [(one, other) for one in KNOWN for other in EMPTY]
    formulas = [f"{one} {operator} {other}" for pair in sides for one, other in (pair, pair[::-1])]
    assert [one for one in formulas if not is_same(value(one), WITH_EMPTY[operator])] == []


@pytest.mark.parametrize("known", ["3", "three", "0", "zero", "day", "today()", "now()", "member.start_date"])
def test_nothing_unknown_is_added_to_a_number_or_a_date(known):
    formulas = [f"{one} + {other}" for empty in EMPTY for one, other in ((known, empty), (empty, known))]
    assert [one for one in formulas if value(one) is not None] == []


def test_a_text_with_what_is_not_known_is_that_text():
    assert {value(f"word + {empty}") for empty in ("unknown", "none", "member.height")} == {"ab"}


@pytest.mark.parametrize("operator", BETWEEN_EMPTY)
def test_two_that_are_not_known_have_this_value(operator):
    formulas = [f"{one} {operator} {other}" for one in EMPTY for other in EMPTY]
    assert [one for one in formulas if not is_same(value(one), BETWEEN_EMPTY[operator])] == []


@pytest.mark.parametrize("operator", BETWEEN_ZEROS)
def test_each_zero_beside_a_number_is_0(operator):
    formulas = [f"{one} {operator} {other}" for zero in ZERO for one, other in ((zero, "0"), ("0", zero))]
    assert [one for one in formulas if not is_same(value(one), BETWEEN_ZEROS[operator])] == []


@pytest.mark.parametrize("name", OF_EMPTY)
def test_a_function_of_what_is_not_known_has_this_value(name):
    assert [one for one in EMPTY if not is_same(value(call(name, one)), OF_EMPTY[name])] == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_what_is_not_known_is_empty(name):
    assert [one for one in EMPTY if str(value(call(name, one)) or "").strip()] == []


@pytest.mark.parametrize("name", OF_ZERO)
def test_a_function_of_0_has_this_value(name):
    assert [one for one in ZERO if not is_same(value(call(name, one)), OF_ZERO[name])] == []


@pytest.mark.parametrize("nothing", [*EMPTY, *ZERO, "'no'", "'No '", "'false'", "false", "-zero", "'00'"])
def test_nothing_holds_by_itself_that_is_empty_or_0(nothing):
    assert value(f"not {nothing}") is True
    assert value(f"{nothing} or {nothing}") is False
    assert value(f"if({nothing}, 1, 2)") == Decimal(2)


@pytest.mark.parametrize("something", ["1", "'1'", "three", "-1", "'-1'", "'0.1'", "word", "day", "true", "'00:00'"])
def test_anything_else_holds(something):
    assert value(f"not {something}") is False
    assert value(f"if({something}, 1, 2)") == Decimal(1)


def test_a_part_that_is_not_known_is_in_no_text():
    for name in ("contains", "starts_with", "ends_with"):
        assert [one for one in EMPTY if value(f"{name}(word, {one})") is not False] == []


def test_the_smallest_and_largest_leave_out_what_is_not_known():
    assert (value("min(unknown, 0, none)"), value("max(unknown, -3, none)")) == (0, -3)
    assert (value("min(zero, 3)"), value("max(zero, -1)")) == ("0", "0")
