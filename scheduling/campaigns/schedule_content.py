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
    keeps_grace = schedule.grace_minutes == default_grace()
    campaign = Campaign(
        name=str(schedule)[:LONGEST_NAME],
        application=schedule.application,
        topic=schedule.topic,
        content_type=(VideoKind if schedule.message_type == Schedule.MessageType.VIDEO else TextKind).name,
        audience=audience_of(schedule).as_json(),
        repeats=Campaign.Repeats.ONCE if once else Campaign.Repeats.CRON,
        starts_at=moment_on(schedule, schedule.only_on) if schedule.only_on else None,
        cron="" if once else schedule.cron,
        time_zone=schedule.time_zone,
        days=Schedule.Days.EVERY if once else schedule.days,
        missed=Campaign.Missed.SKIP if keeps_grace else Campaign.Missed.ONCE,
        valid_minutes=None if keeps_grace else schedule.grace_minutes,
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
    if schedule.message_type != Schedule.MessageType.VIDEO:
        return CampaignContent(text=schedule.text)
    return CampaignContent(
        text="" if schedule.source else schedule.text,
        digital_human=schedule.digital_human,
        template=schedule.template,
        presentation=schedule.presentation,
        values=dict(schedule.values),
    )


def _differences(schedule: Schedule) -> Iterator[str]:
    """What an HR person must know before the campaign takes the place of the schedule."""
    yield _("It is approved by a second person before it can be started.")
    yield _("Quiet hours and caps hold for it. Choose the class “mandatory” where no cap may.")
    if schedule.message_type == Schedule.MessageType.VIDEO:
        yield _("Its video is rendered when it begins. That of the schedule is rendered ahead, so it leaves on time.")
        if schedule.mode:
            yield (
                _("The mode “%s” is not carried over: that of the digital human counts.") % schedule.get_mode_display()
            )
    elif variables.BRACES.search(schedule.text) or variables.VARIABLE.search(schedule.text):
        yield _("Braces in its text stand for variables in a campaign. The schedule sends them as they are.")
    if schedule.is_personal:
        yield _("Members without a value for a variable are left out. The schedule uses the variable's default.")
    if schedule.grace_minutes != default_grace():
        words = _("Members whom it has not reached %(minutes)d minutes after its moment do not get it.")
        yield words % {"minutes": schedule.grace_minutes}
    holds = schedule.unknown_days == Schedule.UnknownDays.HOLD
    if schedule.days == Schedule.Days.WORKING and not holds and schedule.only_on is None:
        yield _("In a year without known working days it sends nothing. The schedule counts Monday to Friday.")
    yield _("The runs of the schedule stay with the schedule.")
