"""Working days and holidays in the admin, with a page that imports a published list."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.web.admin import FormAdmin, action, badge
from scheduling import services
from scheduling.admin import day_months
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay, CalendarImport
from wecom.models import Application, Corporation

LARGEST_FILE = 1_000_000
SHOWN_ERRORS = 10
EXAMPLE = "国务院办公厅关于2026年部分节假日安排的通知\n一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。……"


class ImportForm(forms.Form):
    """A list as text or as a file; `found` are its days. The same list comes back with `confirmed` after the
    preview."""

    corporation = forms.ModelChoiceField(
        Corporation.objects.order_by("pk"), label=capfirst(_("corporation")), widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(
        label=capfirst(_("notice or list")),
        required=False,
        max_length=LARGEST_FILE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "placeholder": EXAMPLE}),
    )
    file = forms.FileField(label=capfirst(_("file")), required=False, widget=UnfoldAdminFileFieldWidget)
    title = forms.CharField(
        label=capfirst(_("where it comes from")),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "https://www.gov.cn/…"}),
    )
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        data["text"] = data.get("text", "") or (services.day_list_text(file.read(LARGEST_FILE)) if file else "")
        self.found = services.read_day_list(data["text"])
        for fault in self.found.errors[:SHOWN_ERRORS]:
            self.add_error("text", fault)
        return data


@admin.register(CalendarDay)
class CalendarDayAdmin(FormAdmin):
    list_display = ("date", "weekday", "kind", "name", "source", "corporation")
    list_filter = ("works", "source", "corporation")
    list_select_related = ("corporation",)
    search_fields = ("name",)
    date_hierarchy = "date"
    ordering = ("-date",)
    list_per_page = 50
    fields = ("corporation", "date", "works", "name")
    actions_list = ("import_list",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        urls: list[URLPattern] = super().get_urls()
        undo = self.admin_site.admin_view(self.undo_view)
        return [
            path("import/", view, name="scheduling_calendarday_import"),
            path("import/undo/", undo, name="scheduling_calendarday_undo"),
            *urls,
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        corporation = usual_corporation()
        return {"corporation": corporation} if corporation else {}

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        obj.source = CalendarDay.Source.ENTERED
        super().save_model(request, obj, form, change)

    @display(description=_("weekday"))
    def weekday(self, day: CalendarDay) -> str:
        return str(WEEKDAYS[day.date.weekday()])

    @display(description=_("kind"), ordering="works")
    def kind(self, day: CalendarDay) -> str:
        return badge(_("working day"), "info") if day.works else badge(_("day off"), "good")

    @action(description=_("Import a list"), icon="upload", url_path="import-list", permissions=["import"])
    def import_list(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:scheduling_calendarday_import"))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form, POST the list as a calendar, and once that is confirmed it is taken over."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, initial={"corporation": usual_corporation()})
        if form.is_bound and form.is_valid():
            data = form.cleaned_data
            if data["confirmed"] and (data["anyway"] or not form.found.doubts):
                return self._imported(request, form)
            return self._import_page(request, form, **_shown(form))
        return self._import_page(request, form, last=_last_import())

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Takes the import back that the page names."""
        if request.method != "POST" or not self.has_import_permission(request):
            raise PermissionDenied
        row = get_object_or_404(CalendarImport, pk=request.POST.get("import") or 0)
        try:
            services.undo_import(row)
        except SchedulingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, gettext("“%(list)s” was taken back.") % {"list": row}, messages.SUCCESS)
        return redirect(reverse("admin:scheduling_calendarday_import"))

    def _imported(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        data = form.cleaned_data
        done = services.import_days(
            data["corporation"],
            form.found,
            way=CalendarImport.Way.ADMIN,
            by=request.user,  # type: ignore[arg-type]
            title=data["title"],
            anyway=data["anyway"],
        )
        notice = gettext("%(count)d days were changed. Known in full by this list: %(years)s.")
        values = {"count": len(done.changes), "years": ", ".join(map(str, sorted(done.years))) or "–"}
        self.message_user(request, notice % values, messages.SUCCESS)
        return redirect(reverse("admin:scheduling_calendarday_import"))

    def _import_page(self, request: HttpRequest, form: ImportForm, **shown: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import working days and holidays"),
            "opts": CalendarDay._meta,
            "form": form,
            **shown,
        }
        return TemplateResponse(request, "admin/calendar/import.html", context)


def _shown(form: ImportForm) -> dict[str, Any]:
    """The changes that a list would make, for the page that asks for a confirmation."""
    planned = services.import_days(form.cleaned_data["corporation"], form.found, anyway=True, dry_run=True)
    changes = {change.date: change for change in planned.changes}
    return {
        "found": form.found,
        "planned": planned,
        "years": ", ".join(map(str, sorted(planned.years))),
        "off": sum(not day.works for day in form.found.days),
        "made_up": sum(day.works for day in form.found.days),
        "weekdays": day_months.weekday_names(),
        "months": list(day_months.months(form.found, changes)),
        "pasted": form.cleaned_data,
    }


def _last_import() -> CalendarImport | None:
    corporation = usual_corporation()
    return services.last_import(corporation) if corporation else None


def usual_corporation() -> Corporation | None:
    """The company of the default application."""
    return Corporation.objects.filter(pk__in=Application.objects.filter(is_default=True).values("corporation")).first()
