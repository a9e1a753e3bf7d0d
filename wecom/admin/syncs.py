"""Syncs of the directory in the admin: with their progress, on every page of the directory too."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import FilteredRelation, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from core.web.admin import NOTHING, WorkAdmin, action, badge
from wecom import services
from wecom.models import Application, DirectorySync

DIALOG = {
    "title": _("Read the directory now?"),
    "description": _(
        "Reads departments, members and tags from WeChat Work, through every application. No member "
        "is deleted, and nothing is sent. This may take some minutes in a large company."
    ),
    "form_class": None,
    "form_submit_text": _("Sync now"),
}

STEPS = {
    DirectorySync.Stage.DEPARTMENTS: _("reading the departments"),
    DirectorySync.Stage.MEMBERS: _("reading the members"),
    DirectorySync.Stage.TAGS: _("reading the tags"),
    DirectorySync.Stage.UNSEEN: _("comparing"),
    DirectorySync.Stage.DETAILS: _("looking up missing members"),
}

FORBIDDEN = _(
    "The application may not read the contacts. Allow it in the console under Management tools → Contacts sync, or "
    "widen the application's visible range."
)


class SyncButton(ModelAdmin[Any]):
    """*Sync now*, and how the last syncs went, above a list of the directory."""

    list_before_template = "admin/directory/syncs.html"
    actions_list: tuple[str, ...] = ("sync_now",)

    @property
    def media(self) -> forms.Media:
        own = forms.Media(js=("core/live_page.js",), css={"all": ("wecom/directory.css",)})
        inherited: forms.Media = super().media
        return inherited + own

    @action(description=_("Sync now"), permissions=["sync"], icon="sync", dialog=DIALOG)
    def sync_now(self, request: HttpRequest, _form: Any) -> HttpResponse:
        """Queue a sync of every application that is switched on."""
        applications = list(Application.objects.filter(enabled=True))
        for application in applications:
            services.sync_directory(application)
        if applications:
            messages.success(request, now("The directory is being read."))
        else:
            messages.warning(request, now("There is no application to read it through. Add one first."))
        name = self.model._meta.model_name
        return HttpResponse(headers={"HX-Redirect": reverse(f"admin:wecom_{name}_changelist")})

    def has_sync_permission(self, request: HttpRequest) -> bool:
        allowed: bool = request.user.has_perm("wecom.add_directorysync")
        return allowed

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {**(extra_context or {}), "syncs": latest_syncs(request)}
        return super().changelist_view(request, context)


@admin.register(DirectorySync)
class DirectorySyncAdmin(SyncButton, WorkAdmin):
    list_display = ("id", "application", "kind", "state", "how_far", "counts", "why", "when")
    list_filter = ("status", "kind", "application")
    list_select_related = ("application",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("application", "kind", "state", "how_far", "counts")}),
        (_("How it went"), {"fields": ("why", "helps", "errcode", "attempts")}),
        (_("Could not be read"), {"fields": ("left_out",)}),
        (_("Times"), {"fields": ("created_at", "started_at", "finished_at", "due_at")}),
    )

    @display(description=_("progress"))
    def how_far(self, sync: DirectorySync) -> str:
        return bar(sync)

    @display(description=_("read"))
    def counts(self, sync: DirectorySync) -> str:
        return counts(sync)

    @display(description=_("what helps"))
    def helps(self, sync: DirectorySync) -> str:
        return remedy(sync) or NOTHING

    @display(description=_("what"))
    def left_out(self, sync: DirectorySync) -> SafeString | str:
        rows = [(note.get("what", ""), note.get("number", 0), note.get("errcode", 0)) for note in sync.notes]
        return format_html_join("", "<div>{} {}: {}</div>", rows) or NOTHING


def bar(sync: DirectorySync) -> str:
    """The progress of a sync, as a bar with its step."""
    step = "" if sync.is_finished else STEPS.get(DirectorySync.Stage(sync.stage), "") if sync.stage else now("waits")
    return format_html(
        '<progress class="ou-progress" max="100" value="{0}">{0} %</progress> <span class="ou-quiet">{1}</span>',
        sync.progress,
        step,
    )


def counts(sync: DirectorySync) -> str:
    """The counts of a sync."""
    if sync.kind == DirectorySync.Kind.CHANGES:
        return now("%d looked up") % sync.looked_up
    numbers = {"departments": sync.departments_read, "members": sync.members_read, "tags": sync.tags_read}
    return now("%(departments)d departments, %(members)d members, %(tags)d tags") % numbers


def remedy(sync: DirectorySync) -> str:
    """The remedy for a sync that waits or failed; "" if there is nothing to do."""
    if sync.reason == DirectorySync.Reason.HELD:
        return sync.application.held_reason
    if sync.reason == DirectorySync.Reason.FORBIDDEN:
        return str(FORBIDDEN)
    if sync.status == DirectorySync.Status.FAILED:
        return services.remedy_for(sync.errcode) or now("Sync again.")
    return ""


def applications_of(request: HttpRequest) -> list[Any]:
    """All applications, each with its `newest` full sync: read once for a request, though filters ask too."""
    applications: list[Any] | None = getattr(request, "applications", None)
    if applications is None:
        # The newest by the keys from above: to group all of them would read the whole table.
        newest = DirectorySync.objects.whole().filter(application=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        its_newest = FilteredRelation("directory_syncs", condition=Q(directory_syncs__pk=Subquery(newest)))
        rows: Any = Application.objects.annotate(newest=its_newest)
        applications = list(rows.select_related("newest").order_by("-is_default", "pk"))
        request.applications = applications  # type: ignore[attr-defined]
    return applications


def latest_syncs(request: HttpRequest) -> list[dict[str, Any]]:
    """The last full sync of each application, as the pages show it; one without any is None."""
    shown = []
    for application in applications_of(request):
        if not application.enabled:
            continue
        sync: DirectorySync | None = getattr(application, "newest", None)
        if sync is not None:
            sync.application = application
        state = {"bar": bar(sync), "counts": counts(sync), "remedy": remedy(sync)} if sync else {}
        tone = {"done": "good", "failed": "bad"}.get(sync.status, "info") if sync else ""
        label = badge(sync.get_status_display(), tone) if sync else ""
        reason = DirectorySync.Reason(sync.reason).label if sync and sync.reason in DirectorySync.Reason.values else ""
        shown.append({"application": application, "sync": sync, "badge": label, "reason": reason, **state})
    return shown
