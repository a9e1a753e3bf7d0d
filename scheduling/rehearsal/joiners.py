"""Members to whom the event of a series comes while a rehearsal goes on: dates lie ahead as facts, events do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Series
from scheduling.rehearsal.rehearsed_subjects import Subject
from scheduling.rehearsal.results import Dropped
from scheduling.series.enrolment import intake
from scheduling.series.plan import Plan
from wecom.models import Member

EVENT_AT, A_MINUTE = time(9), timedelta(minutes=1)
"""When an event is taken to come, by the clock of the series."""


@dataclass(kw_only=True)
class Joiners:
    """When the event of the rehearsed series comes, by the key of each member."""

    series_id: int | None = None
    moments: dict[int, datetime] = field(default_factory=dict)
    refused: dict[int, datetime] = field(default_factory=dict)
    """Whom the series did not take in, with the moment of the event."""

    @classmethod
    def of(cls, subject: Subject, days: Mapping[int, date], *, begins: datetime) -> "Joiners":
        """Members with their days. Raises `SchedulingError` for a day before the first, and for a subject without an
        event."""
        if not days:
            return cls()
        if not (isinstance(subject, Series) and subject.is_event):
            fault = _("Only a series that begins with an event takes members in by a day that you name.")
            remedy = _("Leave it empty. For others, the dates of members count, also those that lie ahead.")
            raise SchedulingError(fault, code="joiners", field="joiners", remedy=remedy)
        if min(days.values()) < begins.astimezone(subject.zone).date():
            fault, remedy = _("A day lies before the first day of the rehearsal."), _("Name a later day.")
            raise SchedulingError(fault, code="joiner_day", field="joiners", remedy=remedy)
        # On the first day nine o'clock may have passed.
        moments = {
            key: max(datetime.combine(day, EVENT_AT, subject.zone), begins + A_MINUTE) for key, day in days.items()
        }
        return cls(series_id=subject.pk, moments=moments)

    def take_in(self, now: datetime) -> None:
        """Let the events come whose moment has come, as the sweep takes in those that it finds."""
        due = {key: at for key, at in self.moments.items() if at <= now}
        if not due or self.series_id is None:
            return
        series = Series.objects.running().filter(pk=self.series_id).first()
        if series is None or series.sender is None:
            return
        with transaction.atomic():
            plan = Plan(series=series, application=series.sender, now=now)
            self.refused |= {key: at for key, at in due.items() if not intake.take_in_member(plan, key, at)}
            Series.objects.filter(pk=series.pk).update(swept_at=None)
        self.moments = {key: at for key, at in self.moments.items() if key not in due}

    def told(self) -> tuple[Dropped, ...]:
        """The members that the series did not take in, for the result."""
        members = {row.pk: str(row) for row in Member.objects.filter(pk__in=self.refused)}
        why = _("is not taken in: outside the audience of the series, or in it already")
        return tuple(Dropped(at=at, name=members[key], why=why) for key, at in self.refused.items())

    def ahead(self, now: datetime) -> Iterator[datetime]:
        """The moments that are still to come."""
        return (at for at in self.moments.values() if at > now)
