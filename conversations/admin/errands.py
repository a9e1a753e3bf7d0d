"""Errands in the admin, to read."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.conversations import conversation_link
from conversations.models import Errand
from core.confidentiality.admin import WordsAdmin
from core.web.admin import WorkAdmin
from core.web.admin_filters import KnownValuesFilter, ReasonFilter


class ProviderFilter(KnownValuesFilter):
    """The services that are configured."""

    def values(self) -> dict[str, str]:
        return {name: name for name in settings.REPLY_PROVIDERS}


@admin.register(Errand)
class ErrandAdmin(WordsAdmin, WorkAdmin):
    list_has_words = False
    words_columns = ("question", "request", "result")
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

    def rows_with_words(self, rows: list[Any]) -> list[Any]:
        """Its page has none: questions stay encrypted."""
        return []

    @display(description=_("conversation"))
    def conversation_link(self, errand: Errand) -> str:
        return conversation_link(errand, errand.conversation)
