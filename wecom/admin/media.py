"""Files in the admin: uploads to the platform, and downloads of members' files."""

from collections.abc import Iterable, Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.confidentiality.admin import WordsAdmin
from core.web.admin import NOTHING, WorkAdmin, row_action
from core.web.admin_filters import ReasonFilter
from wecom import services
from wecom.models import Download, Upload


@admin.register(Upload)
class UploadAdmin(WorkAdmin):
    list_display = ("filename", "kind", "bytes_", "state", "why", "expires_at", "when")
    list_filter = ("status", "kind")
    search_fields = ("filename", "=sha256")
    search_help_text = _("Search for a file name or a SHA-256.")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("filename", "kind", "bytes_", "form", "digest", "application")}),
        (_("How it went"), {"fields": ("state", "why", "attempts")}),
        (_("Times"), {"fields": ("created_at", "expires_at")}),
    )

    @display(description=_("size"), ordering="size")
    def bytes_(self, upload: Upload) -> str:
        return filesizeformat(upload.size)

    @display(description="SHA-256")
    def digest(self, upload: Upload) -> str:
        return upload.sha256


@admin.register(Download)
class DownloadAdmin(WordsAdmin, WorkAdmin):
    list_has_words = False
    words_fields = ("shown",)
    words_columns = ("path", "sha256")
    list_display = ("id", "kind", "bytes_", "come", "application", "state", "why", "timeline", "when")
    list_filter = ("status", "kind", ("reason", ReasonFilter), "application")
    search_fields = ("=cid",)
    search_help_text = _("Search for a correlation ID.")
    list_select_related = ("application__corporation",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("kind", "shown", "bytes_", "digest", "application", "timeline")}),
        (_("How it went"), {"fields": ("state", "why", "come", "errcode", "attempts")}),
        (_("Times"), {"fields": ("created_at", "due_at", "finished_at")}),
    )
    actions = ("refetch",)
    actions_detail = ("refetch_this",)

    @display(description=_("size"), ordering="size")
    def bytes_(self, download: Download) -> str:
        return filesizeformat(download.size) if download.size else NOTHING

    def people_in(self, rows: Sequence[Download]) -> Iterable[int]:
        """Who sent it is known to the conversation."""
        return ()

    @display(description=_("received"))
    def come(self, download: Download) -> str:
        return f"{download.progress} %"

    @display(description="SHA-256")
    def digest(self, download: Download) -> str:
        return download.sha256 or NOTHING

    @display(description=_("file"))
    def shown(self, download: Download) -> str:
        return render_to_string("admin/conversations/received_file.html", {"download": download})

    @admin.action(description=_("Fetch again"), permissions=["refetch"])
    def refetch(self, request: HttpRequest, queryset: QuerySet[Download]) -> None:
        count = sum(services.restart_download(download) for download in queryset)
        text = ngettext("%d file is fetched again.", "%d files are fetched again.", count) % count
        self.show_result(request, text, done=bool(count))

    refetch_this = row_action(
        refetch,
        icon="download",
        title=_("Fetch this file again?"),
        words=_("WeChat Work keeps what members send for three days."),
    )

    def has_refetch_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_download")
