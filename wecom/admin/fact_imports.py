"""The page that imports a file of facts: upload, preview with all that is wrong, confirmation; and its template."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from core.exceptions import OpenUserError
from core.spreadsheets import LARGEST_FILE, csv_file, xlsx_file
from core.web.admin import action
from wecom import services
from wecom.models import Application, Corporation, FactImport
from wecom.signals import Author

PERMISSION = "wecom.add_factimport"
SHOWN = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportButton(ModelAdmin[Any]):
    """*Import facts* above a list."""

    @action(description=_("Import facts"), icon="upload_file", url_path="import-facts", permissions=["import"])
    def import_facts(self, request: HttpRequest) -> HttpResponse:
        return redirect(page())

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class UploadForm(forms.Form):
    """A file for one company."""

    corporation = forms.ModelChoiceField(
        Corporation.objects.order_by("pk"), label=capfirst(_("corporation")), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("CSV or XLSX"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=_("At most 20 MB and 200,000 rows. An empty cell leaves a value as it is; - or 清空 clears it."),
    )


def page(row: FactImport | None = None) -> str:
    """The address of the upload, or of the preview of a file."""
    address = reverse("admin:wecom_factdefinition_import")
    return f"{address}?file={row.pk}" if row else address


def view(request: HttpRequest) -> HttpResponse:
    """GET shows the upload or the preview of `?file=`; POST uploads a file, confirms it or dismisses it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if "file" not in request.GET:
        return _upload(request)
    row = _waiting(request)
    if row is None:
        messages.warning(request, now("This file was taken over or dismissed, or its preview is older than an hour."))
        return redirect(page())
    if request.method == "POST":
        return _settled(request, row)
    try:
        findings = services.findings_of(row)
    except OpenUserError as error:
        messages.warning(request, str(error))
        return redirect(page())
    return _all_flaws(findings) if request.GET.get("as") == "csv" else _preview(request, row, findings)


def template(request: HttpRequest) -> HttpResponse:
    """A workbook with a column for each fact, and the user IDs of a small company."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    corporation = usual_corporation()
    if corporation is None:
        raise Http404
    name = "facts.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(xlsx_file(services.fact_template_sheets(corporation)), content_type=XLSX, headers=headers)


def usual_corporation() -> Corporation | None:
    """The company of the default application, else the first one."""
    usual = Corporation.objects.filter(pk__in=Application.objects.filter(is_default=True).values("corporation"))
    return usual.first() or Corporation.objects.order_by("pk").first()


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, initial={"corporation": usual_corporation()})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data["file"].read(LARGEST_FILE + 1)
        by = request.user.get_username()
        try:
            row, _found = services.preview_fact_import(form.cleaned_data["corporation"], data, by=by)
        except OpenUserError as error:
            form.add_error("file", str(error))
        else:
            return redirect(page(row))
    context = {**_context(request), "title": now("Import facts"), "form": form}
    return TemplateResponse(request, "admin/facts/upload.html", context, status=422 if form.errors else 200)


def _waiting(request: HttpRequest) -> FactImport | None:
    """The file of the address, if this account uploaded it."""
    number = request.GET["file"]
    rows = FactImport.objects.filter(requested_by=request.user.get_username())
    return rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None


def _settled(request: HttpRequest, row: FactImport) -> HttpResponse:
    if "confirm" not in request.POST:
        services.dismiss_fact_import(row)
        messages.info(request, now("The file was dismissed. Nothing was changed."))
        return redirect(page())
    try:
        findings = services.confirm_fact_import(row, author=Author(by=request.user))  # type: ignore[arg-type]
    except OpenUserError as error:
        messages.error(request, str(error))
        return redirect(page())
    values = {"values": findings.new + findings.changed + findings.cleared, "members": findings.touched}
    messages.success(request, now("%(values)d values of %(members)d members were taken over.") % values)
    return redirect(reverse("admin:wecom_member_changelist"))


def _preview(request: HttpRequest, row: FactImport, findings: services.FactFindings) -> HttpResponse:
    context = {
        **_context(request),
        "title": now("Import facts: preview"),
        "row": row,
        "found": findings,
        "counts": [
            (now("rows"), findings.rows),
            (now("members found"), findings.members),
            (now("new values"), findings.new),
            (now("changed values"), findings.changed),
            (now("cleared values"), findings.cleared),
            (now("unchanged values"), findings.unchanged),
        ],
        "errors": findings.errors[:SHOWN],
        "strangers": findings.unknown_people[:SHOWN],
        "flaws": len(findings.errors) + len(findings.unknown_people),
        "flaws_address": f"{page(row)}&as=csv",
        "shown": SHOWN,
        "values": findings.new + findings.changed + findings.cleared,
    }
    return TemplateResponse(request, "admin/facts/preview.html", context)


def _all_flaws(findings: services.FactFindings) -> HttpResponse:
    """Everything that is wrong, as a file."""
    heads = [now("Row"), now("Column"), now("What is wrong"), now("What to do")]
    unknown = now("The directory has no member with the user ID %s.")
    remedy = now("Check the spelling. If the member is new, sync the directory first.")
    strangers = [[row, "", unknown % user_id, remedy] for row, user_id in findings.unknown_people]
    errors = [[error.row, error.column, error.message, error.remedy] for error in findings.errors]
    rows: list[list[Any]] = sorted([*strangers, *errors], key=lambda row: int(str(row[0])))
    headers = {"Content-Disposition": 'attachment; filename="errors.csv"', "Cache-Control": "private, no-store"}
    return HttpResponse(csv_file([heads, *rows]), content_type="text/csv; charset=utf-8", headers=headers)


def _context(request: HttpRequest) -> dict[str, Any]:
    return dict(admin.site.each_context(request))
