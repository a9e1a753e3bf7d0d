"""A text or a video for members, repeatedly or once, as the guide's function and `schedules/` of REST name it.

A campaign without approval sends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from avatars import services as avatars
from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.models import Desk, Topic
from scheduling.audience import variables
from scheduling.audience.audience_rule import AudienceRule, DepartmentChoice, Selection, parse_audience
from scheduling.business_calendar import Calendar, Rule, parse_cron
from scheduling.content_kinds.video import VideoKind
from scheduling.content_kinds.written import TextKind
from scheduling.descriptions import describe_rule
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, default_grace, default_time_zone
from wecom.models import Application

EVERYONE = "@all"
"""Among the user IDs: all members whom the application reaches, as in WeChat Work's `touser`."""
LONGEST_NAME = 80
NAMING = 40
"""Characters of the text by which it is called where it has no name."""


@dataclass(frozen=True, kw_only=True)
class PlainMessage:
    """A message with its recipients and its times.

    Attributes:
        message_type: `text` or `video`, which a template or a presentation may say instead of the text.
        only_on: the date of one that goes out once, at the time of its cron line.
    """

    name: str = ""
    application: Application | None = None
    user_ids: list[str] = field(default_factory=list)
    department_numbers: list[int] = field(default_factory=list)
    tag_numbers: list[int] = field(default_factory=list)
    topic: Topic | None = None
    message_type: str = TextKind.name
    text: str = ""
    digital_human: DigitalHuman | None = None
    mode: str = ""
    template: RenderTemplate | None = None
    presentation: Presentation | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    cron: str
    time_zone: str = field(default_factory=default_time_zone)
    days: str = Campaign.Days.EVERY
    unknown_days: str = Campaign.UnknownDays.HOLD
    only_on: date | None = None
    grace_minutes: int = field(default_factory=default_grace)

    @property
    def sender(self) -> Application | None:
        """The application that sends it: its own, or the default one."""
        return self.application or Application.objects.filter(is_default=True).first()

    @property
    def source(self) -> avatars.VideoSource | None:
        """The template or presentation that is sent instead of a text."""
        return self.template or self.presentation

    @property
    def moment(self) -> datetime | None:
        """When one that goes out once does so, working day or not; None if its cron line has no time on that day."""
        if self.only_on is None:
            return None
        rule = Rule(line=self.cron, zone=ZoneInfo(self.time_zone))
        midnight = datetime.combine(self.only_on, time(), rule.zone)
        return next(rule.between(midnight - timedelta(microseconds=1), midnight + timedelta(days=1)), None)


def new_campaign() -> Campaign:
    """A campaign for a plain message, which is still to be written."""
    alone, skip = Campaign.Policy.ALONE, Campaign.Missed.SKIP
    return Campaign(policy=alone, missed=skip, offers_settings=False)  # its words are the same as they were asked for


def tidied(message: PlainMessage) -> PlainMessage:
    """The same as it is kept: user IDs in lower case and once each, and a name where it has none."""
    text = " ".join(message.text.split()) or str(message.source or "")
    return replace(
        message,
        user_ids=list(dict.fromkeys(str(user_id).strip().lower() for user_id in message.user_ids)),
        cron=" ".join(message.cron.split()),
        name=message.name.strip() or text[:NAMING],
    )


def write(message: PlainMessage, campaign: Campaign) -> list[CampaignContent]:
    """Give a campaign the content, recipients and times of a message; returns its words in each language. Nothing is
    saved.
    """
    once = message.only_on is not None
    campaign.name, campaign.application, campaign.topic = message.name, message.application, message.topic
    campaign.content_type = (VideoKind if message.message_type == VideoKind.name else TextKind).name
    campaign.audience = audience_of(message).as_json()
    campaign.repeats = Campaign.Repeats.ONCE if once else Campaign.Repeats.CRON
    campaign.starts_at, campaign.cron = message.moment, "" if once else message.cron
    campaign.time_zone, campaign.unknown_days = message.time_zone, message.unknown_days
    campaign.days = Campaign.Days.EVERY if once else message.days
    campaign.grace_minutes = None if message.grace_minutes == default_grace() else message.grace_minutes
    # A presentation may have a second language, which each member's own decides on.
    languages = Desk.Language.values if message.presentation else [Desk.Language.CHINESE]
    return [_content(message, language) for language in languages]


def audience_of(message: PlainMessage) -> AudienceRule:
    """Its recipients as an audience."""
    if EVERYONE in message.user_ids:
        return AudienceRule(include=Selection(everyone=True))
    departments = (DepartmentChoice(number=number) for number in sorted(set(message.department_numbers)))
    return AudienceRule(
        include=Selection(
            departments=tuple(departments),
            tags=tuple(sorted(set(message.tag_numbers))),
            members=tuple(sorted(set(message.user_ids))),
        )
    )


def read(campaign: Campaign) -> PlainMessage:
    """A campaign as it was named, or as near as that comes where it was changed into more than that."""
    content = next(iter(campaign.contents.all()), None) or CampaignContent()
    day, cron = None, campaign.cron
    try:
        include = parse_audience(campaign.audience).include
    except SchedulingError:  # a draft may be broken
        include = Selection()
    if campaign.starts_at is not None:
        start = campaign.starts_at.astimezone(campaign.zone)
        day, cron = start.date(), f"{start.minute} {start.hour} {start.day} {start.month} *"
    return PlainMessage(
        name=campaign.name,
        application=campaign.application,
        user_ids=[EVERYONE] if include.everyone else list(include.members),
        department_numbers=[department.number for department in include.departments],
        tag_numbers=list(include.tags),
        topic=campaign.topic,
        message_type=campaign.content_type,
        text=content.text,
        digital_human=content.digital_human,
        mode=content.mode,
        template=content.template,
        presentation=content.presentation,
        values=content.values,
        cron=cron,
        time_zone=campaign.time_zone,
        days=campaign.days,
        unknown_days=campaign.unknown_days,
        only_on=day,
        grace_minutes=campaign.grace_minutes or default_grace(),
    )


def rule_of(campaign: Campaign) -> Rule | None:
    """When a plain message goes out; the rule of one that does so once has its date. None for a broken cron line."""
    message, working = read(campaign), campaign.days == Campaign.Days.WORKING
    try:
        parse_cron(message.cron)
    except SchedulingError:
        return None
    return Rule(
        line=message.cron,
        zone=campaign.zone,
        working_days=working,
        calendar=campaign.calendar if working else Calendar(),
        holds=campaign.holds_unknown_days,
        only_on=message.only_on,
    )


def moments_in_words(campaign: Campaign) -> str:
    """When it goes out: “every Monday at 10:00”; "" for a broken cron line."""
    rule = rule_of(campaign)
    return describe_rule(rule) if rule else ""


def next_moments(campaign: Campaign, now: datetime, count: int) -> list[datetime]:
    """Its next moments, of which there may be fewer."""
    rule = rule_of(campaign)
    return rule.upcoming(now, count) if rule else []


def _content(message: PlainMessage, language: str) -> CampaignContent:
    text = "" if message.source else message.text
    literal = bool(variables.BRACES.search(text) or variables.VARIABLE.search(text))
    if message.message_type != VideoKind.name:
        return CampaignContent(language=language, text=text, literal=literal)
    return CampaignContent(
        language=language,
        text=text,
        literal=literal,
        digital_human=message.digital_human,
        mode=message.mode,
        template=message.template,
        presentation=message.presentation,
        values=dict(message.values),
        defaults=message.source is not None and avatars.is_personalised(message.values),
    )
