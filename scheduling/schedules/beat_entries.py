"""A schedule's `PeriodicTask`, which makes beat wake a worker at its moments.

It is a hint, and may wake too often: whether anything is due is decided by the schedule's own rule. Celery's crontab
knows neither “the last day” nor “the 1st or a Monday”, so such days are left to the rule.
"""

import json
from collections.abc import Iterable

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from scheduling.business_calendar import (
    EVERY_DAY,
    EVERY_HOUR,
    EVERY_MINUTE,
    EVERY_MONTH,
    EVERY_WEEKDAY,
    CronLine,
    parse,
)
from scheduling.models import Schedule

TASK = "scheduling.run_due"
NAME_ROOM = 150


def reflect(schedule: Schedule) -> PeriodicTask:
    """Make or mend the mirror of a saved schedule, and tie it to it."""
    task = schedule.periodic_task or PeriodicTask()
    task.name = f"{schedule.name[:NAME_ROOM]} · schedule {schedule.pk}"
    task.task = TASK
    task.args = json.dumps([schedule.pk])
    task.crontab = _crontab(schedule)
    task.enabled = not schedule.paused
    # What a worker finds later than that is missed anyhow.
    task.expire_seconds = int(schedule.grace.total_seconds())
    task.save()
    if schedule.periodic_task_id != task.pk:
        schedule.periodic_task = task
        schedule.save(update_fields=["periodic_task"])
    return task


def remove(schedule: Schedule) -> None:
    """Take the mirror away."""
    if schedule.periodic_task is not None:
        schedule.periodic_task.delete()


def _crontab(schedule: Schedule) -> CrontabSchedule:
    fields = {**crontab_fields(parse(schedule.cron)), "timezone": schedule.zone}
    # Nothing makes these rows unique, and beat's own tasks share them.
    found = CrontabSchedule.objects.filter(**fields).first()
    return found or CrontabSchedule.objects.create(**fields)


def crontab_fields(line: CronLine) -> dict[str, str]:
    """A line in the words of Celery's crontab, or of one that comes more often."""
    # Celery wants both days to fit, cron one of them where both are named.
    both = line.needs_both or not (line.names_days and line.names_weekdays)
    plain = both and min(line.days) > 0 and all(isinstance(day, int) for day in line.weekdays)
    return {
        "minute": _numbers(line.minutes, EVERY_MINUTE),
        "hour": _numbers(line.hours, EVERY_HOUR),
        "month_of_year": _numbers(line.months, EVERY_MONTH),
        "day_of_month": _numbers(line.days, EVERY_DAY) if plain else "*",
        "day_of_week": _numbers(line.weekdays, EVERY_WEEKDAY) if plain else "*",
    }


def _numbers(values: Iterable[int | tuple[int, int]], every: range) -> str:
    wanted = {value for value in values if isinstance(value, int)}
    return "*" if wanted.issuperset(every) else ",".join(map(str, sorted(wanted)))
