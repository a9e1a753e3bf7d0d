"""The functions of formulas. None of them fails: the result of an argument that does not fit is empty.

To add one: a function here, its entry in FUNCTIONS, a line in `docs/formulas.md`, a case in its test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import TypeAlias

from conversations.machine.formulas.values import (
    Context,
    Value,
    as_day,
    as_moment,
    as_number,
    compare,
    folded,
    holds,
    is_empty,
    stored,
    truth,
)

LONGEST = 2_000
MOST_PLACES = 6


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function: its work, the number of its arguments, and an example for messages."""

    run: Callable[..., Value]
    least: int
    most: int
    example: str


Work: TypeAlias = Callable[..., Value]


def _length(context: Context, value: Value) -> Value:
    return Decimal(len(value) if isinstance(value, tuple) else len(stored(value).strip()))


def _join(context: Context, *values: Value) -> Value:
    return "".join(map(stored, values))[:LONGEST]


def _round(context: Context, value: Value, places: Value = None) -> Value:
    number, digits = as_number(value), as_number(places) or Decimal(0)
    return None if number is None else round(number, max(0, min(MOST_PLACES, int(digits))))


def _extreme(sign: int) -> Work:
    def run(context: Context, *values: Value) -> Value:
        best: Value = None
        for value in values:
            if is_empty(value):
                continue
            if best is None or compare(value, best, context.zone) == sign:
                best = value
        return best

    return run


def _days_since(context: Context, value: Value) -> Value:
    day = as_day(value, context.zone)
    return None if day is None else Decimal((context.today - day).days)


def _days_until(context: Context, value: Value) -> Value:
    day = as_day(value, context.zone)
    return None if day is None else Decimal((day - context.today).days)


def _part(read: Callable[[datetime], int]) -> Work:
    def run(context: Context, *values: Value) -> Value:
        moment = as_moment(values[0], context.zone) if values else context.now
        return None if moment is None else Decimal(read(moment))

    return run


def _at(context: Context, value: Value, clock: Value) -> Value:
    day = as_day(value, context.zone)
    try:
        hour = time.fromisoformat(stored(clock).strip().zfill(5))
    except ValueError:
        return None
    return None if day is None else datetime.combine(day, hour.replace(tzinfo=None), tzinfo=context.zone)


def _is_working_day(context: Context, *values: Value) -> Value:
    day = as_day(values[0], context.zone) if values else context.today
    return None if day is None else context.works_on(day)


def _text(change: Callable[[str], str]) -> Work:
    return lambda context, value: change(stored(value))


FUNCTIONS: Mapping[str, Function] = {
    "lower": Function(run=_text(str.lower), least=1, most=1, example="lower(city)"),
    "upper": Function(run=_text(str.upper), least=1, most=1, example="upper(code)"),
    "trim": Function(run=_text(str.strip), least=1, most=1, example="trim(name)"),
    "length": Function(run=_length, least=1, most=1, example="length(reason)"),
    "join": Function(run=_join, least=1, most=20, example='join(member.name, ": ", reason)'),
    "contains": Function(
        run=lambda context, value, part: holds(value, part, context.zone),
        least=2,
        most=2,
        example='contains(reason, "ill")',
    ),
    "starts_with": Function(
        run=lambda context, value, part: not is_empty(part) and folded(stored(value)).startswith(folded(stored(part))),
        least=2,
        most=2,
        example='starts_with(code, "A")',
    ),
    "ends_with": Function(
        run=lambda context, value, part: not is_empty(part) and folded(stored(value)).endswith(folded(stored(part))),
        least=2,
        most=2,
        example='ends_with(email, "@example.com")',
    ),
    "is_empty": Function(run=lambda context, value: is_empty(value), least=1, most=1, example="is_empty(reason)"),
    "number": Function(run=lambda context, value: as_number(value), least=1, most=1, example="number(days)"),
    "round": Function(run=_round, least=1, most=2, example="round(days / 2, 1)"),
    "min": Function(run=_extreme(-1), least=1, most=20, example="min(days, 10)"),
    "max": Function(run=_extreme(1), least=1, most=20, example="max(days, 1)"),
    "today": Function(run=lambda context: context.today, least=0, most=0, example="today()"),
    "now": Function(run=lambda context: context.now, least=0, most=0, example="now()"),
    "date": Function(run=lambda context, value: as_day(value, context.zone), least=1, most=1, example="date(day)"),
    "at": Function(run=_at, least=2, most=2, example='at(day, "09:30")'),
    "days_since": Function(run=_days_since, least=1, most=1, example="days_since(member.start_date)"),
    "days_until": Function(run=_days_until, least=1, most=1, example="days_until(day)"),
    "weekday": Function(run=_part(datetime.isoweekday), least=0, most=1, example="weekday(day)"),
    "hour": Function(run=_part(lambda moment: moment.hour), least=0, most=1, example="hour()"),
    "day": Function(run=_part(lambda moment: moment.day), least=0, most=1, example="day(date)"),
    "month": Function(run=_part(lambda moment: moment.month), least=0, most=1, example="month(date)"),
    "year": Function(run=_part(lambda moment: moment.year), least=0, most=1, example="year(date)"),
    "is_working_day": Function(run=_is_working_day, least=0, most=1, example="is_working_day(day)"),
    "if": Function(
        run=lambda context, condition, then, otherwise: then if truth(condition) else otherwise,
        least=3,
        most=3,
        example='if(days > 3, "long", "short")',
    ),
}
