"""When a campaign goes out, as a form: once or again, with the cron line as the expert's field."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.text.time_zones import OFTEN_USED, time_zones
from scheduling.campaigns import repetition
from scheduling.campaigns.repetition import Repetition
from scheduling.models import Campaign

REPEATS = (
    (repetition.ONCE, _("once")),
    (repetition.DAILY, _("every day")),
    (repetition.WEEKDAYS, _("Monday to Friday")),
    (repetition.WEEKLY, _("on certain days of the week")),
    (repetition.MONTHLY, _("on a day of the month")),
    (repetition.CRON, _("by a cron line")),
)


def zones() -> list[Any]:
    """Time zones as choices, common ones first."""
    return [
        (_("often used"), [(name, name) for name in OFTEN_USED]),
        (_("all"), [(n, n) for n in sorted(time_zones())]),
    ]


def days_of_the_week() -> list[tuple[str, Any]]:
    """Cron's numbers, Monday first."""
    return [(str((day + 1) % 7), WEEKDAYS[day]) for day in range(7)]


def days_of_the_month() -> list[tuple[str, Any]]:
    return [*((str(day), str(day)) for day in range(1, 32)), (repetition.LAST_DAY, _("the last day"))]


class WindowFields(forms.Form):
    """The send window of a campaign. Errors in it stand at its fields, and do not keep a draft from being saved."""

    window_from = forms.TimeField(
        label=capfirst(Campaign._meta.get_field("window_from").verbose_name),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        help_text=Campaign._meta.get_field("window_from").help_text,
    )
    window_until = forms.TimeField(
        label=capfirst(Campaign._meta.get_field("window_until").verbose_name),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        help_text=Campaign._meta.get_field("window_until").help_text,
    )
    window_weekdays = forms.TypedMultipleChoiceField(
        label=capfirst(Campaign._meta.get_field("window_weekdays").verbose_name),
        choices=[(day, WEEKDAYS[day - 1]) for day in range(1, 8)],
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean_window_weekdays(self) -> list[int]:
        chosen = self.data.get("window_days") == Campaign.WindowDays.CHOSEN
        return sorted(self.cleaned_data["window_weekdays"]) if chosen else []


class TimingFields(forms.Form):
    """The fields, and the cron line that they mean. Without `repeat`, the given cron line counts."""

    repeat = forms.ChoiceField(
        label=capfirst(_("repeat")), choices=REPEATS, required=False, widget=UnfoldAdminSelectWidget
    )
    at = forms.TimeField(
        label=capfirst(_("time")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )
    only_on = forms.DateField(
        label=capfirst(_("date")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )
    weekdays = forms.MultipleChoiceField(
        label=capfirst(_("days of the week")),
        choices=days_of_the_week,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    month_day = forms.ChoiceField(
        label=capfirst(_("day of the month")),
        choices=days_of_the_month,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Months without that day are left out."),
    )
    cron = forms.CharField(
        label=capfirst(_("cron line")),
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "0 9 * * *", "autocomplete": "off"}),
        help_text=Campaign._meta.get_field("cron").help_text,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("repeat") or repetition.CRON
        if kind != repetition.ONCE:
            data["only_on"] = None
        if kind == repetition.CRON:
            return data
        for field, of, fault in (
            ("at", kind, _("Choose a time.")),
            ("only_on", repetition.ONCE, _("Choose a date.")),
            ("weekdays", repetition.WEEKLY, _("Choose at least one day.")),
        ):
            if kind == of and not data.get(field) and field not in self.errors:
                self.add_error(field, forms.ValidationError(fault, code="required"))
        data["cron"] = Repetition(
            kind=kind,
            at=data.get("at") or time(9),
            weekdays=tuple(sorted(data.get("weekdays") or ())),
            day=data.get("month_day") or "1",
        ).cron()
        return data


def initial_timing(cron: str) -> dict[str, Any]:
    """Initial values of the fields for a cron line; every day at nine without one."""
    timing = repetition.repetition_of(cron, once=False) if cron else Repetition(kind=repetition.DAILY)
    return {
        "repeat": timing.kind,
        "at": f"{timing.at:%H:%M}",
        "weekdays": list(timing.weekdays),
        "month_day": timing.day,
        "only_on": "",
    }
