"""Group chats in the admin, and what was said in them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.web.admin import ReadOnlyAdmin, WorkAdmin, row_action, row_link, shorten
from wecom import services
from wecom.models import GroupChat, GroupMessage


@admin.register(GroupChat)
class GroupChatAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "owner", "people", "application", "when")
    list_filter = ("application",)
    search_fields = ("name", "chat_id")
    search_help_text = _("Search for a name or a chat ID.")
    list_select_related = ("application",)
    ordering = ("-pk",)
    fieldsets = ((None, {"fields": ("name", "chat_id", "owner", "user_ids", "application", "created_at")}),)

    @display(description=_("members"))
    def people(self, chat: GroupChat) -> int:
        return len(chat.user_ids)


@admin.register(GroupMessage)
class GroupMessageAdmin(WorkAdmin):
    list_display = ("id", "where", "msgtype", "says", "state", "why", "timeline", "when")
    list_filter = ("status", "reason", "application")
    search_fields = ("chat__name", "cid")
    search_help_text = _("Search for a group chat or a correlation ID.")
    list_select_related = ("application", "chat")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("where", "msgtype", "says", "application", "timeline")}),
        (_("Delivery"), {"fields": ("state", "why", "attempts", "errcode")}),
        (_("Times"), {"fields": ("created_at", "due_at", "finished_at")}),
    )
    actions = ("resend",)
    actions_detail = ("resend_this",)

    @display(description=_("group chat"))
    def where(self, message: GroupMessage) -> str:
        return row_link(message.chat)

    @display(description=_("text"))
    def says(self, message: GroupMessage) -> str:
        words = message.content.get("content") or message.content.get("title") or ""
        return shorten(str(words), 44)

    @admin.action(description=_("Send again"), permissions=["send"])
    def resend(self, request: HttpRequest, queryset: QuerySet[GroupMessage]) -> None:
        count = sum(services.resend_to_chat(message) for message in queryset)
        text = ngettext("%d message was queued again.", "%d messages were queued again.", count) % count
        self.show_result(request, text, done=bool(count))

    resend_this = row_action(
        resend,
        icon="send",
        title=_("Send this message again?"),
        words=_("If it arrived the first time, the group gets it twice."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        ended = GroupMessage.objects.filter(pk=object_id).exclude(status__in=GroupMessage.UNFINISHED).exists()
        return list(super().get_actions_detail(request, object_id)) if ended else []

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_outbound")
