"""Group chats in the admin, with their messages."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.web.admin import NOTHING, WorkAdmin, row_action, row_link, shorten
from core.web.admin_filters import ReasonFilter
from wecom import services
from wecom.admin.people import ListedPeople, with_user_id
from wecom.models import GroupChat, GroupMessage


@admin.register(GroupChat)
class GroupChatAdmin(ListedPeople):
    people_field = "user_ids"
    list_display = ("__str__", "owned_by", "member_count", "application", "when")
    list_filter = ("application",)
    search_fields = ("name", "chat_id", "owner")
    search_help_text = _("Search for a name, a chat ID, or a member's name or user ID.")
    list_select_related = ("application",)
    ordering = ("-pk",)
    fieldsets = ((None, {"fields": ("name", "chat_id", "owned_by", "everyone", "application", "created_at")}),)

    def people_of(self, row: GroupChat) -> list[str]:
        return [row.owner, *super().people_of(row)]

    def rows_of(self, user_ids: list[str]) -> Q:
        return super().rows_of(user_ids) | Q(owner__in=user_ids)

    @display(description=_("owner"), ordering="owner")
    def owned_by(self, chat: GroupChat) -> str:
        ((name, user_id),) = self.named(chat, [chat.owner])
        return with_user_id(name, user_id) or NOTHING

    @display(description=_("members"))
    def member_count(self, chat: GroupChat) -> int:
        return len(chat.user_ids)

    @display(description=_("members"))
    def everyone(self, chat: GroupChat) -> str:
        lines = ((with_user_id(name, user_id),) for name, user_id in self.named(chat, chat.user_ids))
        return format_html_join("", "<p>{}</p>", lines) or NOTHING


@admin.register(GroupMessage)
class GroupMessageAdmin(WorkAdmin):
    list_display = ("id", "where", "msgtype", "says", "state", "why", "timeline", "when")
    list_filter = ("status", ("reason", ReasonFilter), "application")
    search_fields = ("chat__name", "=cid")
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
        text = message.content.get("content") or message.content.get("title") or ""
        return shorten(str(text), 44)

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
