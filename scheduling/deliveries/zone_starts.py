"""When a campaign would start in each time zone that its members are in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from scheduling.audience.reach import first_names
from scheduling.campaigns.hours.quiet_hours import hours_of
from scheduling.campaigns.member_zones import clocks_of, with_clocks
from scheduling.descriptions import listed
from scheduling.models import Campaign
from wecom.models import Application

FIRST = 5  # members of a zone who are named


@dataclass(frozen=True, kw_only=True)
class ZoneStart:
    """When it starts for the members of a time zone.

    Attributes:
        moment: when its moment comes there.
        held: the reason of its wait from then until it starts.
        expires_before: whether it has expired by then.
        names: the first of its members by name.
    """

    zone: str
    moment: datetime
    starts_at: datetime
    held: str
    members: int
    expires_before: bool
    names: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        return listed(self.names)


def zone_starts(
    campaign: Campaign, application: Application, judged: QuerySet[Any], moment: datetime, *, now: datetime
) -> tuple[ZoneStart, ...]:
    """Its start in each zone with members (annotated `why`) who get it; in the campaign's own if there are none."""
    clocks, hours = clocks_of(campaign, moment), hours_of(campaign, application)
    counts: dict[int, int] = {}
    reached = judged.none()
    if campaign.in_member_zone:
        reached = with_clocks(judged, campaign, clocks).filter(why="")
        counts = dict(reached.order_by().values_list("clock").annotate(Count("pk")))
    starts = []
    for place, clock in enumerate(clocks):
        if not counts.get(place) and (counts or clock.zone.key != campaign.zone.key):
            continue
        at = max(clock.at, now)
        hold = hours.hold(at, clock.zone)
        begins = hold.until if hold else at
        late = campaign.valid_for is not None and clock.at + campaign.valid_for <= begins
        held, members = str(hold.reason.label) if hold else "", counts.get(place, 0)
        names = first_names(reached.filter(clock=place), FIRST) if members else ()
        zone_start = ZoneStart(
            zone=clock.zone.key,
            moment=clock.at,
            starts_at=begins,
            held=held,
            members=members,
            expires_before=late,
            names=names,
        )
        starts.append(zone_start)
    return tuple(starts)
