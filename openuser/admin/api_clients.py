"""API clients in the admin. A token is shown only once, when it is created."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from core.web.admin import FormAdmin, action, badge, row_action, short_time
from openuser.api import clients
from openuser.models import ApiClient


class ApiClientForm(forms.ModelForm[ApiClient]):
    """A client with its scopes as checkboxes."""

    scopes = forms.MultipleChoiceField(
        label=capfirst(_("scopes")),
        choices=ApiClient.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Grant only what it needs. Reading and changing are separate scopes."),
        error_messages={"required": _("Choose at least one scope.")},
    )

    class Meta:
        model = ApiClient
        fields = ("name", "scopes", "may_approve", "rate", "expires_at", "enabled")


@admin.register(ApiClient)
class ApiClientAdmin(FormAdmin):
    form = ApiClientForm
    list_display = ("name", "may", "state", "prefix", "last_used", "created_by")
    list_select_related = ("created_by",)
    list_filter = ("enabled",)
    search_fields = ("name", "prefix")
    fieldsets = (
        (None, {"fields": ("name", "scopes", "may_approve")}),
        (_("Limits"), {"fields": ("rate", "expires_at", "enabled")}),
        (_("Its token"), {"fields": ("prefix", "last_used", "token_by", "created_by", "created_at")}),
    )
    readonly_fields = ("prefix", "last_used", "token_by", "created_by", "created_at")
    actions = ("switch_off",)
    actions_detail = ("renew", "switch_off_this")

    class Media:
        js = ("core/confirm_action.js",)

    def get_fieldsets(self, request: HttpRequest, obj: ApiClient | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.fieldsets[:2]

    @display(description=_("scopes"))
    def may(self, client: ApiClient) -> str:
        return ", ".join(client.scopes)

    @display(description=_("status"))
    def state(self, client: ApiClient) -> str:
        if not client.enabled:
            return badge(_("switched off"), "bad")
        return badge(_("in use"), "good") if client.is_valid_at(timezone.now()) else badge(_("expired"), "warn")

    @display(description=_("last used at"), ordering="last_used_at")
    def last_used(self, client: ApiClient) -> str:
        return short_time(client.last_used_at)

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.created_by_id = request.user.pk
            clients.renew_token(obj, by=_account(request))

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        """Show a new token instead of the list; the one from `save_model` was never shown."""
        return self._show(request, obj, clients.renew_token(obj, by=_account(request)))

    @action(description=_("New token"), permissions=["change"], icon="key", url_path="renew")
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = ApiClient.objects.get(pk=object_id)
        if request.method != "POST":
            return self._show(request, client, "")
        token = clients.renew_token(client, by=_account(request))
        self.log_change(request, client, "A new token was made.")
        return self._show(request, client, token)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        count = queryset.filter(enabled=True).update(enabled=False)
        self.message_user(request, ngettext("%d token was revoked.", "%d tokens were revoked.", count) % count)

    switch_off_this = row_action(
        switch_off,
        icon="block",
        title=_("Switch this client off?"),
        words=_("Its token is rejected until the client is enabled again."),
    )

    def _show(self, request: HttpRequest, client: ApiClient, token: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": client.name,
            "opts": self.model._meta,
            "client": client,
            "token": token,
        }
        return TemplateResponse(request, "admin/api_clients/token.html", context)


def _account(request: HttpRequest) -> User:
    return cast(User, request.user)
