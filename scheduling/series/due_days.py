"""When a step of a series is due, and which days 0 are due at a moment. Pure: no rows, no clock of its own."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.business_calendar import Calendar

A_DAY = timedelta(days=1)
LONGEST_REST = 60  # days off in a row, after which a step does not wait any more


@dataclass(frozen=True, kw_only=True)
class DueDays:
    """The zone of a series, and whether its steps wait for working days."""

    zone: ZoneInfo
    waits: bool = False
    calendar: Calendar = field(default_factory=Calendar)

    def due_on(self, anchor_on: date, day: int) -> date:
        """The day on which a step goes to a member whose day 0 is `anchor_on`."""
        on = anchor_on + timedelta(days=day)
        for _day in range(LONGEST_REST):
            if not self.rests_on(on):
                break
            on += A_DAY
        return on

    def due_at(self, anchor_on: date, day: int, at: time | None, *, anchor_at: datetime | None = None) -> datetime:
        """The moment of a step for a member; without a time of day the moment of the event itself."""
        if at is None and anchor_at is not None:
            return anchor_at
        return self.moment(self.due_on(anchor_on, day), at or time())

    def rests_on(self, day: date) -> bool:
        """Whether nothing goes out on this day."""
        return self.waits and not self.calendar.works_on(day)

    def moment(self, on: date, at: time) -> datetime:
        """A time of day in the zone of the series."""
        return datetime.combine(on, at, self.zone).astimezone(UTC)

    def local_day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def latest(self, at: time, now: datetime) -> datetime:
        """The latest moment until now at this time of day."""
        today = self.local_day(now)
        moment = self.moment(today, at)
        return moment if moment <= now else self.moment(today - A_DAY, at)

    def last_due(self, day: int, on: date) -> date:
        """The last day 0 whose step is due by this day."""
        for _day in range(LONGEST_REST):
            if not self.rests_on(on):
                break
            on -= A_DAY
        return on - timedelta(days=day)

    def due_days(self, day: int, on: date) -> tuple[date, date] | None:
        """The first and the last day 0 whose step is due on exactly this day; None on a day off."""
        if self.rests_on(on):
            return None
        return self.last_due(day, on - A_DAY) + A_DAY, on - timedelta(days=day)
