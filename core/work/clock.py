"""The database's clock, by which all processes agree when work is due although the clocks of their machines do not.

Rows hold its times. In a process they are shown by the clock of its machine, and turned back where they are written or
asked for, so that other code need not think of it. A difference of a second is none: times then stay as they are.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.functions import Now
from django.dispatch import receiver
from django.utils import timezone

EVERY_SECONDS = 15.0  # between two comparisons, where connections are made so often
TOLERANCE = 1.0  # seconds
LONGEST = 0.5  # seconds for the answer of a comparison that says something
FAR_YEAR = 9000  # times that are far stand for no moment
STAND_IN_YEAR = 9500  # of the times with which `core.work.statements` builds a statement before it is compiled
SHARED_MARK = timedelta(days=100)  # how it sees which of them are by the database's clock


class _Database:
    """The offset of the database's clock, as this process knows it."""

    gap: float | None = None  # its time less ours of the monotonic clock, which nothing sets
    next_at = 0.0


def ahead() -> timedelta:
    """How far the clock of this machine is ahead of the database's; nothing if it is not known to be off.

    In whole seconds: comparisons differ by milliseconds, and a time that was shown must find its row again.
    """
    if _Database.gap is None:
        return timedelta()
    seconds = time.time() - time.monotonic() - _Database.gap
    return timedelta(seconds=round(seconds)) if abs(seconds) > TOLERANCE else timedelta()


def by_database(value: Any) -> Any:
    """A moment of our clock, as rows hold it."""
    return _moved(value, -ahead())


def is_known() -> bool:
    """Whether this process has looked at the database's clock."""
    return _Database.gap is not None


def learn(theirs: datetime) -> None:
    """This is the database's time now."""
    _Database.gap = theirs.timestamp() - time.monotonic()
    _Database.next_at = time.monotonic() + EVERY_SECONDS


def forget() -> None:
    """Know nothing of the database's clock, as at the start."""
    _Database.gap, _Database.next_at = None, 0.0


def measure(connection: BaseDatabaseWrapper) -> tuple[timedelta, float]:
    """How far our clock is ahead of that of a PostgreSQL, and in how many seconds it answered."""
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    took = timezone.now() - before
    return before + took / 2 - theirs, took.total_seconds()


@receiver(connection_created, dispatch_uid="core.work.clock")
def compare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Look at the database's clock with a new connection. SQLite's is ours."""
    if connection.vendor != "postgresql" or time.monotonic() < _Database.next_at:
        return
    _Database.next_at = time.monotonic() + EVERY_SECONDS
    skew, took = measure(connection)
    if took < LONGEST:
        learn(timezone.now() - skew)


def database_time_in(span: timedelta) -> "models.ExpressionWrapper[Any]":
    """The database's clock plus a time span, so that leases do not depend on the clocks of workers."""
    return models.ExpressionWrapper(Now() + models.Value(span), output_field=models.DateTimeField())


class SharedTimeField(models.DateTimeField[Any, Any]):
    """A moment by the database's clock, shown by that of this machine. In migrations it is a `DateTimeField`."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        is_stand_in = isinstance(value, datetime) and value.year == STAND_IN_YEAR
        moved = value + SHARED_MARK if is_stand_in else by_database(value)
        return super().get_db_prep_value(moved, connection, prepared=True)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        return _moved(value, ahead())


def _moved(value: Any, by: timedelta) -> Any:
    return value + by if by and isinstance(value, datetime) and value.year < FAR_YEAR else value
