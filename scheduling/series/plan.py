"""A series as the sweep reads it once: its steps in order, its days, and who may be in it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet

from scheduling.models import Campaign, Series, calendar_of
from scheduling.segments import reach
from scheduling.segments.audience import parse_audience
from scheduling.segments.query import Compiler
from scheduling.series.due_days import DueDays
from wecom.models import Application, Member


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A series at one moment. `now` is given by the caller, so that a rehearsal moves it."""

    series: Series
    application: Application
    now: datetime

    @cached_property
    def steps(self) -> list[Campaign]:
        """The steps in the order in which members get them."""
        return list(self.series.steps.steps())

    @cached_property
    def days(self) -> DueDays:
        waits = self.series.days_off == Series.DaysOff.WAIT
        calendar = {"calendar": calendar_of(self.application)} if waits else {}
        return DueDays(zone=self.series.zone, waits=waits, **calendar)

    @property
    def today(self) -> date:
        return self.days.local_day(self.now)

    @property
    def first_day(self) -> int:
        return min((one.day or 0 for one in self.steps), default=0)

    @property
    def last_day(self) -> int:
        return max((one.day or 0 for one in self.steps), default=0)

    @cached_property
    def compiler(self) -> Compiler:
        return Compiler(self.application.corporation, today=self.today)

    @cached_property
    def members(self) -> QuerySet[Member]:
        """Who may be in it. Raises `SchedulingError` for a rule that names something that is gone."""
        rule = parse_audience(self.series.audience)
        found = reach.members_of(rule, application=self.application, today=self.today, compiler=self.compiler)
        return found.exclude(status=Member.Status.LEFT)
