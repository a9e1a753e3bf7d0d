"""Small parts that every app's admin uses."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

STATUS_LABELS = {
    "queued": "info",
    "running": "warning",
    "done": "success",
    "failed": "danger",
    "cancelled": "default",
}


class RequestedAdmin(ModelAdmin[Any]):
    """For rows that are requested rather than written: read-only, with actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def timeline_link(cid: str) -> str:
    """A link to the timeline of a correlation ID."""
    if not cid:
        return "–"
    try:
        return format_html('<a class="text-primary-600" href="{}">{}</a>', reverse("timeline", args=[cid]), cid)
    except NoReverseMatch:
        return cid


class TimelineMixin:
    """A column that leads to the one timeline."""

    def timeline(self, row: Any) -> str:
        return timeline_link(row.cid)

    timeline.short_description = _("timeline")  # type: ignore[attr-defined]
