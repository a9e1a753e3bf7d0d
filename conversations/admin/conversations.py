"""Conversations in the admin: the messages of one member with one application, to read."""

from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin import explanations
from conversations.admin.language_filter import LanguageFilter
from conversations.models import Conversation, Message
from conversations.signals import ThreadEntry, thread_shown
from core.confidentiality.admin import ClosedAdmin
from core.web.admin import NOTHING, row_link, short_time, shorten

THREAD = 100
LANGUAGES = dict(settings.LANGUAGES)


@admin.register(Conversation)
class ConversationAdmin(ClosedAdmin):
    list_display = ("member", "last_words", "said", "application", "speaks", "last")
    list_filter = ("application", ("language", LanguageFilter))
    search_fields = ("member__user_id", "member__name")
    search_help_text = _("Search for a user ID or a name.")
    list_select_related = ("member", "application")
    sortable_by = ("last",)
    ordering = ("-last_message_at",)
    fields = ("member", "application", "speaks", "thread")
    change_form_outer_before_template = "admin/desk/take_conversation.html"  # outside: forms do not nest

    class Media:
        css = {"all": ("conversations/why.css",)}

    def get_urls(self) -> list[URLPattern]:
        why = self.admin_site.admin_view(partial(explanations.entry_dialog, self))
        return [path("<int:pk>/why/<str:key>/", why, name="conversations_conversation_why"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        theirs = Message.objects.filter(application=OuterRef("application"), member=OuterRef("member"))
        counted = theirs.order_by().values("member").annotate(count=Count("pk")).values("count")
        newest = theirs.order_by("-pk").values("content__text")[:1]
        queryset: QuerySet[Conversation] = super().get_queryset(request)
        return queryset.annotate(
            said_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0), newest=Subquery(newest)
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Conversation | None:
        """With whether the account may ask why a message was sent."""
        conversation: Any = super().get_object(request, object_id, from_field)
        if conversation is not None:
            conversation.may_ask_why = request.user.has_perm(explanations.ASK)
        return conversation  # type: ignore[no-any-return]  # Unfold is not typed

    @display(description=_("messages"))
    def said(self, conversation: Any) -> int:
        return int(conversation.said_count)

    @display(description=_("last text"))
    def last_words(self, conversation: Any) -> str:
        return shorten(conversation.newest or "", 48) or NOTHING

    @display(description=_("language"))
    def speaks(self, conversation: Conversation) -> str:
        return str(LANGUAGES.get(conversation.language, conversation.language))

    @display(description=_("last message"), ordering="last_message_at")
    def last(self, conversation: Conversation) -> str:
        return short_time(conversation.last_message_at)

    @display(description=_("messages"))
    def thread(self, conversation: Conversation) -> SafeString:
        rows = (
            conversation.messages()
            .select_related("content", "render", "outbound", "download")
            .order_by("-created_at", "-pk")[: THREAD + 1]
        )
        newest = list(rows)
        for message in newest:
            # A video's message is created on request, but shown at the time when it was sent.
            message.said_at = message.outbound.created_at if message.outbound else message.created_at  # type: ignore[attr-defined]
        more = len(newest) > THREAD
        others = _others(conversation, since=newest[THREAD].said_at if more else None)  # type: ignore[attr-defined]
        shown = sorted([*newest[:THREAD], *others], key=attrgetter("said_at"))
        may_ask: bool = conversation.may_ask_why  # type: ignore[attr-defined]
        context = {"conversation": conversation, "messages": shown, "more": more, "may_ask_why": may_ask}
        return render_to_string("admin/conversations/thread.html", context)


def conversation_link(row: Any, conversation: Conversation) -> str:
    """A link from a row of `WordsAdmin`, for those who may read conversations."""
    return row_link(conversation) if row.shows_words else str(conversation)


def _others(conversation: Conversation, *, since: datetime | None) -> list[ThreadEntry]:
    """Messages of apps above to the member, such as campaigns."""
    who = {"application": conversation.application, "member": conversation.member}
    answers: Any = thread_shown.send(Conversation, **who, since=since, most=THREAD)
    return [entry for _receiver, entries in answers for entry in entries]
