"""A schedule as a campaign: the same words, members and times, and in words what a campaign does in another way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from scheduling.audience import variables
from scheduling.audience.audience_rule import AudienceRule, DepartmentChoice, Selection
from scheduling.content_kinds.video import VideoKind
from scheduling.content_kinds.written import TextKind
from scheduling.models import EVERYONE, Campaign, CampaignContent, Schedule, default_grace

LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Successor:
    """A campaign that is not saved, with its words, and what it does in another way than its schedule."""

    campaign: Campaign
    contents: tuple[CampaignContent, ...]
    differences: tuple[str, ...]


def successor_of(schedule: Schedule) -> Successor:
    """The campaign that a schedule becomes."""
    once = schedule.only_on is not None
    campaign = Campaign(
        name=str(schedule)[:LONGEST_NAME],
        application=schedule.application,
        policy=Campaign.Policy.ALONE,
        topic=schedule.topic,
        offers_settings=False,  # its words are the same
        content_type=(VideoKind if schedule.message_type == Schedule.MessageType.VIDEO else TextKind).name,
        audience=audience_of(schedule).as_json(),
        repeats=Campaign.Repeats.ONCE if once else Campaign.Repeats.CRON,
        starts_at=moment_on(schedule, schedule.only_on) if schedule.only_on else None,
        cron="" if once else schedule.cron,
        time_zone=schedule.time_zone,
        days=Schedule.Days.EVERY if once else schedule.days,
        unknown_days=schedule.unknown_days,
        missed=Campaign.Missed.SKIP,
        grace_minutes=None if schedule.grace_minutes == default_grace() else schedule.grace_minutes,
        replaces=schedule,
    )
    return Successor(campaign=campaign, contents=(_content(schedule),), differences=tuple(_differences(schedule)))


def audience_of(schedule: Schedule) -> AudienceRule:
    """The recipients of a schedule as an audience."""
    if EVERYONE in schedule.user_ids:
        return AudienceRule(include=Selection(everyone=True))
    departments = (DepartmentChoice(number=number) for number in sorted(set(schedule.department_numbers)))
    return AudienceRule(
        include=Selection(
            departments=tuple(departments),
            tags=tuple(sorted(set(schedule.tag_numbers))),
            members=tuple(sorted(set(schedule.user_ids))),
        )
    )


def moment_on(schedule: Schedule, day: date) -> datetime | None:
    """The moment of a schedule on a day, working day or not; None if its cron line has none then."""
    midnight = datetime.combine(day, time(), schedule.zone)
    line = schedule.rule.every_day
    return next(line.between(midnight - timedelta(microseconds=1), midnight + timedelta(days=1)), None)


def _content(schedule: Schedule) -> CampaignContent:
    text = "" if schedule.source else schedule.text
    literal = bool(variables.BRACES.search(text) or variables.VARIABLE.search(text))
    if schedule.message_type != Schedule.MessageType.VIDEO:
        return CampaignContent(text=text, literal=literal)
    return CampaignContent(
        text=text,
        literal=literal,
        digital_human=schedule.digital_human,
        mode=schedule.mode,
        template=schedule.template,
        presentation=schedule.presentation,
        values=dict(schedule.values),
        defaults=schedule.is_personal,
    )


def _differences(schedule: Schedule) -> Iterator[str]:
    """What an HR person must know before the campaign takes the place of the schedule."""
    yield _("The runs of the schedule stay with the schedule.")
