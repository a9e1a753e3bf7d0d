"""The page that imports a file in the admin: upload, a preview of the changes, and the import of the previewed file."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.exceptions import OpenUserError
from core.interchange.archives import Packed
from core.interchange.flaws import FileRefused
from core.web.admin import badge

LARGEST = 60 * 1024 * 1024
VERDICTS = {"new": (_("new"), "good"), "changed": (_("is changed"), "warn"), "same": (_("stays as it is"), "")}


class FileForm(forms.Form):
    """A file, and the hash of the previewed one."""

    file = forms.FileField(
        label=_("YAML or ZIP"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml,.zip"}),
        help_text=_("As exported here or elsewhere, or written by hand."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, kw_only=True)
class ImportPage:
    """The differences between imports. `take` reads a file, for good or not; `entry` returns the page's values for
    an outcome: `imported`, `kind`, `differences` as rows with words, `missing` and `address`.
    """

    model: type[Model]
    title: str
    introduction: str
    missing_title: str
    take: Callable[[bytes, bool], Sequence[Any]]
    entry: Callable[[Any], dict[str, Any]]
    done: Callable[[Sequence[Any]], HttpResponse]

    def answer(self, request: HttpRequest, site: AdminSite) -> HttpResponse:
        """GET shows the form, POST the preview of a file; the same file again with `import` takes it over."""
        form = FileForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {"form": form}
        if form.is_bound and form.is_valid():
            data = form.cleaned_data["file"].read(LARGEST)
            digest = hashlib.sha256(data).hexdigest()
            taken = "import" in request.POST and form.cleaned_data["seen"] == digest
            try:
                imported = self.take(data, not taken)
            except FileRefused as error:
                context["flaws"] = error.flaws
            except OpenUserError as error:
                form.add_error("file", str(error))
            else:
                if taken:
                    return self.done(imported)
                context |= {"entries": [self._shown(entry) for entry in imported], "digest": digest}
                context["useful"] = any(entry.verdict != "same" for entry in imported)
        titles = {"title": self.title, "introduction": self.introduction, "missing_title": self.missing_title}
        shown = {**site.each_context(request), "opts": self.model._meta, **titles, **context}
        return TemplateResponse(request, "admin/import_file.html", shown, status=422 if form.errors else 200)

    def _shown(self, entry: Any) -> dict[str, Any]:
        label, tone = VERDICTS[entry.verdict]
        return {"verdict": badge(label, tone), **self.entry(entry)}


def exported(model_admin: ModelAdmin[Any], request: HttpRequest, pack: Callable[[], Packed]) -> HttpResponse | None:
    """The file of chosen rows; None, with a message, if it cannot be made."""
    try:
        return download(pack())
    except OpenUserError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return None


def download(packed: Packed) -> HttpResponse:
    """A file to hand out; no cache keeps it."""
    headers = {"Content-Disposition": f'attachment; filename="{packed.name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(packed.data, content_type=packed.content_type, headers=headers)
