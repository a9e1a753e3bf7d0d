"""The page that imports a file of answers: upload, preview with all that is wrong, confirmation; and the export.

The file travels through the preview in the browser, signed and for an hour: nothing is stored before it is confirmed.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget

from conversations import services
from conversations.models import Answer
from core.exceptions import OpenUserError
from core.spreadsheets import csv_file, read_table, xlsx_file

LARGEST = 1024 * 1024  # bytes: the file goes through a field of the preview
SALT = "conversations.answers.import"
KEPT = timedelta(hours=1)
SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """A file of answers."""

    file = forms.FileField(
        label=_("CSV or XLSX"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=_("At most 1 MB. Rows are matched by their question. Columns that the file lacks stay as they are."),
    )


def import_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """GET shows the upload; POST shows the preview of a file, or takes it over."""
    if not (model_admin.has_add_permission(request) and model_admin.has_change_permission(request)):
        raise PermissionDenied
    if "confirm" in request.POST:
        return _taken_over(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    context = {**model_admin.admin_site.each_context(request), "title": now("Import answers"), "opts": model_admin.opts}
    if form.is_bound and form.is_valid():
        data = form.cleaned_data["file"].read(LARGEST + 1)
        try:
            findings = _compared(data)
        except OpenUserError as error:
            form.add_error("file", str(error))
        else:
            signed = signing.dumps(base64.b64encode(data).decode(), salt=SALT, compress=True)
            changes = [(change, list(_differences(change))) for change in findings.changes[:SHOWN]]
            context |= {
                "found": findings,
                "signed": signed,
                "shown": SHOWN,
                "counts": _counts(findings),
                "changes": changes,
            }
            return TemplateResponse(request, "admin/answers/preview.html", context)
    context["form"] = form
    return TemplateResponse(request, "admin/answers/upload.html", context, status=422 if form.errors else 200)


def exported(rows: Iterable[Answer], *, as_csv: bool) -> HttpResponse:
    """All answers as a file that can be imported again."""
    table = list(services.answer_table(rows))
    name = "answers.csv" if as_csv else "answers.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if as_csv:
        return HttpResponse(csv_file(table), content_type="text/csv; charset=utf-8", headers=headers)
    return HttpResponse(xlsx_file({"answers": table}, width=24), content_type=XLSX, headers=headers)


def _taken_over(request: HttpRequest) -> HttpResponse:
    try:
        data = base64.b64decode(signing.loads(request.POST.get("signed", ""), salt=SALT, max_age=KEPT))
        findings = services.import_answers(read_table(data))
    except signing.BadSignature:
        messages.warning(request, now("The preview is older than an hour. Choose the file again."))
        return redirect(reverse("admin:conversations_answer_import_answers"))
    except OpenUserError as error:
        messages.error(request, str(error))
        return redirect(reverse("admin:conversations_answer_import_answers"))
    count = len(findings.changes)
    messages.success(request, ngettext("%d answer was taken over.", "%d answers were taken over.", count) % count)
    return redirect(reverse("admin:conversations_answer_changelist"))


def _compared(data: bytes) -> services.SheetFindings:
    if len(data) > LARGEST:
        fault = now("The file has more than %d MB.") % (LARGEST // 2**20)
        raise OpenUserError(fault, code="file_too_large", remedy=now("Split it into several files."), field="file")
    return services.import_answers(read_table(data), dry_run=True)


def _differences(change: services.AnswerChange) -> Iterator[tuple[str, object, object]]:
    """The fields of an answer before and after, with the labels of its fields and of their choices."""
    for name, before, after in change.differences:
        field: Any = Answer._meta.get_field(name)
        labels = {"yes": now("yes"), "no": now("no")} if name == "enabled" else dict(field.flatchoices or ())
        yield capfirst(str(field.verbose_name)), labels.get(before, before), labels.get(after, after)


def _counts(findings: services.SheetFindings) -> list[tuple[str, int]]:
    return [
        (now("new"), len(findings.new)),
        (now("changed"), len(findings.changed)),
        (now("unchanged"), findings.unchanged),
        (now("with errors"), len({error.row for error in findings.errors})),
    ]
