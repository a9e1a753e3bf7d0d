"""Comparisons of one column in SQL, with the same meaning on SQLite and on PostgreSQL.

Texts are compared without regard to the case of A to Z alone: SQLite's LOWER knows only these, and PostgreSQL's depends
on the locale of the database.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from django.db.models import CharField, F, Func, Q
from django.db.models import Value as Literal
from django.db.models.functions import ExtractDay, ExtractMonth, Left, StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, LessThanOrEqual

from scheduling.segments.anniversaries import YearPart, year_parts
from scheduling.segments.rule_subjects import Kind
from scheduling.segments.rules import Test, Value

OPPOSITES: Mapping[Test, Test] = {
    Test.IS_NOT: Test.IS,
    Test.NONE_OF: Test.ONE_OF,
    Test.IS_UNKNOWN: Test.IS_KNOWN,
}
"""Tests that hold where another one does not; members of whom nothing is known are among them."""
_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)


class Folded(Func):
    """A text with the letters A to Z in lower case."""

    function = "LOWER"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = f"TRANSLATE(%(expressions)s, '{ascii_uppercase}', '{ascii_lowercase}')"
        return self.as_sql(compiler, connection, template=template, **extra)


def fold(text: str) -> str:
    """The same in Python."""
    return text.translate(_FOLD)


def comparison(kind: Kind, column: str, test: Test, value: Value, *, today: date) -> Q:
    """The condition that a column must meet. `test` is none of `OPPOSITES`, and the value is a checked one."""
    return _BY_KIND[kind](column, test, value, today)


def _text(column: str, test: Test, value: Any, _today: date) -> Q:
    folded = Folded(F(column))
    if test == Test.ONE_OF:
        return Q(In(folded, [fold(text) for text in value]))
    wanted = fold(value)
    if test == Test.CONTAINS:
        return Q(GreaterThan(StrIndex(folded, Literal(wanted)), 0))
    if test == Test.STARTS_WITH:
        return Q(Exact(Left(folded, len(wanted)), wanted))
    return Q(Exact(folded, wanted))


def _choice(column: str, test: Test, value: Any, _today: date) -> Q:
    return Q(**{f"{column}__in": list(value)}) if test == Test.ONE_OF else Q(**{column: value})


def _number(column: str, test: Test, value: Any, _today: date) -> Q:
    if test == Test.BETWEEN:
        return Q(**{f"{column}__gte": Decimal(value[0]), f"{column}__lte": Decimal(value[1])})
    lookup = {Test.LESS: "__lt", Test.GREATER: "__gt"}.get(test, "")
    return Q(**{column + lookup: Decimal(value)})


def _date(column: str, test: Test, value: Any, today: date) -> Q:
    if test == Test.WITHIN_DAYS:
        return Q(**{f"{column}__gte": days_from(today, value[0]), f"{column}__lte": days_from(today, value[1])})
    if test == Test.DAYS_AGO:
        return Q(**{column: days_from(today, -value)})
    if test == Test.ANNIVERSARY_WITHIN:
        return _returns(column, days_from(today, value[0]), days_from(today, value[1]))
    if test == Test.ANNIVERSARY_IN:
        return _returns(column, days_from(today, value), days_from(today, value))
    if test == Test.BETWEEN:
        return Q(**{f"{column}__gte": date.fromisoformat(value[0]), f"{column}__lte": date.fromisoformat(value[1])})
    lookup = {Test.BEFORE: "__lt", Test.AFTER: "__gt"}.get(test, "")
    return Q(**{column + lookup: date.fromisoformat(value)})


def days_from(today: date, days: int) -> date:
    """A day so many days later, or the first or last one that there is."""
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _returns(column: str, first: date, last: date) -> Q:
    day = ExtractMonth(column) * 100 + ExtractDay(column)
    return reduce(or_, (_in_part(column, day, part) for part in year_parts(first, last)))


def _in_part(column: str, day: Any, part: YearPart) -> Q:
    earlier = Q(**{f"{column}__lt": part.begins})
    return earlier & Q(GreaterThanOrEqual(day, part.first)) & Q(LessThanOrEqual(day, part.last))


_BY_KIND: Mapping[Kind, Callable[[str, Test, Any, date], Q]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}
