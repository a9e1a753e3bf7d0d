"""Describes a rule in the active language: 每个工作日 09:00."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from scheduling.business_calendar import (
    EVERY_HOUR,
    EVERY_MINUTE,
    EVERY_MONTH,
    LAST,
    LAST_WEEKDAY,
    CronLine,
    Rule,
    parse_cron,
)

MONDAY_TO_FRIDAY = frozenset(range(1, 6))
TIMES_TO_LIST = 6
ORDINALS = (
    gettext_noop("first"),
    gettext_noop("second"),
    gettext_noop("third"),
    gettext_noop("fourth"),
    gettext_noop("fifth"),
)


def describe_rule(rule: Rule) -> str:
    """A rule in words: “every Monday at 10:00”. Raises `SchedulingError` for a wrong cron line."""
    line = parse_cron(rule.line)
    days = _days(line) if rule.only_on is None else _once(rule.only_on)
    if rule.working_days:
        named = rule.only_on or line.names_days or line.names_weekdays
        days = _("%(days)s if it is a working day") % {"days": days} if named else _working_days(line)
    if line.times <= TIMES_TO_LIST:
        times = [f"{hour:02}:{minute:02}" for hour in line.hours for minute in line.minutes]
        return _("%(days)s at %(times)s") % {"days": days, "times": listed(times)}
    return _("%(days)s, %(how_often)s") % {"days": days, "how_often": _how_often(line)}


def describe_moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment in the local time of that zone, with its weekday."""
    local = at.astimezone(zone)
    values = {"weekday": WEEKDAYS[local.weekday()], "date": formats.date_format(local, "DATE_FORMAT")}
    return _("%(weekday)s, %(date)s %(time)s") % {**values, "time": local.strftime("%H:%M")}


def describe_zone(zone: ZoneInfo, at: datetime) -> str:
    """A zone with its UTC offset at a moment: Asia/Shanghai (UTC+08:00)."""
    offset = at.astimezone(zone).strftime("%z")
    return f"{zone.key} (UTC{offset[:3]}:{offset[3:5]})"


def _once(day: date) -> str:
    values = {"weekday": WEEKDAYS[day.weekday()], "date": formats.date_format(day, "DATE_FORMAT")}
    return _("once, on %(weekday)s, %(date)s") % values


def _days(line: CronLine) -> str:
    if not line.names_days and not line.names_weekdays:
        return _in_months(_("every day"), line)
    by_date = list(_dates(line)) if line.names_days else []
    by_weekday = list(_weekdays(line)) if line.names_weekdays else []
    if by_date and by_weekday and line.needs_both:
        return _("%(days)s if that is also: %(weekdays)s") % {"days": _all(by_date), "weekdays": _all(by_weekday)}
    return _all([*by_date, *by_weekday])


def _working_days(line: CronLine) -> str:
    return _in_months(_("every working day"), line)


def _dates(line: CronLine) -> Iterable[str]:
    numbers = sorted(day for day in line.days if day > 0)
    if numbers:
        yield _of_months(_("on day %(days)s") % {"days": _spans(numbers)}, line)
    if LAST in line.days:
        yield _of_months(_("on the last day"), line)
    if LAST_WEEKDAY in line.days:
        yield _of_months(_("on the last day from Monday to Friday"), line)


def _weekdays(line: CronLine) -> Iterable[str]:
    plain = {day for day in line.weekdays if isinstance(day, int)}
    if plain == MONDAY_TO_FRIDAY:
        yield _in_months(_("Monday to Friday"), line)
    elif plain:
        names = [_weekday(day) for day in sorted(plain, key=_monday_first)]
        yield _in_months(_("every %(weekdays)s") % {"weekdays": listed(names)}, line)
    for day, which in sorted(day for day in line.weekdays if isinstance(day, tuple)):
        if which == LAST:
            yield _of_months(_("on the last %(weekday)s") % {"weekday": _weekday(day)}, line)
        else:
            values = {"ordinal": _(ORDINALS[which - 1]), "weekday": _weekday(day)}
            yield _of_months(_("on the %(ordinal)s %(weekday)s") % values, line)


def _of_months(days: str, line: CronLine) -> str:
    if line.months == tuple(EVERY_MONTH):
        return _("%(days)s of every month") % {"days": days}
    return _("%(days)s of %(months)s") % {"days": days, "months": _months(line)}


def _in_months(days: str, line: CronLine) -> str:
    if line.months == tuple(EVERY_MONTH):
        return days
    return _("%(days)s in %(months)s") % {"days": days, "months": _months(line)}


def _months(line: CronLine) -> str:
    return listed([str(MONTHS[month]) for month in line.months])


def _how_often(line: CronLine) -> str:
    step = _step(line.minutes, EVERY_MINUTE)
    if step == 1:
        text = _("every minute")
    elif step:
        text = _("every %(count)d minutes") % {"count": step}
    else:
        text = _("at minute %(minutes)s of every hour") % {"minutes": _spans(line.minutes)}
    if line.hours == tuple(EVERY_HOUR):
        return text
    return _("%(how_often)s in the hours %(hours)s") % {"how_often": text, "hours": _spans(line.hours)}


def _step(values: Sequence[int], every: range) -> int:
    """The step of evenly spaced values over the whole range; 0 for others."""
    step = values[1] - values[0] if len(values) > 1 else 0
    return step if step and list(values) == list(every[::step]) else 0


def _spans(numbers: Sequence[int]) -> str:
    """Numbers as a list, with three or more in a row as a range: 1, 9–17."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return listed([f"{span[0]}–{span[-1]}" if len(span) > 2 else listed([str(n) for n in span]) for span in spans])


def _weekday(day: int) -> str:
    return str(WEEKDAYS[_monday_first(day)])


def _monday_first(day: int) -> int:
    """Cron's number of a weekday (0 is Sunday) as Python's (0 is Monday)."""
    return (day - 1) % 7


def listed(items: Sequence[str]) -> str:
    """Items of a list as one text."""
    return pgettext("between the items of a list", ", ").join(items)


def _all(phrases: Sequence[str]) -> str:
    return pgettext("between days that all count", " and ").join(phrases)
