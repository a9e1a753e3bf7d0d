"""The usual ways to repeat, as a form shows them, and their cron lines."""

from dataclasses import dataclass
from datetime import time

from scheduling.business_calendar import EVERY_MONTH, LAST, CronLine, parse_cron
from scheduling.exceptions import SchedulingError

ONCE, DAILY, WEEKDAYS, WEEKLY, MONTHLY, CRON = "once", "daily", "weekdays", "weekly", "monthly", "cron"
LAST_DAY = "L"
MONDAY_TO_FRIDAY = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """The rhythm, and the time of day. Weekdays are cron's: 0 is Sunday; `day` is that of the month, or "L"."""

    kind: str
    at: time = time(9)
    weekdays: tuple[str, ...] = ()
    day: str = "1"

    def cron(self) -> str:
        """Its cron line; for `once`, that of every day."""
        weekdays = {WEEKDAYS: MONDAY_TO_FRIDAY, WEEKLY: self.weekdays}.get(self.kind, ())
        day = self.day if self.kind == MONTHLY else "*"
        return f"{self.at.minute} {self.at.hour} {day} * {','.join(weekdays) or '*'}"


def repetition_of(line: str, *, once: bool) -> Repetition:
    """The form's view of a cron line: `cron` for one that the form cannot show."""
    try:
        parsed = parse_cron(line)
    except SchedulingError:
        return Repetition(kind=CRON)
    if parsed.times != 1 or parsed.months != tuple(EVERY_MONTH):
        return Repetition(kind=CRON)
    return _of_days(parsed, time(parsed.hours[0], parsed.minutes[0]), once=once)


def _of_days(line: CronLine, at: time, *, once: bool) -> Repetition:
    weekdays = tuple(str(day) for day in sorted(day for day in line.weekdays if isinstance(day, int)))
    plain = len(weekdays) == len(line.weekdays)
    if not line.names_days and not line.names_weekdays:
        return Repetition(kind=ONCE if once else DAILY, at=at)
    if not line.names_days and plain and not once:
        return Repetition(kind=WEEKDAYS if weekdays == MONDAY_TO_FRIDAY else WEEKLY, at=at, weekdays=weekdays)
    if not line.names_weekdays and len(line.days) == 1 and not once and min(line.days) in (LAST, *range(1, 32)):
        (day,) = line.days
        return Repetition(kind=MONTHLY, at=at, day=LAST_DAY if day == LAST else str(day))
    return Repetition(kind=CRON)
