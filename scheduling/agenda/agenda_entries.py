"""A calendar as values: the entries of its days, their conflicts, and how much goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.audience.audience_rule import AudienceRule
from scheduling.campaigns.hours.quiet_hours import SendWindow
from scheduling.models import Campaign
from wecom.models import Application


class Kind(models.TextChoices):
    """The kind of the row whose moment an entry is."""

    ONCE = "once", _("campaign, once")
    REPEATED = "repeated", _("campaign, repeated")
    SERIES = "series", _("step of a series")


class State(models.TextChoices):
    """How certain an entry is that lies ahead; the outcome of one that lies back."""

    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("waits for approval")
    APPROVED = "approved", _("approved")
    SCHEDULED = "scheduled", _("scheduled")
    PAUSED = "paused", _("paused")
    RUNNING = "running", _("running")
    SENT = "sent", _("sent")
    SKIPPED = "skipped", _("skipped")
    MISSED = "missed", _("missed")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


KINDS: Mapping[str, Kind] = {
    Campaign.Repeats.ONCE: Kind.ONCE,
    Campaign.Repeats.CRON: Kind.REPEATED,
    Campaign.Repeats.SERIES: Kind.SERIES,
}
AHEAD = frozenset({State.DRAFT, State.WAITING, State.APPROVED, State.SCHEDULED, State.PAUSED})
COUNTS = frozenset({*AHEAD, State.RUNNING, State.SENT}) - {State.PAUSED}
"""The states of entries that WeChat Work is, or would be, called for."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The recipients of an entry. Equal ones, of the same application, are counted once."""

    application: int
    rule: AudienceRule


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A reason against an entry. One that is `grave` changes when or whether it goes out."""

    code: str
    words: str
    grave: bool = True


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A moment of a campaign; of one that comes often on a day, all of that day.

    `key` is that of the campaign, `schedule` that of the schedule that it was made from, `run` that of the run that the
    moment became. `members` is None where they were not counted; `per_call` is how many of them one call reaches.
    """

    kind: Kind
    key: int
    name: str
    at: datetime
    state: State
    run: int | None = None
    schedule: int | None = None
    times: int = 1
    last: datetime | None = None
    note: str = ""
    application: int | None = None
    message_class: str = ""
    zone: str = ""
    audience: Audience | None = None
    members: int | None = None
    per_call: int = 1
    only_working_days: bool = False
    passes_caps: bool = False
    window: SendWindow = field(default_factory=SendWindow)
    movable: bool = False
    conflicts: tuple[Conflict, ...] = ()

    @property
    def id(self) -> str:
        """Tells it apart from all others of a calendar."""
        return f"{self.key}-{self.at:%Y%m%dT%H%M%S}"

    @property
    def recipients(self) -> int:
        """How many messages members get from it, as far as they were counted."""
        return (self.members or 0) * self.times if self.state in COUNTS else 0

    @property
    def calls(self) -> int:
        """How many calls it takes."""
        members = self.members or 0
        return -(-members // self.per_call) * self.times if self.state in COUNTS else 0


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much an application sends on a day; `limit` is how many recipients it may have, 0 where it is not known."""

    application: int
    name: str
    recipients: int
    calls: int
    limit: int
    hours: Mapping[int, int] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """How much of the limit is used; more than 100 is over it."""
        return -(-100 * self.recipients // self.limit) if self.limit else 0


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of a calendar. `differs` is whether it is a public holiday or make-up day, `holiday` its name.

    Of a day that is not `known`, `works` follows its weekday. `is_cut` is whether it has more runs than were counted.
    """

    date: date
    works: bool
    known: bool = True
    differs: bool = False
    holiday: str = ""
    entries: tuple[Entry, ...] = ()
    loads: tuple[Load, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """The days of a calendar, campaigns without a moment, how many audiences were not counted, and who sends."""

    days: tuple[Day, ...]
    undated: tuple[Entry, ...] = ()
    uncounted: int = 0
    senders: Mapping[int, Application] = field(default_factory=dict)

    @property
    def unknown_years(self) -> list[int]:
        """The years of its days of which nothing says whether they are working days."""
        return sorted({day.date.year for day in self.days if not day.known})

    @property
    def days_unknown(self) -> str:
        """The unknown days in words, with the remedy; empty if all are known."""
        years = ", ".join(map(str, self.unknown_years))
        text = gettext(
            "The working days of %(years)s are not known. What goes out on working days only is held there, and is not "
            "shown. Paste the State Council's notice under Working days and holidays."
        )
        return text % {"years": years} if years else ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for day in self.days for entry in day.entries)


def name_of(campaign: Campaign) -> str:
    """The name of a campaign; of a step behind that of its series."""
    return f"{campaign.series.name}: {campaign.name}" if campaign.series else campaign.name
