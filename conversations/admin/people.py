"""Who talks to whom, in the admin: desks and answers to edit, conversations, messages and errands to read."""

from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import display

from avatars.models import Consent
from conversations import services
from conversations.models import Answer, Conversation, Desk, Errand, Message, MessageQuerySet
from core.web.admin import NOTHING, STATUS_TONES, ReadOnlyAdmin, WorkAdmin, badge, row_link, short_time, shorten
from wecom.exceptions import ContentError

THREAD = 100
LANGUAGES = dict(settings.LANGUAGES)
DELIVERIES = {"done": _("delivered"), "failed": _("not delivered")}


@admin.register(Desk)
class DeskAdmin(ModelAdmin[Desk]):
    list_display = ("application", "digital_human", "language", "greets")
    list_select_related = ("application", "digital_human")
    list_filter = ("digital_human",)
    search_fields = ("application__name", "greeting")

    @display(description=_("greeting"))
    def greets(self, desk: Desk) -> str:
        return shorten(desk.greeting, 60)


@admin.register(Answer)
class AnswerAdmin(ModelAdmin[Answer]):
    list_display = ("question", "others", "short", "enabled")
    list_editable = ("enabled",)
    list_filter = ("enabled",)
    search_fields = ("question", "other_wordings", "answer")
    search_help_text = _("Search in questions, their other wordings and answers.")
    fields = ("question", "other_wordings", "answer", "enabled")

    @display(description=_("other wordings"))
    def others(self, answer: Answer) -> str:
        return shorten(" · ".join(answer.wordings[1:]), 30) or NOTHING

    @display(description=_("answer"))
    def short(self, answer: Answer) -> str:
        return shorten(answer.answer, 60)


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("member", "last_words", "said", "application", "speaks", "last")
    list_filter = ("application", "language")
    search_fields = ("member__user_id", "member__name")
    search_help_text = _("Search for a user ID or a name.")
    list_select_related = ("member", "application")
    ordering = ("-last_message_at",)
    fields = ("member", "application", "speaks", "thread")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        theirs = Message.objects.filter(application=OuterRef("application"), member=OuterRef("member"))
        counted = theirs.order_by().values("member").annotate(count=Count("pk")).values("count")
        newest = theirs.order_by("-pk").values("content__text")[:1]
        queryset: QuerySet[Conversation] = super().get_queryset(request)
        return queryset.annotate(
            said_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0), newest=Subquery(newest)
        )

    @display(description=_("messages"), ordering="said_count")
    def said(self, conversation: Any) -> int:
        return int(conversation.said_count)

    @display(description=_("said last"))
    def last_words(self, conversation: Any) -> str:
        return shorten(conversation.newest or "", 48) or NOTHING

    @display(description=_("language"), ordering="language")
    def speaks(self, conversation: Conversation) -> str:
        return str(LANGUAGES.get(conversation.language, conversation.language))

    @display(description=_("last message"), ordering="last_message_at")
    def last(self, conversation: Conversation) -> str:
        return short_time(conversation.last_message_at)

    @display(description=_("what was said"))
    def thread(self, conversation: Conversation) -> SafeString:
        rows = (
            conversation.messages()
            .select_related("content", "render", "outbound", "download")
            .order_by("-created_at", "-pk")[: THREAD + 1]
        )
        newest = list(rows)
        for message in newest:
            # A video is written down when it is asked for, but said when it goes out.
            message.said_at = message.outbound.created_at if message.outbound else message.created_at  # type: ignore[attr-defined]
        shown = sorted(newest[:THREAD], key=attrgetter("said_at", "pk"))
        return render_to_string("admin/conversations/thread.html", {"messages": shown, "more": len(newest) > THREAD})


class ConsentFilter(admin.SimpleListFilter):
    """Messages whose video or spoken words rest on a consent: linked to from its page, offered where withdrawn."""

    title = _("withdrawn consent")
    parameter_name = "consent"

    def has_output(self) -> bool:
        """Also with one that is not offered: a link leads to it."""
        return bool(self.value()) or super().has_output()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        consents = Consent.objects.exclude(withdrawn_at=None).order_by("-withdrawn_at")[:20]
        return [(str(consent.pk), str(consent)) for consent in consents]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        chosen = self.value() or ""
        consent = Consent.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return queryset.resting_on(consent) if consent and isinstance(queryset, MessageQuerySet) else queryset


class RecallableFilter(admin.SimpleListFilter):
    """Messages that WeChat Work still takes back."""

    title = _("recall")
    parameter_name = "recallable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("still possible"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.recallable() if self.value() and isinstance(queryset, MessageQuerySet) else queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "way", "member", "words", "outcome", "timeline", "when")
    list_filter = (
        *("direction", "state", "degraded", "content__kind", "application"),
        *(RecallableFilter, ConsentFilter),
    )
    actions = ("recall",)
    search_fields = ("content__text", "member__user_id", "member__name", "cid")
    search_help_text = _("Search for words, a user ID, a name or a correlation ID.")
    list_select_related = ("content", "member", "outbound", "download")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("way", "member", "all_words", "outcome", "timeline", "created_at")}),
        (_("How it was made and sent"), {"fields": ("render_link", "outbound_link")}),
    )

    @admin.action(description=_("Recall"), permissions=["recall"])
    def recall(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = 0
        for message in queryset:
            try:
                services.recall(message)
                count += 1
            except ContentError as problem:
                self.message_user(request, f"{message}: {problem}", messages.ERROR)
        if count:
            self.show_result(request, ngettext("%d message is recalled.", "%d messages are recalled.", count) % count)

    def has_recall_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.change_message")

    @display(description=_("direction"), ordering="direction")
    def way(self, message: Message) -> str:
        return badge(message.get_direction_display(), "info" if message.direction == Message.Direction.IN else "")

    @display(description=_("text"))
    def words(self, message: Message) -> str:
        return shorten(str(message.content), 60)

    @display(description=_("text"))
    def all_words(self, message: Message) -> SafeString:
        return render_to_string("admin/conversations/message_content.html", {"message": message})

    @display(description=_("status"), ordering="state")
    def outcome(self, message: Message) -> str:
        if message.reason:
            return badge(message.get_reason_display(), "warn")
        if message.degraded:
            return badge(_("sent as text instead"), "warn")
        if message.state == Message.State.WAITING:
            return badge(message.get_state_display(), "info")
        if message.outbound is None or message.state != Message.State.SENDING:
            return badge(message.get_state_display())
        words = DELIVERIES.get(message.outbound.status, message.outbound.get_status_display())
        return badge(words, STATUS_TONES.get(message.outbound.status, ""))

    @display(description=_("render"))
    def render_link(self, message: Message) -> str:
        return row_link(message.render)

    @display(description=_("outbound message"))
    def outbound_link(self, message: Message) -> str:
        return row_link(message.outbound)


@admin.register(Errand)
class ErrandAdmin(WorkAdmin):
    list_display = ("id", "kind", "provider", "conversation", "state", "why", "timeline", "when")
    list_filter = ("status", "kind", "provider", "reason")
    search_fields = ("conversation__member__user_id", "conversation__member__name", "cid")
    search_help_text = _("Search for a user ID, a name or a correlation ID.")
    list_select_related = ("conversation__member", "conversation__application")
    ordering = ("-pk",)
    # What was asked is kept encrypted until it is answered, and shown to nobody.
    fieldsets = (
        (None, {"fields": ("provider", "conversation_link", "language", "state", "why", "detail", "timeline")}),
        (_("Times"), {"fields": ("created_at", "due_at", "deadline_at", "finished_at", "attempts")}),
    )

    @display(description=_("conversation"))
    def conversation_link(self, errand: Errand) -> str:
        return row_link(errand.conversation)
