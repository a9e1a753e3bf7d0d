"""WeChat Work in the admin: applications to edit, callbacks and outbounds to look into."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordInput

from openuser.lib.admin import STATUS_LABELS, RequestedAdmin, TimelineMixin
from wecom import services
from wecom.crypto import CryptoError, Keys
from wecom.models import Application, Attempt, Callback, Corporation, Member, Outbound, Upload

SECRETS = ("secret", "token", "encoding_aes_key")


class ApplicationForm(forms.ModelForm[Application]):
    """Secrets are written, never shown: an empty field keeps what is stored."""

    class Meta:
        model = Application
        fields = (
            "corporation",
            "agent_id",
            "name",
            "secret",
            "token",
            "encoding_aes_key",
            "api_base_url",
            "is_default",
            "enabled",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            field = self.fields[name]
            field.widget = UnfoldAdminPasswordInput(render_value=False)
            if self.instance.pk:
                field.required = False
                field.help_text = format_html("{} {}", field.help_text, _("Leave empty to keep the stored value."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in SECRETS:
            data[name] = (data.get(name) or "").strip() or getattr(self.instance, name)
        corporation = data.get("corporation")
        try:
            Keys.parse(
                token=data["token"],
                encoding_aes_key=data["encoding_aes_key"],
                receive_id=corporation.corp_id if corporation else "",
            )
        except CryptoError as error:
            self.add_error("encoding_aes_key", error.message)
        return data


@admin.register(Corporation)
class CorporationAdmin(ModelAdmin[Corporation]):
    list_display = ("corp_id", "name")
    search_fields = ("corp_id", "name")


@admin.register(Application)
class ApplicationAdmin(ModelAdmin[Application]):
    form = ApplicationForm
    list_display = ("name", "corporation", "agent_id", "is_default", "enabled", "condition")
    list_select_related = ("corporation",)
    readonly_fields = ("held_until", "held_reason")

    @display(description=_("condition"), label={"ok": "success", "held": "danger"})
    def condition(self, application: Application) -> tuple[str, str]:
        return ("held", str(_("held"))) if application.held_reason else ("ok", str(_("in order")))

    def save_model(self, request: HttpRequest, obj: Application, form: Any, change: bool) -> None:
        services.save_application(obj)


@admin.register(Member)
class MemberAdmin(ModelAdmin[Member]):
    list_display = ("user_id", "name", "corporation", "created_at")
    list_select_related = ("corporation",)
    search_fields = ("user_id", "name")
    readonly_fields = ("corporation", "user_id", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Callback)
class CallbackAdmin(TimelineMixin, RequestedAdmin):
    list_display = ("id", "what", "from_user_id", "state", "reason", "timeline", "created_at")
    list_filter = ("status", "kind", "event")
    search_fields = ("from_user_id", "cid")
    list_select_related = ("application__corporation",)
    ordering = ("-pk",)
    fields = (
        "application",
        "kind",
        "event",
        "from_user_id",
        "status",
        "reason",
        "attempts",
        "sent_at",
        "created_at",
        "finished_at",
        "suspect",
        "timeline",
    )
    readonly_fields = fields
    actions = ("replay",)
    show_full_result_count = False

    @display(description=_("what"))
    def what(self, callback: Callback) -> str:
        return callback.event or callback.kind

    @display(description=_("status"), label=STATUS_LABELS)
    def state(self, callback: Callback) -> tuple[str, str]:
        return callback.status, callback.get_status_display()

    @admin.action(description=_("Handle the chosen callbacks once more"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Callback]) -> None:
        count = sum(services.replay(callback) for callback in queryset)
        text = ngettext("%d callback is handled again.", "%d callbacks are handled again.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wecom.change_callback")


class AttemptInline(TabularInline[Attempt, Outbound]):
    model = Attempt
    fields = ("number", "started_at", "ended_at", "outcome", "errcode", "detail")
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ("number",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Outbound)
class OutboundAdmin(TimelineMixin, RequestedAdmin):
    list_display = ("id", "msgtype", "to", "state", "reason", "attempts", "errcode", "timeline", "created_at")
    list_filter = ("status", "reason", "msgtype")
    search_fields = ("recipients", "cid", "msgid")
    list_select_related = ("application__corporation",)
    ordering = ("-pk",)
    fields = (
        "application",
        "recipients",
        "msgtype",
        "content",
        "upload",
        "status",
        "reason",
        "attempts",
        "errcode",
        "msgid",
        "invalid",
        "due_at",
        "created_at",
        "finished_at",
        "timeline",
    )
    readonly_fields = fields
    inlines = (AttemptInline,)
    actions = ("resend", "treat_as_sent")
    show_full_result_count = False

    @display(description=_("to"))
    def to(self, outbound: Outbound) -> str:
        names = ", ".join(outbound.recipients[:3])
        return names if len(outbound.recipients) <= 3 else f"{names} … ({len(outbound.recipients)})"

    @display(description=_("status"), label=STATUS_LABELS)
    def state(self, outbound: Outbound) -> tuple[str, str]:
        return outbound.status, outbound.get_status_display()

    @admin.action(description=_("Send again"), permissions=["send"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Outbound]) -> None:
        for outbound in queryset:
            services.resend(outbound)
        self.message_user(request, _("The chosen messages were queued again."), messages.SUCCESS)

    @admin.action(description=_("Treat as sent"), permissions=["send"])
    def treat_as_sent(self, request: HttpRequest, queryset: QuerySet[Outbound]) -> None:
        count = sum(services.treat_as_sent(outbound) for outbound in queryset)
        text = ngettext("%d message counts as sent.", "%d messages count as sent.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wecom.change_outbound")


@admin.register(Upload)
class UploadAdmin(RequestedAdmin):
    list_display = ("filename", "kind", "size", "state", "reason", "expires_at", "created_at")
    list_filter = ("status", "kind")
    search_fields = ("filename", "sha256")
    ordering = ("-pk",)
    fields = ("application", "kind", "filename", "size", "sha256", "status", "reason", "attempts", "expires_at")
    readonly_fields = fields

    @display(description=_("status"), label=STATUS_LABELS)
    def state(self, upload: Upload) -> tuple[str, str]:
        return upload.status, upload.get_status_display()
