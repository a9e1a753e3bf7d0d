"""Webhooks in the admin: endpoints with their secrets and test events, and deliveries."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from core import safe_requests
from core.safe_requests import EgressError
from core.web.admin import (
    STATUS_TONES,
    FormAdmin,
    WorkAdmin,
    action,
    badge,
    change_url,
    duration,
    row_action,
    row_link,
    short_time,
)
from core.web.admin_filters import KnownValuesFilter
from core.work.base import Work
from openuser.models import WebhookDelivery, WebhookEndpoint
from openuser.webhooks import services


def event_choices() -> list[tuple[str, str]]:
    """The events with their words, and the type by which receivers tell them apart."""
    layout = '{} <code class="ou-quiet">{}</code>'
    return [(event.value, format_html(layout, event.label, event.value)) for event in WebhookEndpoint.Event]


class WebhookEndpointForm(forms.ModelForm[WebhookEndpoint]):
    """An endpoint with its events as checkboxes."""

    events = forms.MultipleChoiceField(
        label=capfirst(_("events")),
        choices=event_choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": _("Choose at least one event.")},
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "events", "enabled")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            safe_requests.check_url(url, settings.WEBHOOKS["NETWORKS"])
        except EgressError as error:
            raise forms.ValidationError(str(error)) from error
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(FormAdmin):
    form = WebhookEndpointForm
    list_display = ("name", "told", "state", "last", "url")
    list_filter = ("enabled",)
    search_fields = ("name", "url")
    fieldsets = (
        (None, {"fields": ("name", "url", "events", "enabled")}),
        (_("State"), {"fields": ("state", "failing", "deliveries", "old_until")}),
    )
    readonly_fields = ("state", "failing", "deliveries", "old_until")
    actions_detail = ("send_test", "renew_secret")

    class Media:
        js = ("core/confirm_action.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        newest = WebhookDelivery.objects.filter(endpoint=OuterRef("pk")).order_by("-pk")
        queryset: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        return queryset.annotate(
            last_status=Subquery(newest.values("status")[:1]), last_at=Subquery(newest.values("created_at")[:1])
        )

    def get_fieldsets(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.fieldsets[:1]

    @display(description=_("events"))
    def told(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events)

    @display(description=_("status"))
    def state(self, endpoint: WebhookEndpoint) -> str:
        if not endpoint.enabled:
            return badge(endpoint.get_off_because_display() or _("switched off"), "bad")
        return badge(_("failing"), "warn") if endpoint.failing_since else badge(_("in use"), "good")

    @display(description=_("failing since"))
    def failing(self, endpoint: WebhookEndpoint) -> str:
        return short_time(endpoint.failing_since)

    @display(description=_("last delivery"))
    def last(self, endpoint: Any) -> str:
        if endpoint.last_status is None:
            return short_time(None)
        word = Work.Status(endpoint.last_status).label
        return format_html(
            "{} {}", badge(word, STATUS_TONES.get(endpoint.last_status, "")), short_time(endpoint.last_at)
        )

    @display(description=_("deliveries"))
    def deliveries(self, endpoint: WebhookEndpoint) -> str:
        address = reverse("admin:openuser_webhookdelivery_changelist")
        return format_html(
            '<a class="ou-link" href="{}?endpoint__id__exact={}">{}</a>', address, endpoint.pk, gettext("Show them")
        )

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        if change and "enabled" in form.changed_data:
            services.set_enabled(obj, on=obj.enabled)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret instead of the list: the receiver needs it."""
        return self._show(request, obj, obj.secret)

    @action(
        description=_("Send a test event"),
        permissions=["change"],
        icon="send",
        url_path="send-test",
        dialog={
            "title": _("Send a test event?"),
            "description": _("It has no effect, is signed like all others, and its page shows the response."),
            "form_class": None,
            "form_submit_text": _("Send a test event"),
        },
    )
    def send_test(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        delivery = services.send_test(WebhookEndpoint.objects.get(pk=object_id))
        return HttpResponse(headers={"HX-Redirect": change_url(delivery)})

    @action(description=_("New secret"), permissions=["change"], icon="key", url_path="renew-secret")
    def renew_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = WebhookEndpoint.objects.get(pk=object_id)
        if request.method != "POST":
            return self._show(request, endpoint, "")
        secret = services.renew_secret(endpoint)
        self.log_change(request, endpoint, "A new secret was made.")
        return self._show(request, endpoint, secret)

    def _show(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": endpoint.name,
            "opts": self.model._meta,
            "endpoint": endpoint,
            "secret": secret,
        }
        return TemplateResponse(request, "admin/webhooks/secret.html", context)


class EventFilter(KnownValuesFilter):
    """The events of webhooks."""

    known = dict(WebhookEndpoint.Event.choices)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(WorkAdmin):
    empty_words = _("What endpoints are told is listed here, with their answers. To try it, send a test event to one.")
    list_display = ("when", "event", "to", "state", "why", "attempts", "answered", "timeline")
    list_filter = ("status", ("event", EventFilter), "endpoint")
    list_select_related = ("endpoint",)
    search_fields = ("=event_id", "=cid")
    search_help_text = _("Search for an event ID or a correlation ID.")
    sortable_by = ("when",)
    fieldsets = (
        (None, {"fields": ("event", "to", "state", "why", "attempts", "answered", "took", "next_try")}),
        (_("What is sent"), {"fields": ("event_id", "sent", "timeline")}),
    )
    actions = ("replay",)
    actions_detail = ("replay_this",)

    @display(description=_("to"))
    def to(self, delivery: WebhookDelivery) -> str:
        return row_link(delivery.endpoint)

    @display(description=_("took"))
    def took(self, delivery: WebhookDelivery) -> str:
        return duration(delivery.took_seconds)

    @display(description=_("next attempt"))
    def next_try(self, delivery: WebhookDelivery) -> str:
        return short_time(None if delivery.is_finished else delivery.due_at)

    @display(description=_("what is sent"))
    def sent(self, delivery: WebhookDelivery) -> str:
        pretty = json.dumps(json.loads(delivery.payload), ensure_ascii=False, indent=2)
        return format_html('<pre class="ou-words">{}</pre>', pretty)

    def has_replay_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("openuser.change_webhookdelivery")

    @admin.action(description=_("Send again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        count = sum(services.replay(delivery) for delivery in queryset)
        notice = ngettext("%d delivery is sent again.", "%d deliveries are sent again.", count) % count
        self.show_result(request, notice, done=bool(count))

    replay_this = row_action(
        replay,
        icon="replay",
        title=_("Send this again?"),
        words=_("It keeps its ID, so a receiver that already has it ignores it."),
    )
