"""The `PeriodicTask` of a campaign without approval, by which beat wakes a worker to the second.

It may wake too often: the campaign's own rule decides whether it is due. Celery's crontab supports neither “the last
day” nor “the 1st or a Monday”, so such entries run every day.
"""

import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from scheduling.business_calendar import (
    EVERY_DAY,
    EVERY_HOUR,
    EVERY_MINUTE,
    EVERY_MONTH,
    EVERY_WEEKDAY,
    CronLine,
    parse_cron,
)
from scheduling.models import Campaign

TASK = "scheduling.begin"
NAME_ROOM = 150


def sync(campaign: Campaign) -> None:
    """Give a campaign that is on, and whose moments are to be kept to the second, its `PeriodicTask`; delete that of
    one that is not."""
    tasks = PeriodicTask.objects.filter(pk=campaign.periodic_task_id or 0)
    kept = campaign.state in Campaign.ON and not campaign.needs_approval and not campaign.in_member_zone
    if not kept or campaign.repeats != Campaign.Repeats.CRON:
        if campaign.periodic_task_id is not None:
            campaign.periodic_task = None
            tasks.delete()
        return
    task = tasks.first() or PeriodicTask()
    task.name = f"{campaign.name[:NAME_ROOM]} · campaign {campaign.pk}"
    task.task, task.args, task.enabled = TASK, json.dumps([campaign.pk]), True
    task.crontab = _crontab(campaign.cron, campaign.zone)
    task.save()
    if campaign.periodic_task_id != task.pk:
        campaign.periodic_task = task
        campaign.save(update_fields=["periodic_task"])


def forget(campaign: Campaign) -> None:
    """Delete the `PeriodicTask` of a campaign that is about to be deleted."""
    PeriodicTask.objects.filter(pk=campaign.periodic_task_id or 0).delete()


def _crontab(line: str, zone: ZoneInfo) -> CrontabSchedule:
    fields = {**crontab_fields(parse_cron(line)), "timezone": zone}
    # These rows are not unique, and beat's own tasks share them.
    crontab = CrontabSchedule.objects.filter(**fields).first()
    return crontab or CrontabSchedule.objects.create(**fields)


def crontab_fields(line: CronLine) -> dict[str, str]:
    """The fields of a Celery crontab for a cron line, or for one that is due more often."""
    # Celery requires both days to match; cron requires one of them if both are given.
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
