"""Working days and holidays in the admin, with a page that imports a published list."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from core.web.admin import FormAdmin, action, badge
from scheduling import services
from scheduling.models import CalendarDay
from wecom.models import Application, Corporation

LARGEST_FILE = 1_000_000
SHOWN_ERRORS = 10
EXAMPLE = "2027-01-01..2027-01-03 休 元旦\n2027-02-07 班 春节"


class ImportForm(forms.Form):
    """A list as text or as a file; `found` are its days."""

    corporation = forms.ModelChoiceField(
        Corporation.objects.order_by("pk"), label=capfirst(_("corporation")), widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(
        label=capfirst(_("list")),
        required=False,
        max_length=LARGEST_FILE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "placeholder": EXAMPLE}),
    )
    file = forms.FileField(label=capfirst(_("file")), required=False, widget=UnfoldAdminFileFieldWidget)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        text = data.get("text", "") or _text_of(data.get("file"))
        self.found = services.read_day_list(text)
        for words in self.found.errors[:SHOWN_ERRORS]:
            self.add_error("text", words)
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
        return [path("import/", view, name="scheduling_calendarday_import"), *urls]

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
        """GET shows the form, POST imports the list or shows what is wrong with it, by line."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, initial={"corporation": usual_corporation()})
        if form.is_bound and form.is_valid():
            days = form.found.days
            years = sorted(services.import_days(form.cleaned_data["corporation"], days))
            words = gettext("%(count)d days were imported. Known in full now: %(years)s.")
            values = {"count": len(days), "years": ", ".join(map(str, years)) or "–"}
            self.message_user(request, words % values, messages.SUCCESS)
            return redirect(reverse("admin:scheduling_calendarday_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import working days and holidays"),
            "opts": CalendarDay._meta,
            "form": form,
        }
        return TemplateResponse(request, "admin/calendar/import.html", context)


def usual_corporation() -> Corporation | None:
    """The company of the default application."""
    return Corporation.objects.filter(pk__in=Application.objects.filter(is_default=True).values("corporation")).first()


def _text_of(file: Any) -> str:
    """The text of a file in UTF-8, or in the encoding of Chinese Windows."""
    if file is None:
        return ""
    data = file.read(LARGEST_FILE)
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return str(data.decode("gb18030", errors="replace"))
