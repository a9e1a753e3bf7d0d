"""The form of a series: the date or event that its days are counted from, its members, and the conditions that end
it."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from scheduling import services
from scheduling.admin.audience_field import AudienceField
from scheduling.admin.rule_field import RuleField
from scheduling.admin.timing_form import zones
from scheduling.models import Series
from wecom.models import Application, Department

PLACES = {"stop_rule": "rule", "steps": "name"}
CONDITIONS = {
    "fact": "anchor === 'fact'",
    "repeats_yearly": "anchor === 'fact'",
    "departments": "anchor === 'department'",
    "flow": "anchor === 'flow'",
}
OWN = (
    *("name", "application", "anchor", "flow", "repeats_yearly", "late", "days_off", "time_zone", "in_member_zone"),
    "ends_on",
)


class StopRuleField(RuleField):
    """A rule that may have no conditions: then nothing ends the series."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value.get("rules") else {}


class SeriesForm(forms.ModelForm[Series]):
    """Only values that no series can have, such as an unknown number, keep it from being saved."""

    audience = AudienceField(label=capfirst(_("audience")), required=False)
    rule = StopRuleField(label=capfirst(_("ends for members who")), required=False)
    fact = forms.ChoiceField(label=capfirst(_("date")), required=False, widget=UnfoldAdminSelectWidget)
    departments = forms.TypedMultipleChoiceField(
        label=capfirst(_("departments")),
        required=False,
        coerce=int,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=_("Those below them count, too."),
    )
    time_zone = forms.ChoiceField(label=capfirst(_("time zone")), choices=zones, widget=UnfoldAdminSelectWidget)
    ends_on = forms.DateField(
        label=capfirst(_("takes members in until")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text=Series._meta.get_field("ends_on").help_text,
    )

    class Meta:
        model = Series
        fields = (*OWN, "stops_on_reply", "stop_flow")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields or "name" not in self.fields:
            return  # viewers have no fields
        series, sender = self.instance, self._sender()
        corporation = sender.corporation if sender else None
        self.fields["audience"].of(sender)  # type: ignore[attr-defined]
        self.fields["rule"].of(corporation)  # type: ignore[attr-defined]
        dates = services.date_facts(corporation) if corporation else {}
        if series.fact and series.fact not in dates:  # which was deleted since
            dates = {**dates, series.fact: series.fact}
        self.fields["fact"].choices = [(key, capfirst(str(name))) for key, name in dates.items()]  # type: ignore[attr-defined]
        places = Department.objects.existing().filter(corporation=corporation).order_by("name", "number")
        self.fields["departments"].choices = [(place.number, str(place)) for place in places]  # type: ignore[attr-defined]
        shown = {"audience": series.audience, "rule": series.stop_rule, "fact": series.fact}
        self.initial = {**shown, "departments": series.departments, **self.initial}
        if series.pk and not self.is_bound and series.state == Series.State.DRAFT:
            self._errors = ErrorDict()
            for problem in services.series_problems(series):
                field = problem.error.field.partition(".")[0]
                field = PLACES.get(field, field)
                if problem.step is None and field in self.fields and problem.error.field != "steps":
                    self._errors.setdefault(field, self.error_class()).append(str(problem.error))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        series = self.instance
        for name, own in (("audience", "audience"), ("rule", "stop_rule"), ("departments", "departments")):
            if name in data:
                setattr(series, own, data[name])
        series.fact = data.get("fact") or series.fact
        if data.get("anchor") != Series.Anchor.FACT:
            series.repeats_yearly = data["repeats_yearly"] = False
        if data.get("anchor") != Series.Anchor.FLOW:
            series.flow = data["flow"] = None
        if data.get("anchor") != Series.Anchor.DEPARTMENT:
            series.departments = []
        return data

    def _sender(self) -> Application | None:
        """The application that is chosen, or the one that sends if none is."""
        chosen = str(self.data.get("application", "")) if self.is_bound else ""
        if not self.is_bound and self.instance.pk:
            return self.instance.sender
        rows = Application.objects.filter(pk=chosen) if chosen.isdecimal() else Application.objects.none()
        return rows.first() or Application.objects.filter(is_default=True).first()
