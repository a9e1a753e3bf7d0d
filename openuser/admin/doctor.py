"""The doctor's page in the admin: all checks, each with a button to run it alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.diagnosis import Check, Finding, failures, run_checks
from openuser.doctor.all_checks import all_checks, select


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """A check, with its finding once it was run."""

    check: Check
    finding: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class CheckGroup:
    """The checks of the installation (without a name) or of one application."""

    name: str
    rows: list[CheckRow]


def view(request: HttpRequest) -> HttpResponse:
    """GET lists the checks. POST runs those in `only`, or all; `bad` lists those that failed before.

    With the header `X-Part: lines`, the response is the rows alone, for the page's script.
    """
    if not request.user.has_perm("wecom.change_outbound"):
        raise PermissionDenied
    checks = all_checks()
    rows = [CheckRow(check=check) for check in checks]
    part = request.headers.get("X-Part") == "lines"
    if request.method == "POST":
        names = request.POST.getlist("only")
        try:
            selected = select(checks, names) if names else checks
        except LookupError:
            return HttpResponseBadRequest()
        results = run_checks(selected, failed=failures(checks, request.POST.getlist("bad")))
        findings = {result.check.key: result.finding for result in results}
        rows = [CheckRow(check=check, finding=findings.get(check.key)) for check in checks]
        if part:
            run = [row for row in rows if row.finding is not None]
            return TemplateResponse(request, "admin/doctor/checks.html", {"results": run, "again": True})
    context = {**admin.site.each_context(request), "title": _("Doctor"), "groups": list(_groups(rows))}
    return TemplateResponse(request, "admin/doctor/page.html", context)


def _groups(rows: Iterable[CheckRow]) -> Iterable[CheckGroup]:
    for name, group in groupby(rows, key=lambda row: row.check.subject):
        yield CheckGroup(name=name, rows=list(group))
