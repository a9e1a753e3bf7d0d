"""The admin's home, kept current by live updates: notices, problems, today's conversations, renders, next runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core import checks
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.models import Render
from conversations.models import Conversation, Message, Ticket
from core.confidentiality.rights import may_read
from core.lookups import among
from openuser.admin.home import campaign_drafts, home_problems, kept_counts, next_runs, unfinished
from openuser.second_factor import devices
from scheduling.models import SendingPolicy
from wecom import services as wecom
from wecom.models import Application, Guard, Outbound

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
class Counted:
    """The rows of a counter; its list shows those of `status`, or all, unless an `address` is given.

    `is_bad` if there should be none.
    """

    key: str
    name: str
    rows: QuerySet[Any]
    status: str = ""
    address: str = ""
    is_bad: bool = False

    @property
    def model(self) -> Any:
        return self.rows.model._meta

    @property
    def url(self) -> str:
        if self.address:
            return self.address
        address = reverse(f"admin:{self.model.app_label}_{self.model.model_name}_changelist")
        return f"{address}?status__exact={self.status}" if self.status else address


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
    """The context of the page; rows of each kind only with the permission to view them, and only of kinds with rows."""
    may, now = request.user.has_perm, timezone.now()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    sees_renders, sees_outbounds = may("avatars.view_render"), may("wecom.view_outbound")
    sees_conversations = may("conversations.view_conversation") and may_read(request.user)
    counted = [
        counter for counter in _counted(today) if may(f"{counter.model.app_label}.view_{counter.model.model_name}")
    ]
    drafts, held_guard = campaign_drafts.sought(request.user), Guard.objects.exclude(held_since=None)
    decides = may("scheduling.change_sendingpolicy")
    undecided = SendingPolicy.objects.undecided() if decides else SendingPolicy.objects.none()
    counts = kept_counts.look(
        {f"{counter.key}:{today:%Y-%m-%d}": counter.rows for counter in counted},
        {
            **home_problems.sought(may, now=now),
            **unfinished.sought(may, now=now),
            **next_runs.sought(may, now=now),
            **drafts,
            "guard": held_guard,
            "quiet": undecided,
        },
    )
    applications = list(_applications())
    held = [application for application in applications if application.held_reason]
    renders, videos, failed = _renders(today, now) if sees_renders else ([], [], [])
    late = [unfinished.late_tickets(now)] if unfinished.LATE_TICKETS in counts.there else []
    known = home_problems.Known(failed_renders=failed, applications=applications, there=counts.there)
    return {
        "warnings": checks.run_checks(tags=["openuser"]),
        "connected": not may("wecom.add_application") or any(application.enabled for application in applications),
        "second_factor_suggested": request.user.is_superuser and _lacks_second_factor(request),
        "held_applications": held if may("wecom.view_application") else [],
        "restore_guard": wecom.restore_hold() if sees_outbounds and "guard" in counts.there else None,
        "undecided_policies": list(undecided) if "quiet" in counts.there else [],
        "counters": _counters(counted, counts.figures.values()),
        "sees_renders": sees_renders,
        "sees_problems": bool(late) or sees_renders or sees_outbounds or may("scheduling.view_campaignrun"),
        "sees_conversations": sees_conversations,
        "unfinished_renders": [UnfinishedRender(render=row, seconds_left=_seconds_left(row)) for row in renders],
        "videos": videos,
        "problems": [*late, *home_problems.problems_for(may, known=known, now=now)],
        "done": unfinished.no_problems(may, counts.there),
        "sees_calendar": may("scheduling.view_campaign"),
        "next_runs": next_runs.next_runs(counts.there, applications, now=now),
        "may_add_campaign": may("scheduling.add_campaign"),
        "may_start_alone": may("scheduling.start_alone_campaign"),
        **{name: list(rows[:DRAFTS]) if name in counts.there else [] for name, rows in drafts.items()},
        "conversations": _conversations(today) if sees_conversations else [],
        "phone_page": f"{settings.WECOM['API_BASE_URL']}/emulator/" if getattr(settings, "EMULATED", False) else "",
        "may_change_applications": may("wecom.change_application"),
        "may_change_guard": may("wecom.change_guard"),
    }


def _lacks_second_factor(request: HttpRequest) -> bool:
    return devices.is_suggested() and devices.device_of(cast(User, request.user)) is None


def _applications() -> QuerySet[Application]:
    """All applications; those that send nothing until their settings are corrected with how many messages wait."""
    queued = Outbound.objects.filter(application=OuterRef("pk"), status__in=Outbound.UNFINISHED).order_by()
    waiting = queued.exclude(application__held_reason="").values("application").annotate(count=Count("pk"))
    rows = Application.objects.select_related("corporation").order_by("pk")
    return rows.annotate(waiting=Coalesce(Subquery(waiting.values("count")), 0))


def _renders(today: datetime, now: datetime) -> tuple[list[Render], list[Render], list[Render]]:
    """Running renders, oldest first, then the queue in its order; today's newest videos; the newest failures."""
    done = Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today).exclude(poster="")
    unfinished = Render.objects.filter(status__in=Render.UNFINISHED).order_by("-status", "-priority", "pk")
    newest = (
        unfinished[:NEWEST],
        done.order_by("-finished_at")[:VIDEOS],
        home_problems.failed_renders(now - home_problems.RECENT),
    )
    chosen = Q()
    for some in newest:
        chosen |= Q(among("pk", some.values("pk")))
    rows = list(Render.objects.filter(chosen).select_related("digital_human").order_by("-finished_at"))
    waits = sorted((row for row in rows if not row.is_finished), key=_place_in_queue)
    return (
        waits,
        [row for row in rows if row.status == Render.Status.DONE],
        [row for row in rows if row.status == Render.Status.FAILED],
    )


def _place_in_queue(render: Render) -> tuple[bool, int, int]:
    return render.status != Render.Status.RUNNING, -render.priority, render.pk


def _seconds_left(render: Render) -> float | None:
    # Only for running renders, where it needs no query; queued ones would each query the whole queue.
    return avatars.seconds_left(render) if render.status == Render.Status.RUNNING else None


def _conversations(today: datetime) -> QuerySet[Conversation]:
    """Today's conversations; their messages stay on their pages."""
    rows = Conversation.objects.filter(last_message_at__gte=today).select_related("member", "application")
    return rows.order_by("-last_message_at")[:NEWEST]


def _counters(counted: Iterable[Counted], figures: Iterable[int]) -> list[Counter]:
    return [
        Counter(name=counter.name, figure=figure, url=counter.url, bad=counter.is_bad and figure > 0)
        for counter, figure in zip(counted, figures, strict=True)
    ]


def _counted(today: datetime) -> list[Counted]:
    waiting = Outbound.objects.filter(status__in=Outbound.UNFINISHED)
    videos = Render.objects.filter(status=Render.Status.DONE, finished_at__gte=today)
    failed = Outbound.objects.filter(status=Outbound.Status.FAILED, finished_at__gte=today)
    return [
        Counted(
            key="conversations",
            name=_("Conversations today"),
            rows=Conversation.objects.filter(last_message_at__gte=today),
        ),
        Counted(key="messages", name=_("Messages today"), rows=Message.objects.filter(created_at__gte=today)),
        Counted(key="videos", name=_("Videos today"), rows=videos, status=Render.Status.DONE),
        Counted(key="on-their-way", name=_("On their way"), rows=waiting, status=Outbound.Status.QUEUED),
        Counted(
            key="not-delivered",
            name=_("Not delivered today"),
            rows=failed,
            status=Outbound.Status.FAILED,
            is_bad=True,
        ),
        Counted(
            key="waiting-members",
            name=_("Waiting for a person"),
            rows=Ticket.objects.filter(status=Ticket.Status.OPEN),
            address=f"{reverse('desk')}?list=waiting",
            is_bad=True,
        ),
    ]
