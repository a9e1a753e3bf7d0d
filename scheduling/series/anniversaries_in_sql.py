"""The day of a year on which a date returns, in SQL; 29 February on the 28th of common years."""

from calendar import isleap
from datetime import date
from typing import Any

from django.db.models import Case, DateField, F, Func, Value, When
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import Exact

from scheduling.segments.anniversaries import LEAP_DAY


class _SameDay(Func):
    """The month and day of a date in another year."""

    output_field = DateField()

    def __init__(self, column: str, *, year: int) -> None:
        super().__init__(F(column))
        self.year = year

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = f"DATE('{self.year:04}' || STRFTIME('-%%%%m-%%%%d', %(expressions)s))"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        month, day = (f"EXTRACT({part} FROM %(expressions)s)::int" for part in ("MONTH", "DAY"))
        sql, parameters = compiler.compile(self.source_expressions[0])
        template = f"MAKE_DATE({self.year}, {month}, {day})" % {"expressions": sql}
        return template, (*parameters, *parameters)


def anniversary(column: str, year: int) -> Any:
    """The day in this year on which the date in a column returns."""
    same = _SameDay(column, year=year)
    if isleap(year):
        return same
    number = ExtractMonth(column) * 100 + ExtractDay(column)
    leap_day = When(Exact(number, LEAP_DAY), then=Value(date(year, 2, 28), output_field=DateField()))
    return Case(leap_day, default=same, output_field=DateField())
