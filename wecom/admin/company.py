"""The company in the admin, with its applications, their keys, and its members."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from core.diagnosis import run_checks
from core.web.admin import ProtectedDeleteAdmin, badge, row_action
from wecom import services
from wecom.models import Application, Corporation, Department, DirectorySync, Tag

SECRETS = ("secret", "token", "encoding_aes_key")


class ApplicationForm(forms.ModelForm[Application]):
    """Secrets are never shown; an empty field keeps the stored value."""

    class Meta:
        model = Application
        fields = ("corporation", "agent_id", "name", *SECRETS, "api_base_url", "is_default", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            field = self.fields.get(name)
            if field is None:
                continue  # read-only staff get no fields
            stored = {"placeholder": "••••••••"} if self.instance.pk else {}
            field.widget = UnfoldAdminPasswordWidget(
                render_value=False, attrs={"autocomplete": "new-password", **stored}
            )
            if self.instance.pk:
                field.required = False
                field.help_text = format_html("{} {}", field.help_text, _("Leave empty to keep the stored value."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in SECRETS:
            data[name] = (data.get(name) or "").strip() or getattr(self.instance, name)
        values = {name: str(data[name] or "") for name in SECRETS}
        if data.get("agent_id"):
            values["agent_id"] = str(data["agent_id"])
        for flaw in services.credential_flaws(values):
            if flaw.field not in self.errors:
                self.add_error(flaw.field, str(flaw.words))
        return data


@admin.register(Corporation)
class CorporationAdmin(ProtectedDeleteAdmin):
    protected_by = {
        "applications": _("Applications belong to it. Delete those first."),
        "members": _("People who wrote belong to it."),
    }
    cascades_to = (Department, Tag)
    list_display = ("corp_id", "name")
    search_fields = ("corp_id", "name")


@admin.register(Application)
class ApplicationAdmin(ProtectedDeleteAdmin):
    protected_by = {
        relation: _("It has a history, which would be lost. Untick “enabled” instead: then it takes no messages.")
        for relation in ("conversations", "callbacks", "outbounds")
    }
    cascades_to = (DirectorySync,)
    form = ApplicationForm
    list_display = ("name", "corporation", "agent_id", "condition", "standing")
    list_filter = ("enabled",)
    search_fields = ("name", "corporation__corp_id", "corporation__name")
    search_help_text = _("Search for a name or a corp ID.")
    list_select_related = ("corporation",)
    change_form_before_template = "admin/applications/held_notice.html"
    change_form_outer_before_template = "admin/applications/connection_test.html"
    fieldsets = (
        (None, {"fields": ("corporation", "agent_id", "name", "is_default", "enabled")}),
        (_("Keys"), {"fields": SECRETS, "description": _("Stored encrypted and never shown again.")}),
        (_("Addresses"), {"fields": ("callback_address", "api_base_url")}),
    )
    readonly_fields = ("callback_address",)
    actions_detail = ("try_again_this",)

    class Media:
        js = ("core/copy_button.js", "openuser/doctor.js")

    @display(description=_("status"))
    def condition(self, application: Application) -> str:
        if not application.enabled:
            return badge(_("disabled"))
        return badge(_("held"), "bad") if application.held_reason else badge(_("in order"), "good")

    @display(description=_("default"), ordering="is_default")
    def standing(self, application: Application) -> str:
        return badge(_("default"), "info") if application.is_default else ""

    @display(description=_("callback address"))
    def callback_address(self, application: Application) -> str:
        if not application.pk:
            return str(_("Shown once the application is stored."))
        address = services.webhook_url(application)
        return render_to_string("admin/applications/callback_url.html", {"address": address})

    def get_fieldsets(self, request: HttpRequest, obj: Application | None = None) -> Any:
        """Hide the keys from read-only staff: Django would show them in plain text."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return fieldsets
        return [fieldset for fieldset in fieldsets if fieldset[1]["fields"] != SECRETS]

    @admin.action(description=_("Try again now"), permissions=["send"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        for application in queryset:
            services.save_application(application)
        self.message_user(request, _("Waiting messages are being sent."), messages.SUCCESS)

    try_again_this = row_action(
        try_again,
        icon="play_arrow",
        title=_("Try again now?"),
        words=_("Sends waiting messages. Do this after you corrected the setting in the console."),
    )

    def get_urls(self) -> list[Any]:
        test = path(
            "<path:object_id>/test/",
            self.admin_site.admin_view(self.test_connection),
            name="wecom_application_test_connection",
        )
        return [test, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"may_test": self.has_send_permission(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def test_connection(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask WeChat Work whether it knows these keys, this server and this application; the answers, as a part of the
        page for scripts and as a page of its own for those without."""
        if not self.has_send_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        application = self.get_object(request, object_id)
        if application is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Connection test"),
            "original": application,
            "results": list(run_checks(services.doctor_checks(application, connection_only=True))),
        }
        part = request.headers.get("X-Part") == "lines"
        return TemplateResponse(
            request, "admin/doctor/checks.html" if part else "admin/applications/connection_results.html", context
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        held = Application.objects.filter(pk=object_id).exclude(held_reason="").exists()
        return list(super().get_actions_detail(request, object_id)) if held else []

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_outbound")

    def save_model(self, request: HttpRequest, obj: Application, form: Any, change: bool) -> None:
        services.save_application(obj)
