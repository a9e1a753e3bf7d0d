"""Formulas: what they compute, and what they do with values that do not fit."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.machine.formulas.errors import FormulaError
from conversations.machine.formulas.evaluation import evaluate
from conversations.machine.formulas.functions import FUNCTIONS
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.values import Context, Value, stored

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)  # a Wednesday
MEMBER: dict[str, Value] = {
    "city": "上海",
    "tags": ("新员工", "远程"),
    "start_date": date(2026, 11, 1),
    "facts.size": "M",
}
CONTEXT = Context(now=NOW, member=MEMBER)
ANSWERS = {
    **{"days": "3", "reason": "I am ill", "day": "2026-12-01", "at_time": "2026-12-01T15:00+08:00", "agreed": "no"},
    **{"天数": "5", "kind": "sick", "kind.label": "病假", "none": "", "one": "1", "hour": "9:30"},
}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("days > 2", True),
        ("天数 ≥ 5 and days <= 3", True),
        ("days ＝ 3", True),
        ("days = “3”", True),
        ("kind.label = '病假'", True),
        ("reason = 'i AM ill '", True),
        ("member.city in (“北京”， “上海”)", True),
        ("member.city not in ['广州']", True),
        ("'新员工' in member.tags", True),
        ("member.tags = '远程'", True),
        ("'ill' in reason", True),
        ("member.facts.size = 'm'", True),
        ("not agreed", True),
        ("agreed or days > 2 and false", False),
        ("(agreed or days > 2) and true", True),
        ("day > today()", True),
        ("at_time > day", False),
        ("at_time > now()", True),
        ("at_time = day", True),
        ("days_since(member.start_date)", Decimal(24)),
        ("days_until(day)", Decimal(6)),
        ("day - today()", Decimal(6)),
        ("day + days", date(2026, 12, 4)),
        ("day - 1", date(2026, 11, 30)),
        ("at_time - 1", datetime(2026, 11, 30, 15, 0, tzinfo=ZONE)),
        ("at(day, hour)", datetime(2026, 12, 1, 9, 30, tzinfo=ZONE)),
        ("weekday()", Decimal(3)),
        ("weekday(day)", Decimal(2)),
        ("month(day) * 100 + day(day)", Decimal(1201)),
        ("is_working_day('2026-11-28')", False),
        ("hour() < 12", True),
        ("1 + 2 * 3 - -4", Decimal(11)),
        ("days + one", Decimal(4)),
        ("join(days, one)", "31"),
        ("reason + '!'", "I am ill!"),
        ("round(10 / 3, 2)", Decimal("3.33")),
        ("min(days, 10, none)", "3"),
        ("max(days, 天数)", "5"),
        ("if(days > 3, 'long', 'short')", "short"),
        ("length(member.tags) + length(' ab ')", Decimal(4)),
        ("upper(kind) = 'SICK' and starts_with(kind, 'SI') and ends_with(kind, 'ck')", True),
        ("contains(reason, 'ILL') and is_empty(none) and is_empty(unknown)", True),
    ],
)
def test_a_formula_has_this_value(formula, value):
    assert evaluate(formula, ANSWERS, CONTEXT) == value


@pytest.mark.parametrize(
    "formula",
    ["unknown > 3", "unknown < 3", "reason > 3", "days / 0", "unknown + 1 > 0", "day * 2", "member.height = 3", "none"],
)
def test_what_is_not_known_or_does_not_fit_holds_nothing(formula):
    assert not evaluate(formula, ANSWERS, CONTEXT)


def test_an_empty_answer_equals_nothing_but_empty():
    assert evaluate("unknown = '' and unknown != 3 and none = unknown", ANSWERS, CONTEXT) is True


@pytest.mark.parametrize(
    ("formula", "kept"),
    [
        ("1.50 + 1.5", "3"),
        ("10 / 3", "3.333333"),
        ("999999999999 * 999999999999", ""),
        ("days > 2", "yes"),
        ("member.tags", "新员工, 远程"),
        ("today()", "2026-11-25"),
        ("now()", "2026-11-25T10:00+08:00"),
        ("unknown", ""),
    ],
)
def test_a_value_is_kept_as_text(formula, kept):
    assert stored(evaluate(formula, ANSWERS, CONTEXT)) == kept


def test_working_days_are_those_of_the_company():
    context = Context(now=NOW, works_on=lambda day: day.isoformat() == "2026-11-28")
    assert evaluate("is_working_day('2026-11-28') and not is_working_day()", {}, context) is True


def test_the_example_of_each_function_can_be_read():
    for name, function in FUNCTIONS.items():
        assert parse(function.example), name


NAMES = (*FUNCTIONS, "days", "day", "reason", "member.tags", "unknown")
MARKS = (*"()[],+-*/=<·“", "!=", ">=", "and", "or", "not", "in", "true", "3", "0", "1.5", "'text'", "'2026-12-01'")
WORDS = st.sampled_from([*NAMES, *MARKS])


def fault_of(formula: str) -> FormulaError | None:
    try:
        parse(formula)
    except FormulaError as error:
        return error
    return None


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_any_words_are_refused_or_have_a_value_that_can_be_kept(formula):
    error = fault_of(formula)
    assert error is None or 1 <= error.at <= len(formula) + 1
    assert isinstance(stored(evaluate(formula, ANSWERS, CONTEXT)), str)
