"""Incidents in the admin: the condition, the remedy, and the alerts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.web.admin import STATUS_TONES, ReadOnlyAdmin, action, badge, link, reason_words, short_time, shorten
from core.web.admin_filters import KnownValuesFilter
from openuser.incidents import channel_page
from openuser.incidents.incident_watch import condition_of
from openuser.models import Alert, Incident

BRIEFLY = 60


class KindFilter(KnownValuesFilter):
    """The kinds of incidents."""

    known = dict(Incident.Kind.choices)


class StateFilter(admin.SimpleListFilter):
    """Open, or over."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ("began", "title", "state", "wrong_briefly", "lasted")
    list_display_links = ("began", "title")
    list_filter = (StateFilter, ("kind", KindFilter))
    sortable_by = ("began",)
    change_form_before_template = ""
    actions_list = ("channels",)

    @action(description=_("How alerts are sent"), permissions=["view"], icon="campaign", url_path="channels")
    def channels(self, request: HttpRequest) -> HttpResponse:
        return channel_page.view(request)

    def get_fieldsets(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        """With the page that shows more for those who may open it."""
        may_open = obj is not None and request.user.has_perm(condition_of(obj).permission)
        return (
            (None, {"fields": ("title", "state", "began", "lasted")}),
            (_("What to do"), {"fields": ("wrong", "remedy", *(["place"] if may_open else []))}),
            (_("Who was told"), {"fields": ("told",)}),
        )

    @display(description=_("began at"), ordering="pk")
    def began(self, incident: Incident) -> str:
        return short_time(incident.opened_at)

    @display(description=_("incident"))
    def title(self, incident: Incident) -> str:
        return incident.get_kind_display()

    @display(description=_("state"))
    def state(self, incident: Incident) -> str:
        if incident.resolved_at is None:
            return format_html("<span data-unfinished>{}</span>", badge(gettext("open"), "bad"))
        return badge(gettext("over"), "good")

    @display(description=_("what is wrong"))
    def wrong(self, incident: Incident) -> str:
        return condition_of(incident).words(incident)

    @display(description=_("what is wrong"))
    def wrong_briefly(self, incident: Incident) -> str:
        return shorten(condition_of(incident).words(incident), BRIEFLY)

    @display(description=_("what to do"))
    def remedy(self, incident: Incident) -> str:
        return condition_of(incident).remedy(incident)

    @display(description=_("where"))
    def place(self, incident: Incident) -> str:
        return link(condition_of(incident).path(incident), gettext("Open the page"))

    @display(description=_("lasted"))
    def lasted(self, incident: Incident) -> str:
        return timesince(incident.opened_at, incident.resolved_at or timezone.now())

    @display(description=_("alerts"))
    def told(self, incident: Incident) -> Any:
        alerts = incident.alerts.order_by("pk")
        lines = format_html_join("", "<li>{} · {} · {}{}</li>", (_line(alert) for alert in alerts))
        if not lines:
            text = gettext("No channel was set up.")
            return format_html(
                "{} {}", text, link(reverse("admin:openuser_incident_channels"), gettext("How alerts are sent"))
            )
        return format_html("<ul>{}</ul>", lines)


def _line(alert: Alert) -> tuple[str, str, str, str]:
    why = reason_words(alert)
    state = badge(alert.get_status_display(), STATUS_TONES.get(alert.status, ""))
    return alert.get_news_display(), alert.get_channel_display(), state, f" {why}" if why else ""
