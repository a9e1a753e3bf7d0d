"""Campaigns from files and into files: export of chosen rows, import with a preview, and ready campaigns."""

import hashlib
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.exceptions import OpenUserError
from core.web.admin import action, badge, change_url
from scheduling import services
from scheduling.admin.campaigns.files.differences import readable
from scheduling.models import Campaign, Segment, Series
from scheduling.services import PARTS, FileRefused, Imported, Kind

LARGEST = 60 * 1024 * 1024
EXPORTED = {Campaign: "campaigns", Segment: "segments", Series: "series"}
KINDS: dict[Kind, Any] = {"segment": _("segment"), "campaign": _("campaign"), "series": _("series")}
VERDICTS = {"new": (_("new"), "good"), "changed": (_("is changed"), "warn"), "same": (_("stays as it is"), "")}
ROWS: dict[Kind, Any] = {"segment": Segment, "campaign": Campaign, "series": Series}


class FileButtons(ModelAdmin[Any]):
    """*Export* for chosen rows, and *Import* above the list."""

    @admin.action(description=_("Export as a file"), permissions=["view"])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        try:
            packed = services.export_file(**{EXPORTED[self.model]: queryset})
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        headers = {"Content-Disposition": f'attachment; filename="{packed.name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(packed.data, content_type=packed.content_type, headers=headers)

    @action(description=_("Import"), icon="upload_file", url_path="import-file", permissions=["import"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_import"))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["scheduling.add_campaign", "scheduling.change_campaign"])


class FileForm(forms.Form):
    """A file, and the hash of what was previewed."""

    file = forms.FileField(
        label=_("YAML or ZIP"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml,.zip"}),
        help_text=_("As exported here or elsewhere, or written by hand."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class FilesAdmin(FileButtons):
    """The pages; they belong to campaigns."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.import_view), name="scheduling_campaign_import"),
            path("ready/", wrap(self.ready_view), name="scheduling_campaign_ready"),
            *super().get_urls(),
        ]

    @action(description=_("Ready campaigns"), icon="auto_awesome", url_path="from-ready", permissions=["add"])
    def from_ready(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_ready"))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form, POST the preview of a file; the same file again with `import` takes it over."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {"form": form}
        if form.is_bound and form.is_valid():
            data = form.cleaned_data["file"].read(LARGEST)
            digest = hashlib.sha256(data).hexdigest()
            taken = "import" in request.POST and form.cleaned_data["seen"] == digest
            try:
                found = services.import_file(
                    data,
                    by=request.user,  # type: ignore[arg-type]
                    may_write=_kinds_of(request),
                    dry_run=not taken,
                )
            except FileRefused as error:
                context["flaws"] = error.flaws
            except OpenUserError as error:
                form.add_error("file", str(error))
            else:
                if taken:
                    return self._taken_over(request, found)
                context |= {"entries": [_entry(one) for one in found], "digest": digest}
                context["useful"] = any(one.verdict != "same" for one in found)
        title = gettext("Import campaigns")
        return self._file_page(request, "import", title, context, status=422 if form.errors else 200)

    def ready_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows all of them as a phone has them; POST makes a draft of one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_import_permission(request):
                raise PermissionDenied
            try:
                found = services.start_from_ready(request.POST.get("key", ""), by=request.user)  # type: ignore[arg-type]
            except OpenUserError as error:
                self.message_user(request, str(error), messages.ERROR)
                return redirect(reverse("admin:scheduling_campaign_ready"))
            words = gettext("“%(name)s” is a draft. Look through it, then ask for approval.") % {"name": found.name}
            self.message_user(request, words, messages.SUCCESS)
            return redirect(_address(found) or reverse("admin:scheduling_campaign_changelist"))
        language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
        known = [(one, services.messages_of(one.key, language)) for one in services.READY]
        title = gettext("Start from a ready campaign")
        return self._file_page(request, "ready", title, {"known": known, "language": language})

    def _taken_over(self, request: HttpRequest, found: list[Imported]) -> HttpResponse:
        count = sum(one.verdict != "same" for one in found)
        words = ngettext("%d entry was taken over.", "%d entries were taken over.", count) % count
        drafts = gettext("Campaigns and series are drafts until they are approved.")
        self.message_user(request, f"{words} {drafts}" if count else gettext("The file changes nothing."))
        return redirect(reverse("admin:scheduling_campaign_changelist"))

    def _file_page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "opts": Campaign._meta, "title": title, **context}
        return TemplateResponse(request, f"admin/campaigns/{name}.html", shown, status=status)


def _kinds_of(request: HttpRequest) -> list[Kind]:
    """What this person has the rights to write."""
    return [
        kind for kind in PARTS if request.user.has_perms([f"scheduling.{verb}_{kind}" for verb in ("add", "change")])
    ]


def _entry(one: Imported) -> dict[str, Any]:
    words, tone = VERDICTS[one.verdict]
    return {
        "imported": one,
        "kind": KINDS[one.kind],
        "verdict": badge(words, tone),
        "differences": readable(one),
        "address": _address(one) if one.verdict != "new" else "",
    }


def _address(one: Imported) -> str:
    """The page of a row; "" if it has none."""
    model = ROWS[one.kind]
    return change_url(model(pk=one.pk)) if model in admin.site._registry else ""
