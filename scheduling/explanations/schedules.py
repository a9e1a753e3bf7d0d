"""The lines that a schedule adds to *Why?* of its messages."""

from collections.abc import Iterator

from django.contrib.admin.models import ADDITION, LogEntry
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.services import ExplanationLine
from scheduling.campaigns.schedule_content import audience_of
from scheduling.descriptions import describe_rule
from scheduling.explanations import audience, people
from scheduling.models import Run, Schedule
from wecom.models import Member


def lines_of(schedule: Schedule, member: Member, run: Run | None) -> list[ExplanationLine]:
    """Its rule, who wrote and last changed it by the admin's history, and how the member comes into it."""
    at = run.created_at if run else timezone.now()
    by_hand = ExplanationLine(topic="by_hand", label=_("Started"), words=_("by hand"))
    return [
        ExplanationLine(topic="planned", label=_("Planned for"), words=describe_rule(schedule.rule)),
        *([by_hand] if run and run.by_hand else []),
        *_history(schedule),
        *audience.lines_of(audience_of(schedule), member, today=at.astimezone(schedule.zone).date()),
    ]


def _history(schedule: Schedule) -> Iterator[ExplanationLine]:
    entries = LogEntry.objects.filter(
        content_type__app_label="scheduling", content_type__model="schedule", object_id=str(schedule.pk)
    ).select_related("user")
    written, changed = entries.filter(action_flag=ADDITION).first(), entries.first()
    yield people.line("written", _("Written"), written.user if written else None, schedule.created_at)
    if changed is not None and changed != written:
        yield people.line("changed", _("Last changed"), changed.user, changed.action_time)
