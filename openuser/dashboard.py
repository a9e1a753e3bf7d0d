"""The admin's home: what is missing, what happens today, what is being made."""

from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars.models import Render
from conversations.models import Conversation, Message
from wecom.models import Application, Outbound

NEWEST = 10


@dataclass(frozen=True, kw_only=True)
class Card:
    """A figure with the list that it counts; `bad` where somebody should look."""

    name: str
    figure: int
    permission: str
    url: str
    bad: bool = False


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows: of each kind of row only to those who may see it."""
    may = request.user.has_perm
    renders = Render.objects.all() if may("avatars.view_render") else Render.objects.none()
    applications = Application.objects.all() if may("wecom.view_application") else Application.objects.none()
    outbounds = Outbound.objects.all() if may("wecom.view_outbound") else Outbound.objects.none()
    messages = Message.objects.all() if may("conversations.view_message") else Message.objects.none()
    unknown = outbounds.filter(status=Outbound.Status.FAILED, reason=Outbound.Reason.UNKNOWN)
    context |= {
        "title": _("Overview"),
        "warnings": checks.run_checks(tags=["openuser"]),
        "connected": applications.filter(enabled=True).exists() or not may("wecom.add_application"),
        "held": applications.exclude(held_reason=""),
        "undecided": unknown.count(),
        "cards": [card for card in _cards() if may(card.permission)],
        "in_progress": renders.filter(status__in=Render.UNFINISHED).order_by("pk")[:NEWEST],
        "failed": renders.filter(status=Render.Status.FAILED).order_by("-pk")[:3],
        "latest": messages.select_related("content", "member").order_by("-pk")[:NEWEST],
    }
    return context


def _cards() -> list[Card]:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    failed = Outbound.objects.filter(created_at__gte=today, status=Outbound.Status.FAILED).count()
    return [
        Card(
            name=_("Conversations today"),
            figure=Conversation.objects.filter(last_message_at__gte=today).count(),
            permission="conversations.view_conversation",
            url=reverse("admin:conversations_conversation_changelist"),
        ),
        Card(
            name=_("Messages today"),
            figure=Message.objects.filter(created_at__gte=today).count(),
            permission="conversations.view_message",
            url=reverse("admin:conversations_message_changelist"),
        ),
        Card(
            name=_("Videos today"),
            figure=Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today).count(),
            permission="avatars.view_render",
            url=reverse("admin:avatars_render_changelist"),
        ),
        Card(
            name=_("On their way"),
            figure=Outbound.objects.filter(status__in=Outbound.UNFINISHED).count(),
            permission="wecom.view_outbound",
            url=_outbounds("queued"),
        ),
        Card(
            name=_("Not delivered today"),
            figure=failed,
            permission="wecom.view_outbound",
            url=_outbounds("failed"),
            bad=failed > 0,
        ),
    ]


def _outbounds(status: str) -> str:
    return f"{reverse('admin:wecom_outbound_changelist')}?status__exact={status}"
