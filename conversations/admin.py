"""Conversations in the admin: desks and answers to edit, conversations to read."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from conversations.models import Answer, Conversation, Desk, Message
from openuser.lib.admin import RequestedAdmin, TimelineMixin

THREAD = 100


@admin.register(Desk)
class DeskAdmin(ModelAdmin[Desk]):
    list_display = ("application", "digital_human", "language")
    list_select_related = ("application", "digital_human")


@admin.register(Answer)
class AnswerAdmin(ModelAdmin[Answer]):
    list_display = ("question", "short", "enabled")
    list_editable = ("enabled",)
    list_filter = ("enabled",)
    search_fields = ("question", "other_wordings", "answer")

    @display(description=_("answer"))
    def short(self, answer: Answer) -> str:
        return answer.answer if len(answer.answer) <= 60 else answer.answer[:60] + "…"


@admin.register(Conversation)
class ConversationAdmin(RequestedAdmin):
    list_display = ("member", "application", "said", "last_message_at")
    list_filter = ("application",)
    search_fields = ("member__user_id", "member__name")
    list_select_related = ("member", "application")
    ordering = ("-last_message_at",)
    fields = ("member", "application", "language", "thread")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        theirs = Message.objects.filter(application=OuterRef("application"), member=OuterRef("member"))
        counted = theirs.order_by().values("member").annotate(count=Count("pk")).values("count")
        queryset: QuerySet[Conversation] = super().get_queryset(request)
        return queryset.annotate(said_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))

    @display(description=_("messages"), ordering="said_count")
    def said(self, conversation: Conversation) -> int:
        count: int = getattr(conversation, "said_count", 0)
        return count

    @display(description=_("what was said"))
    def thread(self, conversation: Conversation) -> SafeString:
        rows = conversation.messages().select_related("content", "render", "outbound").order_by("-pk")
        page = Paginator(rows, THREAD).page(1)
        return render_to_string("admin/thread.html", {"messages": list(page)[::-1], "more": page.has_next()})


@admin.register(Message)
class MessageAdmin(TimelineMixin, RequestedAdmin):
    list_display = ("id", "direction", "member", "words", "state", "degraded", "timeline", "created_at")
    list_filter = ("direction", "state", "degraded")
    search_fields = ("content__text", "member__user_id", "cid")
    list_select_related = ("content", "member")
    ordering = ("-pk",)
    fields = ("direction", "member", "words", "state", "degraded", "outbound", "render", "timeline", "created_at")
    readonly_fields = fields
    show_full_result_count = False

    @display(description=_("text"))
    def words(self, message: Message) -> str:
        return str(message.content)
