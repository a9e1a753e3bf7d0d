"""Published versions in the admin: to read, to compare, and to let an older one run again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import services
from conversations.admin.flows import roll_back_page
from conversations.admin.flows.flow_graph import picture_of
from conversations.flows.differences import diff
from conversations.models import FlowVersion
from core.parties.acting_client import named
from core.web.admin import NOTHING, ReadOnlyAdmin, action, badge, row_action, row_link, short_time


@admin.register(FlowVersion)
class FlowVersionAdmin(ReadOnlyAdmin):
    list_display = ("version", "flow", "runs", "note", "published_by", "published")
    list_filter = ("flow",)
    list_select_related = ("flow", "published_by")
    search_fields = ("flow__name", "note")
    search_help_text = _("Search for a flow or a note.")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("flow_link", "version", "runs", "note", "despite", "publisher", "published", "members")}),
        (_("What it is"), {"fields": ("changes", "drawing")}),
    )
    actions_detail = ("roll_back_this", "restore_this")

    class Media:
        css = {"all": ("conversations/flows.css",)}
        js = ("conversations/flows.js",)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Versions are reached through their flow, not from the menu."""
        return {}

    @display(description=_("version"), ordering="number")
    def version(self, version: FlowVersion) -> str:
        return f"v{version.number}"

    @display(description=_("flow"))
    def flow_link(self, version: FlowVersion) -> str:
        return row_link(version.flow)

    @display(description=_("status"))
    def runs(self, version: FlowVersion) -> str:
        return badge(_("runs now"), "good") if version.flow.live_id == version.pk else NOTHING

    @display(description=_("published by"))
    def publisher(self, version: FlowVersion) -> str:
        """Without a link, because few accounts may view accounts."""
        return named(version.published_by, version.client) or NOTHING

    @display(description=_("published at"), ordering="published_at")
    def published(self, version: FlowVersion) -> str:
        return short_time(version.published_at)

    @display(description=_("changed since the one before"))
    def changes(self, version: FlowVersion) -> SafeString:
        before = version.flow.versions.filter(number__lt=version.number).first()
        older, newer = services.readable_machine(before), services.readable_machine(version)
        changes = diff(older, newer) if older and newer else []
        is_unreadable = before is not None and not (older and newer)
        context = {"before": before, "changes": changes, "unreadable": is_unreadable}
        return render_to_string("admin/flows/changes.html", context)

    @display(description=_("members who were in it"))
    def members(self, version: FlowVersion) -> SafeString:
        return roll_back_page.outcomes(version)

    @display(description=_("graph"))
    def drawing(self, version: FlowVersion) -> SafeString:
        return picture_of(version)

    @admin.action(description=_("Let this version run"), permissions=["publish"])
    def roll_back(self, request: HttpRequest, queryset: QuerySet[FlowVersion]) -> None:
        for version in queryset.select_related("flow"):
            services.roll_back(version)
            self.message_user(request, _("“%s” runs now. The draft stays as it is.") % version, messages.SUCCESS)

    @action(description=_("Let this version run"), permissions=["publish"], icon="history")
    def roll_back_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that shows the changes of a roll-back, and rolls back."""
        version = FlowVersion.objects.select_related("flow__live").get(pk=object_id)
        return roll_back_page.page(self, request, version)

    @admin.action(description=_("Edit from here"), permissions=["edit"])
    def restore(self, request: HttpRequest, queryset: QuerySet[FlowVersion]) -> None:
        for version in queryset.select_related("flow"):
            services.restore_draft(version, by=request.user)  # type: ignore[arg-type]
            self.message_user(request, _("The draft is what “%s” was.") % version, messages.SUCCESS)

    restore_this = row_action(
        restore,
        icon="edit_note",
        title=_("Make the draft what this version is?"),
        words=_("The steps of the draft are replaced; changes that were not published are lost. What runs stays."),
    )

    def get_fieldsets(self, request: HttpRequest, obj: FlowVersion | None = None) -> Any:
        """Without the reason for publishing all the same, where there was none."""
        (_title, main), *others = self.fieldsets
        fields = [name for name in main["fields"] if name != "despite" or (obj and obj.despite)]
        return ((None, {"fields": fields}), *others)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Hides the roll-back on the live version."""
        is_live = FlowVersion.objects.filter(pk=object_id, flow__live=object_id).exists()
        offered = super().get_actions_detail(request, object_id)
        return [button for button in offered if not (is_live and button.path == "roll_back_this")]

    def has_publish_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.publish_flow")

    def has_edit_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perms(("conversations.change_flow", "conversations.delete_state"))
