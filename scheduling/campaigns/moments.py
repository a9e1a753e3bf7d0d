"""The moments of a campaign: the next one, and which of those until now is to be handled."""

from datetime import datetime, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from scheduling.campaigns.hours.odd_hours import next_working_day
from scheduling.campaigns.member_zones import first_due, zones_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

MOST_CAUGHT_UP = 31
"""A month of days. After a longer outage nobody wants more, and every minute of a week would be ten thousand runs."""
MOST_COUNTED = 1000
FARTHEST = timedelta(hours=27)
"""By which a wall clock is ahead of another one, at most: from UTC+14 to UTC-12, and an hour of summer time."""


LATEST_START = timedelta(days=92)


def watch(campaign: Campaign, now: datetime, *, at: datetime | None = None) -> None:
    """Count the moments of a campaign from now on; one that goes out once has none after its run.

    `at` is when one goes out that names no moment; without it, that is at once, or on its working day.
    """
    campaign.watched_from = now
    if campaign.rule is not None:
        campaign.next_at = next_start(campaign, now)
    elif not campaign.runs.exists():
        moment = once(campaign, now)
        campaign.next_at = first_due(campaign, moment) if campaign.starts_at else at or moment


def once(campaign: Campaign, now: datetime) -> datetime:
    """The moment of a campaign that goes out once, if it was started now."""
    if campaign.next_working_day_at is not None and campaign.starts_at is None:
        return next_working_day(now, campaign.next_working_day_at, campaign.zone, campaign.calendar)
    return campaign.starts_at or now


def check_later(campaign: Campaign, at: datetime, now: datetime) -> None:
    """Raise `SchedulingError` unless a start may be put off until a moment."""
    if campaign.rule is not None or campaign.starts_at is not None or campaign.runs.exists():
        fault = _("It has its own moments, which were approved.")
        raise SchedulingError(
            fault, code="own_moments", field="at", remedy=_("Change its times, and ask for approval.")
        )
    if not now < at <= now + LATEST_START:
        fault = _("A start can be put off until a moment within three months.")
        raise SchedulingError(fault, code="start_moment", field="at", remedy=_("Choose a moment that lies ahead."))


def due_moment(campaign: Campaign, now: datetime) -> datetime | None:
    """The moment until now that is handled next: the latest, or the oldest of those that are caught up on."""
    rule = campaign.rule
    if rule is None:
        return campaign.starts_at or campaign.next_at
    until = now + FARTHEST if campaign.in_member_zone else now
    zones = zones_of(campaign)
    coming = (
        moment
        for moment in rule.backwards(until, since=campaign.watched_from or now)
        if first_due(campaign, moment, zones) <= now
    )
    most = MOST_CAUGHT_UP if campaign.missed == Campaign.Missed.CATCH_UP else 1
    moments = [moment for moment in islice(coming, most) if not _is_over(campaign, moment)]
    return moments[-1] if moments else None


def held_moment(campaign: Campaign, moment: datetime | None, now: datetime) -> datetime | None:
    """The latest moment until now, after `moment`, at which nothing says whether it is a working day, and so none goes
    out."""
    rule = campaign.rule
    tick = rule.latest_tick(now, since=campaign.watched_from or now) if rule is not None else None
    if rule is None or tick is None or (moment is not None and tick <= moment) or _is_over(campaign, tick):
        return None
    return tick if rule.holds_on(tick.astimezone(campaign.zone).date()) else None


def others_before(campaign: Campaign, moment: datetime | None) -> int:
    """How many moments since the last one that was handled are not sent, because `moment` is; at most a thousand."""
    rule, since = campaign.rule, campaign.watched_from
    if moment is None or since is None or rule is None or campaign.missed == Campaign.Missed.CATCH_UP:
        return 0
    earlier = islice(rule.backwards(moment - timedelta(microseconds=1), since=since), MOST_COUNTED)
    return sum(not _is_over(campaign, earlier_moment) for earlier_moment in earlier)


def handled_until(campaign: Campaign, moment: datetime | None, now: datetime) -> datetime:
    """Until when nothing is left to handle, once this moment is."""
    if moment is None:
        return now
    # In the first zone a moment comes before it comes in the campaign's own.
    return moment if campaign.missed == Campaign.Missed.CATCH_UP else max(moment, now)


def next_moment(campaign: Campaign, after: datetime) -> datetime | None:
    """The next moment after another one; None for a campaign that goes out once.

    Where the working days of a year are not known it is a moment at which they are looked for again, and not the end.
    """
    rule = campaign.rule
    if rule is None:
        return None
    moment = next(iter(rule.upcoming(after, 1)), None) or rule.next_held(after)
    return moment if moment is None or not _is_over(campaign, moment) else None


def next_start(campaign: Campaign, after: datetime) -> datetime | None:
    """When the run of the next moment begins: once the moment has come in the first zone."""
    moment = next_moment(campaign, after)
    return first_due(campaign, moment) if moment else None


def _is_over(campaign: Campaign, moment: datetime) -> bool:
    return campaign.ends_on is not None and moment.astimezone(campaign.zone).date() > campaign.ends_on
