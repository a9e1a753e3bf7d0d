"""Values of formulas: how texts, numbers, dates and lists compare, and how they are kept as answers.

Answers are texts. Beside a number they count as numbers, beside a date as dates. Unknown values are empty.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = str | bool | Decimal | date | datetime | tuple[str, ...] | None

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?")
NO_WORDS = ("", "no", "false")
GREATEST = Decimal(10) ** 15
SATURDAY = 5


def works_on_weekdays(day: date) -> bool:
    """The working days without a calendar."""
    return day.weekday() < SATURDAY


@dataclass(frozen=True, kw_only=True)
class Context:
    """The values of a formula beside the answers: the moment, the working days, and facts of the member.

    The keys of `member` are those after `member.`: `city`, `facts.shirt_size`.
    """

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    member: Mapping[str, Value] = field(default_factory=dict)
    works_on: Callable[[date], bool] = works_on_weekdays

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def zone(self) -> tzinfo:
        return self.now.tzinfo or UTC


def is_empty(value: Value) -> bool:
    """Whether a value is not known."""
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def truth(value: Value) -> bool:
    """Whether a condition holds: empty, 0, “no” and false do not."""
    if isinstance(value, str) and (number := as_number(value)) is not None:
        return bool(number)
    if isinstance(value, str):
        return value.strip().casefold() not in NO_WORDS
    return bool(value)


def as_number(value: Value) -> Decimal | None:
    """A number, also one that was written as text."""
    if isinstance(value, Decimal):
        return value if abs(value) <= GREATEST else None
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def as_moment(value: Value, zone: tzinfo, *, begins: time = time()) -> datetime | None:
    """A moment, also one that was written as text; a day counts from the time when it `begins`."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = date.fromisoformat(text) if _is_day(text) else datetime.fromisoformat(text)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(value, begins, tzinfo=zone) if isinstance(value, date) else None


def as_day(value: Value, zone: tzinfo) -> date | None:
    """A day, also that of a moment."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    moment = as_moment(value, zone)
    if moment is None:
        return None
    return moment.date() if _is_day(value) else moment.astimezone(zone).date()


def compare(one: Value, other: Value, zone: tzinfo) -> int | None:
    """-1, 0 or 1, as the first is less, equal or more; None for values that cannot be compared."""
    if is_empty(one) or is_empty(other):
        return 0 if is_empty(one) and is_empty(other) else None
    if isinstance(one, bool) or isinstance(other, bool):
        return _order(truth(one), truth(other))
    pairs: list[tuple[object, object]] = []
    if isinstance(one, Decimal) or isinstance(other, Decimal):
        pairs = [(as_number(one), as_number(other))]
    elif isinstance(one, date) or isinstance(other, date):
        pairs = [_times(one, other, zone)]
    elif isinstance(one, str) and isinstance(other, str):
        pairs = [(as_number(one), as_number(other)), _times(one, other, zone), (folded(one), folded(other))]
    return next((_order(*pair) for pair in pairs if None not in pair), None)


def equal(one: Value, other: Value, zone: tzinfo) -> bool:
    """Whether two values are the same. A list is the same as each of its items."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(map(folded, one)) == set(map(folded, other))
    if isinstance(one, tuple) or isinstance(other, tuple):
        items, single = (one, other) if isinstance(one, tuple) else (other, one)
        return (
            any(equal(item, single, zone) for item in items) if isinstance(items, tuple) and items else is_empty(single)
        )
    if isinstance(one, str) and isinstance(other, str):
        moments = _times(one, other, zone)
        return folded(one) == folded(other) or (None not in moments and moments[0] == moments[1])
    return compare(one, other, zone) == 0


def holds(container: Value, item: Value, zone: tzinfo) -> bool:
    """Whether a list has an item, or a text a part."""
    if is_empty(item) or is_empty(container):
        return False
    if isinstance(container, tuple):
        return equal(container, item, zone)
    return folded(stored(item)) in folded(stored(container))


def stored(value: Value) -> str:
    """A value as it is kept as an answer, and shown."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return _plain(value) if abs(value) <= GREATEST else ""
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(value)
    return value


def folded(text: str) -> str:
    """A text for comparison."""
    return text.strip().casefold()


def _has(items: Value, item: Value, zone: tzinfo) -> bool:
    if not isinstance(items, tuple) or not items:
        return is_empty(item)
    return any(equal(one, item, zone) for one in items)


def _plain(number: Decimal) -> str:
    short = round(number, 6)
    return f"{short.quantize(Decimal(1)) if short == short.to_integral_value() else short.normalize():f}"


def _is_day(value: Value) -> bool:
    return isinstance(value, str) and len(value.strip()) == len("2026-11-25")


def _times(one: Value, other: Value, zone: tzinfo) -> tuple[object, object]:
    """Two moments; two days, if one of them is a day."""
    moments = isinstance(one, datetime) or (isinstance(one, str) and not _is_day(one))
    others = isinstance(other, datetime) or (isinstance(other, str) and not _is_day(other))
    if moments and others:
        return as_moment(one, zone), as_moment(other, zone)
    return as_day(one, zone), as_day(other, zone)


def _order(one: object, other: object) -> int:
    return int(one > other) - int(one < other)  # type: ignore[operator]
