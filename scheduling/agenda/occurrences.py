"""The occurrences of a rule in a span of time; those of a line that comes often, together for each day. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scheduling.business_calendar import CronLine, Rule, parse_cron

OFTEN = 4  # times a day from which on a day is one entry


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """A moment; where there are several, the first and the last of a day and how many there are."""

    at: datetime
    times: int = 1
    last: datetime | None = None


def occurrences(rule: Rule, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """The occurrences after `since` and before `until`. Raises `SchedulingError` for a wrong cron line."""
    line = parse_cron(rule.line)
    if line.times < OFTEN:
        yield from (Occurrence(at=at) for at in rule.between(since, until))
    else:
        yield from _by_day(rule, line, since, until)


def _by_day(rule: Rule, line: CronLine, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """A search for the first moment of each day, because each minute of a month would be 44,640 steps."""
    _minute, _hour, *days = rule.line.split()
    first = replace(rule, line=" ".join((str(line.minutes[0]), str(line.hours[0]), *days)))
    midnight = datetime.combine(since.astimezone(rule.zone).date(), time(), rule.zone)
    for at in first.between(midnight - timedelta(microseconds=1), until):
        day = at.astimezone(rule.zone).date()
        last = datetime.combine(day, time(line.hours[-1], line.minutes[-1]), rule.zone)
        if at > since and last < until:
            yield Occurrence(at=at, times=line.times, last=last.astimezone(at.tzinfo))
            continue
        # A day that the span cuts: only what lies in it counts.
        rest = list(rule.between(max(since, at - timedelta(microseconds=1)), min(until, last + timedelta(minutes=1))))
        if rest:
            yield Occurrence(at=rest[0], times=len(rest), last=rest[-1] if len(rest) > 1 else None)
