"""Faults of formulas are named with their place and, for a misspelt word, a better one."""

import time

import pytest

from conversations.machine.formulas.errors import Fault, FormulaError
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.tokens import MOST_CHARACTERS


@pytest.mark.parametrize(
    ("formula", "fault", "at", "instead"),
    [
        (" ", Fault.EMPTY, 1, ""),
        ("days >", Fault.ENDS_EARLY, 7, ""),
        ("days > > 3", Fault.UNEXPECTED, 8, ""),
        ("days 3", Fault.UNEXPECTED, 6, ""),
        ("3 days", Fault.UNEXPECTED, 3, ""),
        ("3days", Fault.CHARACTER, 1, ""),
        ("days % 3", Fault.CHARACTER, 6, ""),
        ("__class__", Fault.CHARACTER, 1, ""),
        ("days.__class__", Fault.CHARACTER, 5, ""),
        ("'open", Fault.OPEN_TEXT, 1, ""),
        ("(days > 3", Fault.OPEN_BRACKET, 1, ""),
        ("days > 3)", Fault.UNEXPECTED, 9, ""),
        ("lenght(reason)", Fault.FUNCTION, 1, "length"),
        ("eval('1')", Fault.FUNCTION, 1, ""),
        ("length()", Fault.ARGUMENTS, 1, "length(reason)"),
        ("if(days, 1)", Fault.ARGUMENTS, 1, 'if(days > 3, "long", "short")'),
        ("(" * 30 + "1" + ")" * 30, Fault.TOO_DEEP, 22, ""),
        ("not " * 30 + "days", Fault.TOO_DEEP, 85, ""),
        ("1" + " + 1" * 200, Fault.TOO_LONG, MOST_CHARACTERS, ""),
    ],
)
def test_a_fault_has_its_place(formula, fault, at, instead):
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert (caught.value.fault, caught.value.at, caught.value.instead) == (fault, at, instead)


@pytest.mark.parametrize("piece", ["(", "a.", "a", "1", "'", "-", "not ", "a(", "天", "<"])
def test_a_long_row_of_the_same_takes_no_time(piece):
    began = time.process_time()
    for _number in range(20):
        try:
            parse.__wrapped__((piece * MOST_CHARACTERS)[:MOST_CHARACTERS])
        except FormulaError:
            continue
    assert time.process_time() - began < 1
