"""Errands in the admin, to read."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import Errand
from core.web.admin import WorkAdmin, row_link
from core.web.admin_filters import KnownValuesFilter, ReasonFilter


class ProviderFilter(KnownValuesFilter):
    """The services that are configured."""

    def values(self) -> dict[str, str]:
        return {name: name for name in settings.REPLY_PROVIDERS}


@admin.register(Errand)
class ErrandAdmin(WorkAdmin):
    list_display = ("id", "kind", "provider", "conversation", "state", "why", "timeline", "when")
    list_filter = ("status", "kind", ("provider", ProviderFilter), ("reason", ReasonFilter))
    search_fields = ("conversation__member__user_id", "conversation__member__name", "=cid")
    search_help_text = _("Search for a user ID, a name or a correlation ID.")
    list_select_related = ("conversation__member", "conversation__application")
    ordering = ("-pk",)
    # Questions are stored encrypted until they are answered, and never shown.
    fieldsets = (
        (None, {"fields": ("provider", "conversation_link", "language", "state", "why", "detail", "timeline")}),
        (_("Times"), {"fields": ("created_at", "due_at", "deadline_at", "finished_at", "attempts")}),
    )

    @display(description=_("conversation"))
    def conversation_link(self, errand: Errand) -> str:
        return row_link(errand.conversation)
