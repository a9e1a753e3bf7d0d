"""Callbacks in the admin: inspect them, and replay them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.confidentiality.admin import ReadingAdmin
from core.text_search import Found
from core.web.admin import badge, row_action
from core.web.admin_filters import KnownValuesFilter
from wecom import services
from wecom.admin.people import PeopleAdmin, with_user_id
from wecom.admin.xml_view import tree
from wecom.models import CALLBACK_EVENTS, MESSAGE_KINDS, Callback, Member

READ = "wecom.read_callback"


class KindFilter(KnownValuesFilter):
    """The platform's codes of kinds, in words."""

    known = MESSAGE_KINDS


class EventFilter(KnownValuesFilter):
    """The platform's codes of events, in words."""

    known = CALLBACK_EVENTS


@admin.register(Callback)
class CallbackAdmin(ReadingAdmin, PeopleAdmin):
    list_has_words = False
    people_field = "from_user_id"
    list_display = ("id", "what", "sender", "application", "state", "why", "timeline", "when")
    list_filter = ("status", ("kind", KindFilter), ("event", EventFilter), "application")
    search_fields = ("=cid",)
    sortable_by = ("id", "sender", "when")
    search_help_text = _("Search for a name, a user ID, a correlation ID or the name of an event.")
    list_select_related = ("application__corporation",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("what", "sender", "application", "state", "why", "timeline")}),
        (_("Times"), {"fields": ("sent_at", "created_at", "finished_at", "clock", "attempts")}),
    )
    actions = ("replay",)
    actions_detail = ("replay_this",)

    def find_rows(self, words: str) -> Found:
        """An event by a part of its name, too."""
        rows, events = super().find_rows(words), [name for name in CALLBACK_EVENTS if words.lower() in name]
        return replace(rows | Q(event__in=events), are_few=False) if events else rows

    def shows_words(self, request: HttpRequest) -> bool:
        return request.user.has_perm(READ)

    def people_in(self, rows: Sequence[Callback]) -> Iterable[int]:
        return Member.objects.keys_of((row.application.corporation_id, row.from_user_id) for row in rows)

    @display(description=_("what"))
    def what(self, callback: Callback) -> str:
        return callback.what

    @display(description=_("from"), ordering="from_user_id")
    def sender(self, callback: Callback) -> str:
        ((name, user_id),) = self.named(callback)
        return with_user_id(name, user_id)

    def get_fieldsets(self, request: HttpRequest, obj: Callback | None = None) -> Any:
        """The content requires its own permission: it has members' texts, and codes that grant access."""
        content = [(_("What it said"), {"fields": ("said",)})] if self.shows_words(request) else []
        return [*super().get_fieldsets(request, obj), *content]

    @display(description=_("content"))
    def said(self, callback: Callback) -> str:
        if not callback.body:
            return str(_("– (deleted, or encrypted with a key that OPENUSER_FIELD_KEYS lacks)"))
        return tree(callback.body)

    @display(description=_("clock"))
    def clock(self, callback: Callback) -> str:
        return badge(_("differs from ours"), "warn") if callback.suspect else str(_("agrees with ours"))

    @admin.action(description=_("Handle once more"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Callback]) -> None:
        count = sum(services.replay_callback(callback) for callback in queryset)
        text = ngettext("%d callback is handled again.", "%d callbacks are handled again.", count) % count
        self.show_result(request, text, done=bool(count))

    replay_this = row_action(
        replay,
        icon="replay",
        title=_("Handle this callback once more?"),
        words=_("Answers that were sent are not sent again."),
    )

    def has_replay_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_callback")
