"""Runs in the admin: the outcome of each moment, and its messages."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import Message
from core.web.admin import NOTHING, ReadOnlyAdmin, badge, row_link, shorten
from core.web.admin_filters import RelatedChoicesFilter
from scheduling import services
from scheduling.admin.columns import outcome_badge, short_moment
from scheduling.models import Run, RunMessage
from wecom.models import Member, Outbound

LEFT_OUT = {
    "left": _("left out: has left the company"),
    "out_of_range": _("left out: not in the application's visible range"),
    "opted_out": _("left out: has muted the topic"),
    "unknown": _("left out: not in the directory"),
}
SHOWN_MESSAGES = 200
DELIVERED = ("message__member", "message__outbound", "message__render")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("due", "schedule", "state", "why", "message_count", "timeline")
    list_filter = (
        "outcome",
        "by_hand",
        ("schedule__message_type", RelatedChoicesFilter),
        ("due_at", admin.DateFieldListFilter),
    )
    list_select_related = ("schedule",)
    search_fields = ("schedule__name", "schedule__text", "=cid")
    search_help_text = _("Search for a schedule, or a correlation ID.")
    ordering = ("-due_at", "-pk")
    fieldsets = (
        (None, {"fields": ("schedule_link", "due", "state", "reasons")}),
        (_("Who got it"), {"fields": ("deliveries",)}),
        (_("Where it belongs"), {"fields": ("timeline", "created_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        queryset: QuerySet[Run] = super().get_queryset(request)
        # Counted for the rows of a page: to group by runs would count the messages of all.
        made = RunMessage.objects.filter(run=OuterRef("pk")).values("run").annotate(count=Count("pk")).values("count")
        return queryset.annotate(made=Coalesce(Subquery(made), 0))

    @display(description=_("due at"), ordering="due_at")
    def due(self, run: Run) -> str:
        return short_moment(run.due_at, run.schedule)

    @display(description=_("outcome"), ordering="outcome")
    def state(self, run: Run) -> str:
        outcome = outcome_badge(run.outcome)
        return format_html("{} {}", outcome, badge(_("by hand"), "info")) if run.by_hand else outcome

    @display(description=_("why"))
    def why(self, run: Run) -> str:
        return shorten(run.why, 60) or NOTHING

    @display(description=_("why"))
    def reasons(self, run: Run) -> str:
        return run.why or NOTHING

    @display(description=_("messages"), ordering="made")
    def message_count(self, run: Any) -> int:
        return int(run.made)

    @display(description=_("schedule"))
    def schedule_link(self, run: Run) -> str:
        return row_link(run.schedule)

    @display(description=_("messages"))
    def deliveries(self, run: Run) -> SafeString:
        made = RunMessage.objects.filter(run=run).select_related(*DELIVERED).order_by("message")[:SHOWN_MESSAGES]
        rows = [(row.message, *_delivery(row.message), _note(row)) for row in made]
        context = {"rows": rows, "unreached": _unreached(run)}
        return render_to_string("admin/schedule_deliveries.html", context)


def _unreached(run: Run) -> list[tuple[str, str]]:
    """Members who were left out, by name where it is known, and why."""
    application = services.application_of(run.schedule)
    rows = Member.objects.filter(
        user_id__in=run.unreached, corporation=application.corporation_id if application else None
    )
    names = {member.user_id: str(member) for member in rows}
    return [(names.get(user_id, user_id), str(LEFT_OUT[reason])) for user_id, reason in sorted(run.unreached.items())]


def _note(row: RunMessage) -> str:
    """Why this member got something else."""
    if row.defaulted:
        return gettext("default used for: %(names)s") % {"names": ", ".join(row.defaulted)}
    return row.message.why_words


def _delivery(message: Message) -> tuple[str, str]:
    """The delivery of one message in words, and its tone."""
    if message.state == Message.State.CANCELLED:
        return str(message.get_state_display()), ""
    if message.outbound is None:
        return str(message.get_state_display()), "info"
    if message.outbound.status == Outbound.Status.DONE and message.reason:
        return str(message.get_reason_display()), "warn"
    if message.outbound.status == Outbound.Status.DONE:
        return (gettext("sent as text instead"), "warn") if message.degraded else (gettext("delivered"), "good")
    if message.outbound.status == Outbound.Status.FAILED:
        return gettext("not delivered"), "bad"
    if message.outbound.reason in Outbound.HELD_BACK:
        return str(Outbound.Reason(message.outbound.reason).label), "info"
    return str(message.outbound.get_status_display()), "info"
