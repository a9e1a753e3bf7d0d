"""Campaigns from files and into files: export of chosen rows, import with a preview, and ready campaigns."""

from collections.abc import Sequence
from typing import Any

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

from core.exceptions import OpenUserError
from core.interchange.import_page import ImportPage, exported
from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns.files.campaign_import_differences import readable
from scheduling.models import Campaign, Segment, Series
from scheduling.services import PARTS, Imported, Kind

EXPORTED = {Campaign: "campaigns", Segment: "segments", Series: "series"}
KINDS: dict[Kind, Any] = {"segment": _("segment"), "campaign": _("campaign"), "series": _("series")}
ROWS: dict[Kind, Any] = {"segment": Segment, "campaign": Campaign, "series": Series}


class FileButtons(ModelAdmin[Any]):
    """*Export* for chosen rows, and *Import* above the list."""

    @admin.action(description=_("Export as a file"), permissions=["view"])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return exported(self, request, lambda: services.export_file(**{EXPORTED[self.model]: queryset}))

    @action(description=_("Import"), icon="upload_file", url_path="import-file", permissions=["import"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_import"))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["scheduling.add_campaign", "scheduling.change_campaign"])


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
        """The page that imports campaigns, series and segments."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        by: Any = request.user
        page = ImportPage(
            model=Campaign,
            title=gettext("Import campaigns"),
            introduction=gettext(
                "Campaigns, series and segments of another installation, or of a repository. You see what would be new "
                "or changed before anything is stored. Imported campaigns are drafts."
            ),
            missing_title=gettext("Before it can be approved:"),
            take=lambda data, dry_run: services.import_file(data, by=by, may_write=_kinds_of(request), dry_run=dry_run),
            entry=_entry,
            done=lambda imported: self._taken_over(request, imported),
        )
        return page.answer(request, self.admin_site)

    def ready_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows all of them as a phone has them; POST makes a draft of one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_import_permission(request):
                raise PermissionDenied
            try:
                result = services.start_from_ready(request.POST.get("key", ""), by=request.user)  # type: ignore[arg-type]
            except OpenUserError as error:
                self.message_user(request, str(error), messages.ERROR)
                return redirect(reverse("admin:scheduling_campaign_ready"))
            notice = gettext("“%(name)s” is a draft. Look through it, then ask for approval.") % {"name": result.name}
            self.message_user(request, notice, messages.SUCCESS)
            return redirect(_address(result) or reverse("admin:scheduling_campaign_changelist"))
        language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
        known = [(ready, services.messages_of(ready.key, language)) for ready in services.READY]
        title = gettext("Start from a ready campaign")
        shown = {**self.admin_site.each_context(request), "opts": Campaign._meta, "title": title}
        return TemplateResponse(request, "admin/campaigns/ready.html", {**shown, "known": known, "language": language})

    def _taken_over(self, request: HttpRequest, imported: Sequence[Imported]) -> HttpResponse:
        count = sum(entry.verdict != "same" for entry in imported)
        notice = ngettext("%d entry was taken over.", "%d entries were taken over.", count) % count
        drafts = gettext("Campaigns and series are drafts until they are approved.")
        self.message_user(request, f"{notice} {drafts}" if count else gettext("The file changes nothing."))
        return redirect(reverse("admin:scheduling_campaign_changelist"))


def _kinds_of(request: HttpRequest) -> list[Kind]:
    """The kinds of entries that this person has the rights to write."""
    return [
        kind for kind in PARTS if request.user.has_perms([f"scheduling.{verb}_{kind}" for verb in ("add", "change")])
    ]


def _entry(imported: Imported) -> dict[str, Any]:
    return {
        "imported": imported,
        "kind": KINDS[imported.kind],
        "differences": readable(imported),
        "missing": imported.missing,
        "address": _address(imported) if imported.verdict != "new" else "",
    }


def _address(imported: Imported) -> str:
    """The page of a row; "" if it has none."""
    model = ROWS[imported.kind]
    return change_url(model(pk=imported.pk)) if model in admin.site._registry else ""
