"""The calendar of everything that goes out, as a page of the admin, and the address that moves its entries."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from scheduling import services
from scheduling.admin.agenda import cells
from scheduling.admin.agenda.filter_form import MONTH, WEEK, FilterForm, Span
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

COUNTING_SECONDS = 4.0  # for audiences, each time that the script of the page asks for what is missing
SHOWN_CONFLICTS = 30


def calendar_view(request: HttpRequest) -> HttpResponse:
    """The page with the counts that are kept; with `part` in the query its days, counted further, for its script."""
    if not request.user.has_perm("scheduling.view_campaign"):
        raise PermissionDenied
    part = "part" in request.GET
    span = Span.of(request.GET.get("view", ""), request.GET.get("on", ""))
    applications = services.AgendaApplications()
    form = FilterForm(request.GET, applications=applications.rows.values())
    context = _days(request, span, form, applications, counts=part)
    if part:
        return TemplateResponse(request, "admin/calendar/days.html", context)
    context |= {**admin.site.each_context(request), "title": gettext("Calendar"), "form": form}
    if not any(services.is_sending_stopped(row) for row in applications.rows.values()):
        context["stopped_policies"] = ()  # which the page would look up again
    return TemplateResponse(request, "admin/calendar/page.html", context)


def move_view(request: HttpRequest) -> HttpResponse:
    """Moves an entry to a day, says why not, or asks whether its approval may end."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    key = request.POST.get("campaign", "")
    campaign = Campaign.objects.filter(pk=key).first() if key.isdecimal() else None
    if campaign is None or not request.user.has_perm("scheduling.change_campaign"):
        raise PermissionDenied
    day, seen = _date(request.POST.get("day", "")), _date(request.POST.get("seen", ""))
    try:
        return JsonResponse(_move(request, campaign, day, seen))
    except SchedulingError as error:
        if error.code == "approval_void":
            return JsonResponse({"ask": error.message})
        return JsonResponse({"error": str(error)})


def _move(request: HttpRequest, campaign: Campaign, day: date | None, seen: date | None) -> dict[str, str]:
    voids, by = request.POST.get("voids") == "yes", request.user
    alone = by.has_perm("scheduling.start_alone_campaign")
    moved = services.move_campaign(campaign, day, seen=seen, by=by, voids=voids, alone=alone)  # type: ignore[arg-type]
    notice = _moved_words(campaign.name, day)
    if moved.voided and campaign.needs_approval:
        notice = gettext("%(moved)s It is a draft again: ask for approval once more.") % {"moved": notice}
    elif moved.voided:
        notice = gettext("%(moved)s It is a draft again: start it once more.") % {"moved": notice}
    admin.site.get_model_admin(Campaign).log_change(request, campaign, notice)
    return {"moved": notice, "day": f"{day or ''}", "back": f"{seen or ''}"}


def _days(
    request: HttpRequest, span: Span, form: FilterForm, applications: services.AgendaApplications, *, counts: bool
) -> dict[str, Any]:
    may, month = request.user.has_perm, span.on if span.view == MONTH else None
    seconds = COUNTING_SECONDS if counts else 0
    agenda = services.upcoming(span.first, span.last, form.filters(), seconds=seconds, applications=applications)
    peaks = None if agenda.uncounted else services.peaks(agenda, only_kept=not counts)
    may_move = may("scheduling.change_campaign")
    conflicts, zone = cells.conflicts(agenda), timezone.get_current_timezone()
    return {
        "span": span,
        "today": timezone.localdate(),
        "weekdays": [WEEKDAYS[number] for number in range(7)],
        "cells": cells.cells(agenda, month=month, may_move=may_move),
        "undated": [cells.shown(entry, zone, may_move) for entry in agenda.undated],
        "uncounted": agenda.uncounted or int(peaks is None),
        "is_empty": not agenda.entries and not agenda.undated,
        "is_filtered": any(form.cleaned_data.values()),
        "conflicts": [
            (day, cells.shown(entry, zone, may_move), more) for day, entry, more in conflicts[:SHOWN_CONFLICTS]
        ],
        "more_conflicts": max(0, len(conflicts) - SHOWN_CONFLICTS),
        "days_unknown": agenda.days_unknown,
        "may_import": may("scheduling.add_calendarday") and may("scheduling.change_calendarday"),
        "peaks": [cells.peak_words(peak) for peak in peaks or ()],
        "here": _address(request, view=span.view, on=span.on),
        "before": _address(request, view=span.view, on=span.before),
        "after": _address(request, view=span.view, on=span.after),
        "now": _address(request, view=span.view, on=timezone.localdate()),
        "month": _address(request, view=MONTH, on=span.on),
        "week": _address(request, view=WEEK, on=_week_of(span)),
        "filters": {name: value for name, value in form.data.items() if name in form.fields and value},
        "may_add": may("scheduling.add_campaign"),
    }


def _week_of(span: Span) -> date:
    """The week to show after a month: that of today, if it lies in the month."""
    today = timezone.localdate()
    return today if span.view == MONTH and span.first <= today <= span.last else span.on


def _address(request: HttpRequest, *, view: str, on: date) -> str:
    query = request.GET.copy()
    query.pop("part", None)
    query["view"], query["on"] = view, f"{on}"
    return f"{reverse('calendar')}?{query.urlencode()}"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moved_words(name: str, day: date | None) -> str:
    if day is None:
        return gettext("“%(name)s” has no moment any more.") % {"name": name}
    values = {"name": name, "weekday": WEEKDAYS[day.weekday()], "day": formats.date_format(day, "DATE_FORMAT")}
    return gettext("“%(name)s” was moved to %(weekday)s, %(day)s.") % values
