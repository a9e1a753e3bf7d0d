"""The moments of a campaign: the next one, and which of those until now is to be handled."""

from datetime import datetime, timedelta
from itertools import islice

from scheduling.campaigns.member_zones import first_due, zones_of
from scheduling.models import Campaign

MOST_CAUGHT_UP = 31
"""A month of days. After a longer outage nobody wants more, and every minute of a week would be ten thousand runs."""


FARTHEST = timedelta(hours=27)
"""By which a wall clock is ahead of another one, at most: from UTC+14 to UTC-12, and an hour of summer time."""


def watch(campaign: Campaign, now: datetime) -> None:
    """Count the moments of a campaign from now on; one that goes out once has none after its run."""
    campaign.watched_from = now
    if campaign.rule is not None:
        campaign.next_at = next_start(campaign, now)
    elif not campaign.runs.exists():
        campaign.next_at = first_due(campaign, campaign.starts_at) if campaign.starts_at else now


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
    found = [moment for moment in islice(coming, most) if not _is_over(campaign, moment)]
    return found[-1] if found else None


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
    found = next(iter(rule.upcoming(after, 1)), None) or rule.next_held(after)
    return found if found is None or not _is_over(campaign, found) else None


def next_start(campaign: Campaign, after: datetime) -> datetime | None:
    """When the run of the next moment begins: once the moment has come in the first zone."""
    moment = next_moment(campaign, after)
    return first_due(campaign, moment) if moment else None


def _is_over(campaign: Campaign, moment: datetime) -> bool:
    return campaign.ends_on is not None and moment.astimezone(campaign.zone).date() > campaign.ends_on
