"""The working days of a company, where they differ from Monday to Friday: public holidays and make-up days (调休)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.business_calendar import Calendar
from wecom.models import Application, Corporation


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    """Queries on days."""

    def calendar(self) -> Calendar:
        """These days as a value; a year counts as known if its days came from a whole list."""
        return self.calendar_and_names()[0]

    def calendar_and_names(self) -> tuple[Calendar, dict[date, str]]:
        """The same, and the names of the days."""
        rows = list(self.values_list("date", "works", "source", "name"))
        years = {day.year for day, _works, source, _name in rows if source in CalendarDay.WHOLE_LISTS}
        calendar = Calendar(days={day: works for day, works, *_rest in rows}, years=frozenset(years))
        return calendar, {day: name for day, *_rest, name in rows}


class CalendarDay(models.Model):
    """A day on which a company works or not, other than its weekday says."""

    class Source(models.TextChoices):
        PACKAGE = "package", _("package chinesecalendar")
        LIST = "list", _("imported list")
        ENTERED = "entered", _("entered here")

    WHOLE_LISTS = (Source.PACKAGE, Source.LIST)

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="calendar_days", verbose_name=_("corporation")
    )
    date = models.DateField(_("date"))
    works = models.BooleanField(_("working day"), default=False)
    name = models.CharField(_("reason"), max_length=60, blank=True, help_text=_("Such as 春节, or a company holiday."))
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.ENTERED, editable=False)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("working day or holiday")
        verbose_name_plural = _("working days and holidays")
        ordering = ("date", "pk")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "date"], name="calendarday_unique_date"),
            models.CheckConstraint(
                condition=models.Q(source__in=["package", "list", "entered"]), name="calendarday_known_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class CalendarImport(models.Model):
    """A list that was taken over, with the days as they were before, so that it can be undone.

    Attributes:
        title: of the list, by its own words and by those of its importer.
        years: the years that it holds in full.
        before: the days that it changed, as they were: the date, whether it works, its name and its source.
        after: the same days as it left them.
    """

    class Way(models.TextChoices):
        ADMIN = "admin", _("page of the admin")
        API = "api", _("REST API")
        COMMAND = "command", _("command line")

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="calendar_imports", verbose_name=_("corporation")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    way = models.CharField(_("way"), max_length=8, choices=Way, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("imported by"),
    )
    at = models.DateTimeField(_("imported at"), default=timezone.now, editable=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    years: "models.JSONField[list[int], list[int]]" = models.JSONField(_("known in full"), default=list)
    before: "models.JSONField[list[Any], list[Any]]" = models.JSONField(_("before"), default=list)
    after: "models.JSONField[list[Any], list[Any]]" = models.JSONField(_("after"), default=list)

    class Meta:
        verbose_name = _("import of working days")
        verbose_name_plural = _("imports of working days")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way__in=["admin", "api", "command"]), name="calendarimport_known_way"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.at:%Y-%m-%d}"


def calendar_of(application: Application | None) -> Calendar:
    """The working days of an application's company; of the default application without one."""
    applications = (
        Application.objects.filter(pk=application.pk) if application else Application.objects.filter(is_default=True)
    )
    return CalendarDay.objects.filter(corporation__in=applications.values("corporation")).calendar()


R = TypeVar("R", bound=Any)


def share_calendars(rows: Iterable[R]) -> list[R]:
    """The rows of a list that ask for days, with one calendar for each company instead of a query for each row."""
    calendars: dict[int | None, Calendar] = {}
    listed = list(rows)
    for row in listed:
        key = row.application.corporation_id if row.application else None
        if row.asks_for_days:
            if key not in calendars:
                calendars[key] = calendar_of(row.application)
            row.calendar = calendars[key]
    return listed
