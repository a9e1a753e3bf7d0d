"""The admin's home: what is missing, what happens today, what is being made."""

from typing import Any

from django.core import checks
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars.models import Render
from conversations.models import Conversation, Message
from wecom.models import Application, Outbound


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    outbounds = Outbound.objects.filter(created_at__gte=today)
    context |= {
        "warnings": checks.run_checks(tags=["openuser"]),
        "held": Application.objects.exclude(held_reason=""),
        "cards": [
            (_("Conversations today"), Conversation.objects.filter(last_message_at__gte=today).count()),
            (_("Messages today"), Message.objects.filter(created_at__gte=today).count()),
            (_("Videos today"), Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today).count()),
            (_("Not delivered today"), outbounds.filter(status=Outbound.Status.FAILED).count()),
        ],
        "in_progress": Render.objects.filter(status__in=Render.UNFINISHED).select_related("digital_human")[:10],
        "latest": Message.objects.select_related("content", "member").order_by("-pk")[:10],
    }
    return context
