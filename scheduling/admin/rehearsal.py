"""The page of rehearsals of a campaign or a series: members, first day, and the messages of each member."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.exceptions import OpenUserError
from core.spreadsheets import csv_file
from core.web.admin import action, change_url
from scheduling import services
from scheduling.models import Campaign, RehearsalRun, Segment, Series
from wecom.models import Department

SHOWN = 50  # members on the page; the file has all
Subject = Campaign | Series


class RehearsalForm(forms.Form):
    """Who takes part, and which days; with nothing chosen all members of the company."""

    since = forms.DateField(label=capfirst(_("first day")), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))
    days = forms.IntegerField(
        label=capfirst(_("days")),
        min_value=1,
        max_value=services.MOST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    department = forms.ChoiceField(
        label=capfirst(_("department")),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("With those below it."),
    )
    segment = forms.ChoiceField(label=capfirst(_("segment")), required=False, widget=UnfoldAdminSelectWidget)
    members = forms.CharField(
        label=capfirst(_("members")),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "zhangsan, lisi", "autocomplete": "off"}),
        help_text=_("User IDs. With none of the three chosen, all members take part."),
    )
    leavers = forms.CharField(
        label=capfirst(_("members who leave")),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "zhangsan 2026-12-24, lisi 2026-12-31", "autocomplete": "off"}
        ),
        help_text=_("Each with their last day. Members who join need nothing here: their start date lies ahead."),
    )
    joiners = forms.CharField(
        label=capfirst(_("members who come in")),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "zhangsan 2026-12-01", "autocomplete": "off"}),
        help_text=_("For whom the event of the series comes, each with the day. It is taken to come at 9:00."),
    )
    others = forms.BooleanField(
        label=capfirst(_("with everything else that is scheduled")),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("It counts for the caps, and stands in the timelines."),
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application = subject.sender
        if not (isinstance(subject, Series) and subject.is_event):
            del self.fields["joiners"]
        company = application.corporation_id if application else None
        departments = Department.objects.filter(corporation=company).order_by("name", "number")
        segments = Segment.objects.filter(corporation=company).order_by("name")
        everyone = [("", gettext("all"))]
        fields: dict[str, Any] = self.fields
        fields["department"].choices = everyone + [(str(row.number), str(row)) for row in departments]
        fields["segment"].choices = everyone + [(str(row.pk), row.name) for row in segments]

    def clean_leavers(self) -> dict[str, date]:
        """The last days by user ID."""
        return self._member_days("leavers")

    def clean_joiners(self) -> dict[str, date]:
        """The days of their event by user ID."""
        return self._member_days("joiners")

    def _member_days(self, field: str) -> dict[str, date]:
        try:
            return services.read_member_days(self.cleaned_data[field], field=field)
        except OpenUserError as error:
            raise forms.ValidationError(str(error), code=error.code) from error

    @property
    def cohort(self) -> dict[str, Any] | None:
        """The members that were chosen, as an audience; None for all."""
        data = self.cleaned_data
        chosen = {
            "departments": [{"number": int(data["department"])}] if data["department"] else [],
            "segments": [int(data["segment"])] if data["segment"] else [],
            "members": services.parse_user_ids(data["members"]),
        }
        return {name: value for name, value in chosen.items() if value} or None


class RehearsalAdmin(ModelAdmin[Any]):
    """A rehearsal needs the right to view its campaign or series."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rehearsal_view)
        return [path("<int:pk>/rehearsal/", view, name=self._rehearsal_name), *super().get_urls()]

    @action(description=_("Rehearse"), permissions=["view"], icon="event_upcoming")
    def rehearse_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse(f"admin:{self._rehearsal_name}", args=[object_id]))

    def rehearsal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form; with `rehearsal` in the query its progress and its result, as a page or as a CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        subject: Subject = get_object_or_404(self.model._default_manager.select_related("application"), pk=pk)
        today = timezone.now().astimezone(subject.zone).date()
        initial = {"since": f"{today:%Y-%m-%d}", "days": services.USUAL_DAYS, "others": True}
        written = request.POST if request.method == "POST" else request.GET
        form = RehearsalForm(written if "days" in written else None, subject=subject, initial=initial)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Rehearse “%(name)s”") % {"name": subject.name},
            "opts": self.model._meta,
            "subject": subject,
            "back": change_url(subject),
            "form": form,
        }
        if request.method == "POST":
            if form.is_valid():
                try:
                    return HttpResponseRedirect(_address(request, _asked(request, subject, form)))
                except OpenUserError as error:
                    context["error"] = error
            return TemplateResponse(request, "admin/rehearsal/page.html", context)
        run = _run(request, subject)
        if run is not None:
            rehearsal = services.read_rehearsal(run.result) if run.result else None
            if rehearsal and request.GET.get("format") == "csv":
                return _file(rehearsal, subject)
            context |= {"run": run, **(_shown(rehearsal, subject, request) if rehearsal else {})}
        return TemplateResponse(request, "admin/rehearsal/page.html", context)

    @property
    def _rehearsal_name(self) -> str:
        return f"scheduling_{self.model._meta.model_name}_rehearsal"


def _run(request: HttpRequest, subject: Subject) -> RehearsalRun | None:
    """The rehearsal that the address names, if this person asked for it."""
    number = request.GET.get("rehearsal", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    rows = services.rehearsals_of(subject, asked_by=services.asker_of(request.user))
    return get_object_or_404(rows, pk=int(number))


def _address(request: HttpRequest, run: RehearsalRun) -> str:
    """The page with the form as it was sent, and the rehearsal."""
    query = request.POST.copy()
    query.pop("csrfmiddlewaretoken", None)
    query["rehearsal"] = str(run.pk)
    return f"?{query.urlencode()}"


def _asked(request: HttpRequest, subject: Subject, form: RehearsalForm) -> RehearsalRun:
    data = form.cleaned_data
    return services.request_rehearsal(
        subject,
        asked_by=services.asker_of(request.user),
        cohort=form.cohort,
        since=data["since"],
        days=data["days"],
        others=data["others"],
        leavers=data["leavers"],
        joiners=data.get("joiners"),
        in_full=request.user.has_perm("wecom.read_memberfact"),
    )


def _file(rehearsal: services.Rehearsal, subject: Subject) -> HttpResponse:
    answer = HttpResponse(
        csv_file(list(services.rehearsal_table(rehearsal, subject))), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="rehearsal-{subject.pk}.csv"'
    return answer


def _shown(rehearsal: services.Rehearsal, subject: Subject, request: HttpRequest) -> Mapping[str, Any]:
    """The result as the page has it: moments in the zone of the subject, days with their bars."""
    query = request.GET.copy()
    query["format"] = "csv"
    most = max((day.sent for day in rehearsal.days), default=0)
    return {
        "found": rehearsal,
        "seconds": f"{rehearsal.seconds:.1f}",
        "csv": f"?{query.urlencode()}",
        "days": [
            (_day(day.date), day.sent, round(100 * day.sent / most) if most else 0, sorted(day.left_out.items()))
            for day in rehearsal.days
        ],
        "dropped": [(_moment(moment.at, subject), moment.name, moment.why) for moment in rehearsal.dropped],
        "doubts": [(_moment(doubt.at, subject), doubt) for doubt in rehearsal.days_unknown],
        "lines": [
            (line, [(_moment(occasion.at, subject), occasion) for occasion in line.occasions], _got(line))
            for line in rehearsal.timelines[:SHOWN]
        ],
        "more": max(0, len(rehearsal.timelines) - SHOWN),
    }


def _got(line: services.Timeline) -> int:
    return sum(occasion.arrives for occasion in line.occasions)


def _moment(at: Any, subject: Subject) -> str:
    local = at.astimezone(subject.zone)
    return f"{_day(local)} {local:%H:%M}"


def _day(day: Any) -> str:
    return f"{WEEKDAYS_ABBR[day.weekday()]} {day:%Y-%m-%d}"
