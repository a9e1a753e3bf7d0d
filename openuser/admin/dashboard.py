"""The admin's home, kept current by live updates: notices, problems, today's conversations, renders, next runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.core import checks
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.models import Render
from conversations.models import Conversation, Message
from openuser.admin import kept_counts
from openuser.admin.next_runs import next_runs
from openuser.admin.problems import problems_for
from openuser.second_factor import devices
from scheduling.models import Schedule
from wecom import services as wecom
from wecom.models import Application, Outbound

NEWEST = 8
VIDEOS = 6
DRAFTS = 6


@dataclass(frozen=True, kw_only=True)
class Counter:
    """A number with a link to the list that it counts; `bad` if it needs attention."""

    name: str
    figure: int
    url: str
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class UnfinishedRender:
    """A queued or running render. `seconds_left` is None while it is queued."""

    render: Render
    seconds_left: float | None


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's `DASHBOARD_CALLBACK`: the context of templates/admin/index.html."""
    return {**context, "title": _("Overview"), **overview(request)}


def content(request: HttpRequest) -> HttpResponse:
    """The content of the page, for core/static/core/live_page.js."""
    return TemplateResponse(request, "admin/home/content.html", overview(request))


def overview(request: HttpRequest) -> dict[str, Any]:
    """The context of the page; rows of each kind only with the permission to view them."""
    may = request.user.has_perm
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    sees_renders, sees_outbounds = may("avatars.view_render"), may("wecom.view_outbound")
    sees_conversations = may("conversations.view_conversation")
    return {
        "warnings": checks.run_checks(tags=["openuser"]),
        "connected": not may("wecom.add_application") or Application.objects.filter(enabled=True).exists(),
        "second_factor_suggested": request.user.is_superuser and _lacks_second_factor(request),
        "held_applications": _held_applications() if may("wecom.view_application") else [],
        "restore_guard": wecom.restore_hold() if sees_outbounds else None,
        "counters": [
            *_conversation_counters(today, may),
            *(_render_counters(today) if sees_renders else []),
            *_outbound_counters(today, may),
        ],
        "sees_renders": sees_renders,
        "sees_problems": sees_renders or sees_outbounds or may("scheduling.view_run"),
        "sees_conversations": sees_conversations,
        "unfinished_renders": _unfinished_renders() if sees_renders else [],
        "videos": _videos(today) if sees_renders else [],
        "problems": problems_for(may),
        "sees_schedules": may("scheduling.view_schedule"),
        "sees_calendar": may("scheduling.view_schedule") or may("scheduling.view_campaign"),
        "next_runs": next_runs(may),
        "may_add_schedule": may("scheduling.add_schedule"),
        "may_add_campaign": may("scheduling.add_campaign"),
        **_drafts(request),
        "conversations": _conversations(today) if sees_conversations else [],
        "may_change_applications": may("wecom.change_application"),
        "may_change_guard": may("wecom.change_guard"),
    }


def _drafts(request: HttpRequest) -> dict[str, Any]:
    """Drafts to publish for those who may, and the person's own that were sent back."""
    publishes, writes = (request.user.has_perm(f"scheduling.{right}_schedule") for right in ("publish", "add"))
    return {
        "drafts_asked": list(Schedule.objects.asked()[:DRAFTS]) if publishes else [],
        "drafts_returned": list(Schedule.objects.sent_back_to(request.user.pk)[:DRAFTS]) if writes else [],
    }


def _lacks_second_factor(request: HttpRequest) -> bool:
    return devices.is_suggested() and devices.device_of(cast(User, request.user)) is None


def _held_applications() -> QuerySet[Application]:
    """Applications that send nothing until their settings are corrected, with the number of waiting messages."""
    queued = Outbound.objects.filter(application=OuterRef("pk"), status__in=Outbound.UNFINISHED).order_by()
    waiting = queued.values("application").annotate(count=Count("pk")).values("count")
    held = Application.objects.exclude(held_reason="").order_by("pk")
    return held.annotate(waiting=Coalesce(Subquery(waiting), 0))


def _unfinished_renders() -> list[UnfinishedRender]:
    """Running renders, oldest first, then the queue in its order."""
    rows = Render.objects.filter(status__in=Render.UNFINISHED).select_related("digital_human")
    rows = rows.order_by("-status", "-priority", "pk")[:NEWEST]
    return [UnfinishedRender(render=row, seconds_left=_seconds_left(row)) for row in rows]


def _seconds_left(render: Render) -> float | None:
    # Only for running renders, where it needs no query; queued ones would each query the whole queue.
    return avatars.seconds_left(render) if render.status == Render.Status.RUNNING else None


def _videos(today: datetime) -> QuerySet[Render]:
    done = Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today).exclude(poster="")
    return done.select_related("digital_human").order_by("-finished_at")[:VIDEOS]


def _conversations(today: datetime) -> QuerySet[Conversation]:
    """Today's conversations, with the member's last message."""
    said = Message.objects.filter(application=OuterRef("application"), member=OuterRef("member"))
    said = said.filter(direction=Message.Direction.IN).order_by("-pk")
    rows = Conversation.objects.filter(last_message_at__gte=today).select_related("member", "application")
    rows = rows.annotate(newest=Subquery(said.values("content__text")[:1]))
    return rows.order_by("-last_message_at")[:NEWEST]


def _conversation_counters(today: datetime, may: Any) -> list[Counter]:
    cards = []
    if may("conversations.view_conversation"):
        figure = _count("conversations", today, Conversation.objects.filter(last_message_at__gte=today))
        url = reverse("admin:conversations_conversation_changelist")
        cards.append(Counter(name=_("Conversations today"), figure=figure, url=url))
    if may("conversations.view_message"):
        figure = _count("messages", today, Message.objects.filter(created_at__gte=today))
        url = reverse("admin:conversations_message_changelist")
        cards.append(Counter(name=_("Messages today"), figure=figure, url=url))
    return cards


def _render_counters(today: datetime) -> list[Counter]:
    figure = _count("videos", today, Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today))
    url = f"{reverse('admin:avatars_render_changelist')}?status__exact={Render.Status.DONE}"
    return [Counter(name=_("Videos today"), figure=figure, url=url)]


def _outbound_counters(today: datetime, may: Any) -> list[Counter]:
    if not may("wecom.view_outbound"):
        return []
    url = f"{reverse('admin:wecom_outbound_changelist')}?status__exact="
    way = _count("on-their-way", today, Outbound.objects.filter(status__in=Outbound.UNFINISHED))
    not_delivered = Outbound.objects.filter(finished_at__gte=today, status=Outbound.Status.FAILED)
    failed = _count("not-delivered", today, not_delivered)
    return [
        Counter(name=_("On their way"), figure=way, url=f"{url}{Outbound.Status.QUEUED}"),
        Counter(name=_("Not delivered today"), figure=failed, url=f"{url}{Outbound.Status.FAILED}", bad=failed > 0),
    ]


def _count(name: str, today: datetime, rows: QuerySet[Any]) -> int:
    return kept_counts.count(f"{name}:{today:%Y-%m-%d}", rows)
