"""The result of a rehearsal: a timeline for each member, and the figures of each day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from scheduling.rehearsal.rehearsed_subjects import Subject
from wecom.models import Member


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One message to one member, or why there is none.

    Attributes:
        at: when it goes out; when it would have, for those who do not get it.
        campaign: its key; `name` is its name, and for a step of a series that of the series and the day.
        status: a status of `Delivery`; `planned` where it still waits at the end.
        reason: a code of `Delivery`, `CampaignRun` or `Batch`, and `why` in words; "" for those who get it.
        words: its text for this member.
    """

    at: datetime
    campaign: int
    name: str
    is_own: bool
    status: str
    reason: str
    why: str
    language: str
    variant: str
    words: str

    @property
    def arrives(self) -> bool:
        return self.status == "sent"


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The messages that a member would get and not get, in the order of time; `last_day` is that of one who leaves."""

    member: Member
    occasions: tuple[Occasion, ...]
    last_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Day:
    """How many messages go out on a day, and how many do not, by the reason."""

    date: date
    sent: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A moment without recipients, and why."""

    at: datetime
    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """From this moment on a campaign or series counts days with unknown holidays.

    `stops` is whether it sends nothing any more; else Monday to Friday count. `words` has the remedy.
    """

    at: datetime
    name: str
    year: int
    stops: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The rehearsed days, with the timelines of members who get or miss a message."""

    name: str
    begins: datetime
    ends: datetime
    members: int
    timelines: tuple[Timeline, ...]
    days: tuple[Day, ...]
    dropped: tuple[Dropped, ...]
    seconds: float
    days_unknown: tuple[Doubt, ...] = ()

    @property
    def nothing_for(self) -> int:
        """To how many members nothing happens."""
        return self.members - len(self.timelines)

    @property
    def sent(self) -> int:
        """How many messages go out."""
        return sum(day.sent for day in self.days)


def table(rehearsal: Rehearsal, subject: Subject) -> Iterator[list[str]]:
    """The rows of a table: a line for each message and for each reason why there is none.

    The heads come first, and the lines in the order of members and time; times are of the subject's zone.
    """
    yield [_("user ID"), _("name"), _("when"), _("campaign"), _("outcome"), _("language"), _("variant"), _("words")]
    for line in rehearsal.timelines:
        for occasion in line.occasions:
            outcome = _("gets it") if occasion.arrives else occasion.why
            when = f"{occasion.at.astimezone(subject.zone):%Y-%m-%d %H:%M}"
            named = [line.member.user_id, line.member.name, when, occasion.name, outcome]
            yield [*named, occasion.language, occasion.variant, occasion.words]
