"""A series as the sweep reads it once: its steps in order, its days, and who may be in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from scheduling.audience import reach
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns.member_zones import whose_zone, zones_of
from scheduling.models import Campaign, Series, calendar_of
from scheduling.segments.query import Compiler
from scheduling.series.due_days import DueDays
from wecom.models import Application, Member


@dataclass(frozen=True, kw_only=True)
class ZoneDays:
    """The days of a series by the clock of one zone, and the condition on enrolments whose members are in it."""

    days: DueDays
    members: Q


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A series at one moment. `now` is given by the caller, so that a rehearsal moves it.

    `known_zones` and `known_steps` were read already.
    """

    series: Series
    application: Application
    now: datetime
    known_zones: Sequence[ZoneInfo] | None = None
    known_steps: Sequence[Campaign] | None = None

    @cached_property
    def steps(self) -> list[Campaign]:
        """The steps in the order in which members get them."""
        return list(self.series.steps.steps() if self.known_steps is None else self.known_steps)

    @cached_property
    def days(self) -> DueDays:
        """Its days by its own clock."""
        return days_of(self.series, self.application)

    @cached_property
    def zones(self) -> list[ZoneInfo]:
        """Its own zone first, and those of members if each gets the steps by their own clock."""
        return zones_of(self.series) if self.known_zones is None else list(self.known_zones)

    @cached_property
    def clocks(self) -> list[ZoneDays]:
        """Its days by the clock of each zone."""
        return [
            ZoneDays(days=replace(self.days, zone=zone), members=whose_zone(zone, self.zones)) for zone in self.zones
        ]

    @property
    def today(self) -> date:
        return self.days.local_day(self.now)

    @property
    def earliest_today(self) -> date:
        """The day that it is where the day begins last."""
        return min(clock.days.local_day(self.now) for clock in self.clocks)

    @property
    def first_day(self) -> int:
        return min((step.day or 0 for step in self.steps), default=0)

    @property
    def last_day(self) -> int:
        return max((step.day or 0 for step in self.steps), default=0)

    @cached_property
    def compiler(self) -> Compiler:
        return Compiler(self.application.corporation, today=self.today)

    @cached_property
    def members(self) -> QuerySet[Member]:
        """Who may be in it. Raises `SchedulingError` for a rule that names something that is gone."""
        rule = parse_audience(self.series.audience)
        members = reach.members_of(rule, application=self.application, today=self.today, compiler=self.compiler)
        return members.exclude(status=Member.Status.LEFT)


def days_of(series: Series, application: Application | None) -> DueDays:
    """The days of a series by its own clock."""
    if series.days_off != Series.DaysOff.WAIT:
        return DueDays(zone=series.zone)
    return DueDays(zone=series.zone, waits=True, calendar=calendar_of(application))
