"""The report of tickets: figures by topic, operator and group for some days, and all tickets of them as CSV."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import services
from conversations.admin.handoff.desk_page import VIEW
from conversations.admin.handoff.ticket_lists import duration
from conversations.models import OperatorGroup
from core.spreadsheets import csv_file

DAYS = 30
# What the tables are by, with the word for tickets that have none.
BY = {
    "topic": (_("By topic"), _("without a topic")),
    "operator": (_("By operator"), _("not taken")),
    "group": (_("By group"), _("without a group")),
}


class PeriodForm(forms.Form):
    """The days of the report, both included."""

    since = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            raise forms.ValidationError({"until": gettext("The last day is before the first one.")})
        return cleaned


def report_view(request: HttpRequest) -> HttpResponse:
    """The page; with `csv` in the query the tickets of the same days as a file."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    today = timezone.localdate()
    first = {"since": today - timedelta(days=DAYS - 1), "until": today}
    form = PeriodForm(request.GET if "since" in request.GET else first)
    if form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        if "csv" in request.GET:
            return _csv(since, until)
        report = services.ticket_report(since, until)
        tables = [
            {"title": title, "none": none, "rows": [_row(line) for line in report.tables[by]]}
            for by, (title, none) in BY.items()
        ]
        context = {"total": _row(report.total), "tables": tables, "since": since, "until": until}
        context["days_unknown"] = services.office_days_unknown(OperatorGroup.objects.filter(enabled=True), since, until)
    else:
        context = {"total": None, "tables": []}
    context |= {**admin.site.each_context(request), "title": gettext("Report of tickets"), "form": form}
    return TemplateResponse(request, "admin/desk/report.html", context)


def _row(figures: services.TicketFigures) -> dict[str, Any]:
    """Figures as the page shows them."""
    return {
        "figures": figures,
        "waited": duration(figures.waited) if figures.waited is not None else "",
        "handled": duration(figures.handled) if figures.handled is not None else "",
        "rating": f"{figures.rating:.1f}" if figures.rating is not None else "",
    }


def _csv(since: date, until: date) -> HttpResponse:
    heads = ("ticket", "opened_at", "user_id", "group", "topic", "operator", "reason", "status", "outcome")
    figures = ("waited_seconds", "handled_seconds", "late", "satisfaction")
    rows = services.tickets_between(since, until).select_related("conversation__member", "group", "topic", "operator")
    lines = [
        (
            *(row.pk, timezone.localtime(row.opened_at).isoformat(timespec="seconds")),
            *(row.conversation.member.user_id, row.group or "", row.topic.name if row.topic else ""),
            *(row.operator or "", row.reason, row.status, row.outcome),
            _seconds(row.taken_at - row.opened_at if row.taken_at else None),
            _seconds(row.closed_at - row.taken_at if row.taken_at and row.closed_at else None),
            *("yes" if row.late_at else "", row.rating or ""),
        )
        for row in rows.order_by("pk").iterator(chunk_size=500)
    ]
    name = f"tickets-{since:%Y%m%d}-{until:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(csv_file([(*heads, *figures), *lines]), content_type="text/csv", headers=headers)


def _seconds(span: timedelta | None) -> object:
    return "" if span is None else round(span.total_seconds())
