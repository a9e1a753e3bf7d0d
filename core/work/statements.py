"""Statements that are compiled once, for work that makes the same ones all day.

Of a rich query Django takes several times as long to build and compile the SQL as the database takes to answer it.
Here the query is built with stand-ins for values that differ from call to call. Its SQL is kept, and each call fills
in its values.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from core.work import clock

V = TypeVar("V")

DAY = date(clock.STAND_IN_YEAR, 3, 1)
NEAR = timedelta(days=2)  # times that are computed from a time are not farther from it


class StandIns:
    """Values to build a query with, which nothing else is equal to. Its shape must not depend on them."""

    # Times that are computed from it, such as the beginning of a window, follow the value that is filled in.
    now = datetime(clock.STAND_IN_YEAR, 3, 1, tzinfo=UTC)

    def __init__(self) -> None:
        self.names: dict[object, str] = {}

    def number(self, name: str) -> int:
        return self._add(name, 2**62 + len(self.names))

    def text(self, name: str) -> str:
        return self._add(name, f"\ue000{name}")

    def day(self, name: str) -> date:
        return self._add(name, DAY + timedelta(days=len(self.names)))

    def _add(self, name: str, value: V) -> V:
        self.names[_plain(value)] = name
        return value


class Statement:
    """SQL with places for values."""

    def __init__(self, build: Callable[[StandIns], tuple[str, Sequence[Any]]]) -> None:
        """`build` makes the SQL and its parameters with stand-ins.

        Raises `ValueError` if a stand-in was made into something that no value can be filled into.
        """
        stand_ins = StandIns()
        self.sql, params = build(stand_ins)
        self._params = [_place(param, stand_ins) for param in params]

    def given(self, now: datetime, **values: object) -> list[Any]:
        """The parameters of a call."""
        operations: Any = connections[DEFAULT_DB_ALIAS].ops

        def fill(param: Any) -> Any:
            if isinstance(param, _Later):
                ahead = clock.ahead() if param.is_shared else timedelta()
                return operations.adapt_datetimefield_value(now + param.span - ahead)
            if isinstance(param, _Named):
                value = values[param.name]
                return operations.adapt_datefield_value(value) if isinstance(value, date) else value
            return param

        return [fill(param) for param in self._params]


def select(rows: "QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    """The SQL of a query and its parameters."""
    sql, params = rows.query.get_compiler(using=rows.db).as_sql()
    return sql, tuple(params)


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


class _Later:
    """A time so long after now, or before it; by the database's clock if it is shared."""

    def __init__(self, span: timedelta, *, is_shared: bool) -> None:
        self.span, self.is_shared = span, is_shared


def _place(param: Any, stand_ins: StandIns) -> Any:
    """The value for a parameter: itself, if it is none of the stand-ins."""
    if not isinstance(param, int | str | date):
        return param
    plain = _plain(param)
    if plain in stand_ins.names:
        return _Named(stand_ins.names[plain])
    for is_shared, start in ((False, stand_ins.now), (True, stand_ins.now + clock.SHARED_MARK)):
        if isinstance(plain, datetime) and abs(plain - start) <= NEAR:
            return _Later(plain - start, is_shared=is_shared)
    if isinstance(plain, date) and plain.year == clock.STAND_IN_YEAR:
        raise ValueError("A time was computed from a stand-in that is not `now`.")
    return param


def _plain(value: Any) -> Any:
    """A value as Python has it: SQLite's times are texts."""
    if not isinstance(value, str) or not value.startswith(str(clock.STAND_IN_YEAR)):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            return value
