"""The clocks of a campaign in each member's own time: one moment by the wall clock is as many moments as zones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Value, When

from core.text.time_zones import time_zones
from scheduling.models import Campaign, Series
from wecom.facts.definitions import TIME_ZONE
from wecom.models import Member, MemberFact


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A zone that members are in, and when a moment of the campaign comes there."""

    zone: ZoneInfo
    at: datetime


def zones_of(subject: Campaign | Series) -> list[ZoneInfo]:
    """The own zone of a campaign or series first, and those of its company's members where it runs by their clocks."""
    zones = {subject.zone.key: subject.zone}
    application = subject.sender if subject.in_member_zone else None
    if application is not None:
        facts = MemberFact.objects.filter(key=TIME_ZONE, member__corporation=application.corporation_id)
        names = set(facts.order_by().values_list("text", flat=True).distinct()) & time_zones()
        zones |= {name: ZoneInfo(name) for name in sorted(names)}
    return list(zones.values())


def clocks_of(campaign: Campaign, moment: datetime, zones: Sequence[ZoneInfo] | None = None) -> list[Clock]:
    """The moment by each clock, earliest first; `zones` are those of `zones_of`, if they are known."""
    zones = zones_of(campaign) if zones is None else zones
    clocks = [Clock(zone=zone, at=_moment_in(zone, campaign, moment)) for zone in zones]
    return sorted(clocks, key=lambda clock: clock.at)


def first_due(campaign: Campaign, moment: datetime, zones: Sequence[ZoneInfo] | None = None) -> datetime:
    """When a moment comes in the first of its zones: then its run begins."""
    return clocks_of(campaign, moment, zones)[0].at if campaign.in_member_zone else moment


def last_due(campaign: Campaign, moment: datetime) -> datetime:
    """When a moment comes in the last of its zones."""
    return clocks_of(campaign, moment)[-1].at if campaign.in_member_zone else moment


def with_clocks(members: QuerySet[Member], campaign: Campaign, clocks: Sequence[Clock]) -> QuerySet[Any]:
    """The members, annotated `clock`: the place of theirs among the clocks, the campaign's own if theirs is unknown."""
    places = {clock.zone.key: place for place, clock in enumerate(clocks)}
    own = places.pop(campaign.zone.key)
    if not places:
        return members.annotate(clock=Value(own, output_field=IntegerField()))
    theirs = FilteredRelation("facts", condition=Q(facts__key=TIME_ZONE))
    cases = [When(zone_fact__text=name, then=Value(place)) for name, place in places.items()]
    return members.annotate(zone_fact=theirs).annotate(clock=Case(*cases, default=Value(own)))


def whose_zone(zone: ZoneInfo, zones: Sequence[ZoneInfo], *, member: str = "member") -> Q:
    """The condition on rows that their member is in a zone; `zones` begin with the one of members without their own."""
    facts = MemberFact.objects.filter(key=TIME_ZONE, member=OuterRef(member))
    if zone.key != zones[0].key:
        return Q(Exists(facts.filter(text=zone.key)))
    others = [other.key for other in zones[1:]]
    return ~Q(Exists(facts.filter(text__in=others))) if others else Q()


def zones_by_member(members: Iterable[int]) -> Mapping[int, ZoneInfo]:
    """The zones of these members, by their key; without those who have none of their own."""
    facts = MemberFact.objects.filter(key=TIME_ZONE, member__in=list(members)).values_list("member", "text")
    return {member: ZoneInfo(name) for member, name in facts if name in time_zones()}


def places_before(clocks: Sequence[Clock], moment: datetime) -> list[int]:
    """The places of the clocks whose moment lies before another one."""
    return [place for place, clock in enumerate(clocks) if clock.at < moment]


def _moment_in(zone: ZoneInfo, campaign: Campaign, moment: datetime) -> datetime:
    """The moment that has the same wall clock in the zone; one that is named by no clock is the same everywhere."""
    if not campaign.names_moment or zone.key == campaign.zone.key:
        return moment
    return moment.astimezone(campaign.zone).replace(tzinfo=zone).astimezone(UTC)
