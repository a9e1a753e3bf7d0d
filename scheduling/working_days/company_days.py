"""The days of a company as it works on them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from scheduling.business_calendar import published_days
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay
from wecom.models import Application, Corporation

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class WorkingDay:
    """A day. `works` of one that is not `known` follows its weekday; `name` is why it differs from that."""

    date: date
    works: bool
    known: bool
    name: str


@dataclass(frozen=True, kw_only=True)
class WorkingDays:
    """Days, and which of their years are known in full and which are not."""

    days: tuple[WorkingDay, ...]
    known_years: tuple[int, ...]
    unknown_years: tuple[int, ...]

    @property
    def days_unknown(self) -> str:
        """The consequence and the remedy; empty if all are known."""
        text = _(
            "The working days of %(years)s are not known. Monday to Friday stand for them here, and what goes out on "
            "working days only is held. Paste the State Council's notice under Working days and holidays, "
            "or import it with manage.py working_days or over REST."
        )
        return text % {"years": ", ".join(map(str, self.unknown_years))} if self.unknown_years else ""


def list_working_days(corporation: Corporation, since: date, until: date) -> WorkingDays:
    """The days from the first to the last, both included."""
    calendar, own = CalendarDay.objects.filter(corporation=corporation).calendar_and_names()
    names = {day: name for day, (_works, name) in published_days().items()} | own
    days = []
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        works = calendar.works_on(day)
        name = names.get(day, "") if works != (day.weekday() < SATURDAY) else ""
        days.append(WorkingDay(date=day, works=works, known=calendar.knows(day), name=name))
    years = range(since.year, until.year + 1)
    return WorkingDays(
        days=tuple(days),
        known_years=tuple(year for year in years if calendar.knows_year(year)),
        unknown_years=tuple(year for year in years if not calendar.knows_year(year)),
    )


def company_of(application: int | None) -> Corporation:
    """The company of an application, by its key; of the default one without it.

    Raises `SchedulingError` if there is none.
    """
    rows = Application.objects.select_related("corporation")
    sender = (rows.filter(pk=application) if application else rows.filter(is_default=True)).first()
    if sender is None:
        fault = _("There is no such application.") if application else _("No application is connected yet.")
        remedy = _("Name one of /api/v1/applications/.") if application else _("Connect an application first.")
        raise SchedulingError(fault, code="application_unknown", field="application", remedy=remedy)
    return sender.corporation
