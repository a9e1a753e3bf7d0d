"""Functions of formulas: how many values each takes, and their results at the borders."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from conversations.machine.formulas.errors import FormulaError
from conversations.machine.formulas.evaluation import evaluate
from conversations.machine.formulas.functions import FUNCTIONS
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.values import Context

TAKES = {
    **dict.fromkeys(("today", "now"), (0, 0)),
    **dict.fromkeys(("weekday", "hour", "day", "month", "year", "is_working_day"), (0, 1)),
    **dict.fromkeys(("lower", "upper", "trim", "length", "is_empty", "number", "date"), (1, 1)),
    **dict.fromkeys(("days_since", "days_until"), (1, 1)),
    "round": (1, 2),
    **dict.fromkeys(("join", "min", "max"), (1, 20)),
    **dict.fromkeys(("contains", "starts_with", "ends_with", "at"), (2, 2)),
    "if": (3, 3),
}
CONTEXT = Context(now=datetime(2026, 11, 25, 10, 7, tzinfo=UTC))  # a Wednesday


def test_these_are_all_functions():
    assert set(TAKES) == set(FUNCTIONS)


@pytest.mark.parametrize("name", TAKES)
def test_a_function_takes_so_many_values(name):
    least, most = TAKES[name]
    for count in (least, most):
        formula = f"{name}({', '.join(['1'] * count)})"
        parse(formula)
        evaluate(formula, {}, CONTEXT)
    for count in (least - 1, most + 1):
        if count >= 0:
            with pytest.raises(FormulaError):
                parse(f"{name}({', '.join(['1'] * count)})")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("length('')", Decimal(0)),
        ("length(' ab ')", Decimal(2)),
        ("round(2.5671)", Decimal(3)),
        ("round(2.5671, 1)", Decimal("2.6")),
        ("round(2.5671, -1)", Decimal(3)),
        ("round(2 / 3, 6)", Decimal("0.666667")),
        ("round(2 / 3, 7)", Decimal("0.666667")),
        ("round('x')", None),
        ("min(3, 2, '', 10)", Decimal(2)),
        ("max(3, 2, '', 10)", Decimal(10)),
        ("min('')", None),
        ("max('b', 'a')", "b"),
        ("weekday()", Decimal(3)),
        ("weekday('2026-11-29')", Decimal(7)),
        ("hour()", Decimal(10)),
        ("hour('2026-11-29')", Decimal(0)),
        ("day()", Decimal(25)),
        ("month('2026-02-01')", Decimal(2)),
        ("year('2027-02-01')", Decimal(2027)),
        ("year('soon')", None),
        ("today()", date(2026, 11, 25)),
        ("now()", datetime(2026, 11, 25, 10, 7, tzinfo=UTC)),
        ("days_since('2026-11-24')", Decimal(1)),
        ("days_since('2026-11-26')", Decimal(-1)),
        ("days_until('2026-11-24')", Decimal(-1)),
        ("days_until('soon')", None),
        ("at('2026-11-26', '9:30')", datetime(2026, 11, 26, 9, 30, tzinfo=UTC)),
        ("at('2026-11-26', '25:00')", None),
        ("at('soon', '9:30')", None),
        ("starts_with('Abc', 'ab')", True),
        ("starts_with('Abc', 'bc')", False),
        ("starts_with('Abc', '')", False),
        ("ends_with('Abc', 'BC')", True),
        ("ends_with('Abc', 'ab')", False),
        ("ends_with('Abc', '')", False),
        ("contains('Abc', 'B')", True),
        ("contains('Abc', '')", False),
        ("is_empty('')", True),
        ("is_empty('0')", False),
        ("is_empty(0)", False),
        ("if(1 > 2, 'a', 'b')", "b"),
        ("if(2 > 1, 'a', 'b')", "a"),
        ("join('a', 1, 'b')", "a1b"),
        ("number(' 12 ')", Decimal(12)),
        ("number('12 kg')", None),
    ],
)
def test_each_function_at_its_borders(formula, value):
    assert evaluate(formula, {}, CONTEXT) == value


def test_a_joined_text_has_at_most_two_thousand_characters():
    answers = {"a": "x" * 1999, "b": "y" * 9}
    assert evaluate("join(a, b)", answers, CONTEXT) == "x" * 1999 + "y"
