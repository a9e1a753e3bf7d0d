"""The doctor in the admin: every check as a line, each with a button of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.diagnosis import Check, Finding, failures, run_checks
from openuser import doctor


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """A check, and what it found where it was asked."""

    check: Check
    finding: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class CheckGroup:
    """The lines of the installation (without a name), or of one application."""

    name: str
    lines: list[CheckRow]


def view(request: HttpRequest) -> HttpResponse:
    """GET names the checks. POST runs those that `only` names, all without it; `bad` names those found bad before.

    With the header `X-Part: lines` the answer is the lines alone, for the page's script.
    """
    if not request.user.has_perm("wecom.change_application"):
        raise PermissionDenied
    checks = doctor.checks()
    lines = [CheckRow(check=check) for check in checks]
    part = request.headers.get("X-Part") == "lines"
    if request.method == "POST":
        names = request.POST.getlist("only")
        try:
            chosen = doctor.chosen(checks, names) if names else checks
        except LookupError:
            return HttpResponseBadRequest()
        results = run_checks(chosen, failed=failures(checks, request.POST.getlist("bad")))
        findings = {result.check.key: result.finding for result in results}
        lines = [CheckRow(check=check, finding=findings.get(check.key)) for check in checks]
        if part:
            asked = [line for line in lines if line.finding is not None]
            return TemplateResponse(request, "admin/doctor/checks.html", {"results": asked, "again": True})
    context = {**admin.site.each_context(request), "title": _("Doctor"), "parts": list(_groups(lines))}
    return TemplateResponse(request, "admin/doctor/page.html", context)


def _groups(lines: Iterable[CheckRow]) -> Iterable[CheckGroup]:
    for name, group in groupby(lines, key=lambda line: line.check.subject):
        yield CheckGroup(name=name, lines=list(group))
