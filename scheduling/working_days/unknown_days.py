"""From when on nothing says which days are working days, of one campaign or series."""

from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext_lazy

from scheduling.models import Campaign, Series

HELD = gettext_lazy(
    "The working days of %(year)d are not known yet: from then on nothing is sent. They are published in November; "
    "import the list under Working days and holidays."
)
COUNTED = gettext_lazy(
    "The working days of %(year)d are not known yet: from then on Monday to Friday count, holidays or not. They are "
    "published in November; import the list under Working days and holidays."
)


@dataclass(frozen=True, kw_only=True)
class UnknownDays:
    """The first moment on a day with unknown holidays.

    Attributes:
        stops: whether nothing is sent from then on; else Monday to Friday count, holidays or not.
        words: the same in words, with the remedy.
    """

    at: datetime
    year: int
    stops: bool
    words: str


def days_unknown_from(mailing: Campaign | Series, *, now: datetime | None = None) -> UnknownDays | None:
    """That moment; None where it does not ask for working days, or goes out no more."""
    now = now or timezone.now()
    if mailing.state in mailing.OVER:
        return None
    return _of_series(mailing, now) if isinstance(mailing, Series) else _of_campaign(mailing, now)


def _of_campaign(campaign: Campaign, now: datetime) -> UnknownDays | None:
    rule = campaign.rule
    at = rule.next_unknown(now) if rule is not None else None
    if rule is not None and at is not None:
        return _told(at, at.astimezone(campaign.zone).year, stops=rule.holds)
    return _of_moment(campaign, now)


def _of_moment(campaign: Campaign, now: datetime) -> UnknownDays | None:
    """Of a campaign that begins on the next working day, or goes out in a window on working days."""
    if campaign.window_days == Campaign.WindowDays.WORKING:
        day = campaign.calendar.unknown_after(now.astimezone(campaign.zone).date())
        return _told(datetime.combine(day, time(), campaign.zone), day.year, stops=False)
    moment = campaign.next_at if campaign.next_working_day_at is not None else None
    on = moment.astimezone(campaign.zone).date() if moment else None
    if moment is None or on is None or campaign.calendar.knows(on):
        return None
    return _told(moment, on.year, stops=False)


def _of_series(series: Series, now: datetime) -> UnknownDays | None:
    if not series.asks_for_days:
        return None
    day = series.calendar.unknown_after(now.astimezone(series.zone).date())
    return _told(datetime.combine(day, time(), series.zone), day.year, stops=False)


def _told(at: datetime, year: int, *, stops: bool) -> UnknownDays:
    return UnknownDays(at=at, year=year, stops=stops, words=str(HELD if stops else COUNTED) % {"year": year})
