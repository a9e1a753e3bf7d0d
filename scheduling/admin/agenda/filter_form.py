"""The filters of the calendar page, and the span of days that its address names."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from avatars.models import DigitalHuman
from scheduling import services
from scheduling.agenda.agenda_entries import Kind, State
from scheduling.models import Campaign
from wecom.models import Application

MONTH, WEEK = "month", "week"
FIRST_YEAR, LAST_YEAR = 2000, 2200
ALL = [("", pgettext_lazy("entries of a calendar", "All"))]


def _classes() -> list[tuple[str, str]]:
    """The message classes by their first words; the form of a campaign explains them."""
    short = [
        (message_class.value, re.split("[:：]", str(message_class.label))[0]) for message_class in Campaign.MessageClass
    ]
    return [("", str(ALL[0][1])), *short]


class FilterForm(forms.Form):
    """Each field may be left out; a value that does not exist is as good as none."""

    q = forms.CharField(label=capfirst(_("name or words")), required=False, max_length=100)
    kind = forms.ChoiceField(label=capfirst(_("kind")), required=False, choices=[*ALL, *Kind.choices])
    state = forms.ChoiceField(label=capfirst(_("state")), required=False, choices=[*ALL, *State.choices])
    message_class = forms.ChoiceField(label=capfirst(_("message class")), required=False, choices=_classes)
    application = forms.ChoiceField(label=capfirst(_("application")), required=False)
    digital_human = forms.ModelChoiceField(
        DigitalHuman.objects.order_by("name"), label=capfirst(_("digital human")), required=False, empty_label=ALL[0][1]
    )

    def __init__(self, *args: Any, applications: Iterable[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["application"]
        chosen.choices = [*ALL, *((str(row.pk), str(row)) for row in applications)]

    def filters(self) -> services.AgendaFilters:
        """The chosen filters, as a value."""
        self.is_valid()
        data: dict[str, Any] = self.cleaned_data
        application, human = data.get("application"), data.get("digital_human")
        return services.AgendaFilters(
            kind=data.get("kind", ""),
            state=data.get("state", ""),
            message_class=data.get("message_class", ""),
            application=int(application) if application else None,
            digital_human=human.pk if human else None,
            text=data.get("q", "").strip(),
        )


@dataclass(frozen=True, kw_only=True)
class Span:
    """The month or week that a page shows: whole weeks, from Monday to Sunday."""

    view: str
    on: date

    @classmethod
    def of(cls, view: str, on: str) -> "Span":
        """The span that an address names; the month of today where it names none."""
        try:
            day = date.fromisoformat(on)
        except ValueError:
            day = timezone.localdate()
        known = FIRST_YEAR <= day.year <= LAST_YEAR
        return cls(view=WEEK if view == WEEK else MONTH, on=day if known else timezone.localdate())

    @property
    def first(self) -> date:
        day = self.on if self.view == WEEK else self.on.replace(day=1)
        return day - timedelta(days=day.weekday())

    @property
    def last(self) -> date:
        if self.view == WEEK:
            return self.first + timedelta(days=6)
        end = self.on.replace(day=calendar.monthrange(self.on.year, self.on.month)[1])
        return end + timedelta(days=6 - end.weekday())

    @property
    def before(self) -> date:
        """A day of the span before."""
        return self.first - timedelta(days=1) if self.view == WEEK else self.on.replace(day=1) - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the span after."""
        return self.last + timedelta(days=1) if self.view == WEEK else self.on.replace(day=28) + timedelta(days=7)

    @property
    def title(self) -> str:
        """Its name: November 2026, or 23 November – 29 November 2026."""
        if self.view == MONTH:
            return str(formats.date_format(self.on, "YEAR_MONTH_FORMAT"))
        first, last = (formats.date_format(day, "DATE_FORMAT") for day in (self.first, self.last))
        return f"{first} – {last}"
