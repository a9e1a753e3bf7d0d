"""Drafts of schedules: they send nothing until a person with the right to publish has published them."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.evidence.stated_reasons import stated_reason
from core.parties.acting_client import client_name
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule
from scheduling.schedules import beat_entries, validation


def ask_for_publishing(
    schedule: Schedule, *, by: AbstractBaseUser | None = None, now: datetime | None = None
) -> Schedule:
    """Note who asks for a draft to be published, and when. Asking again changes nothing.

    Raises `SchedulingError` for a schedule that is no draft.
    """

    def ask(row: Schedule) -> None:
        if row.asked_at is None:
            row.asked_at, row.asked_by_id, row.returned_note = now or timezone.now(), by.pk if by else None, ""
            row.asked_client = client_name()

    return _settle(schedule, ask)


def publish(schedule: Schedule, *, seen: datetime | None = None, now: datetime | None = None) -> Schedule:
    """Let a draft send from now on. Raises `SchedulingError` if it is no draft, or is not as the publisher saw it.

    `seen` is the `updated_at` of the draft that the publisher saw.
    """
    now = now or timezone.now()

    def publish_row(row: Schedule) -> None:
        if seen is not None and row.updated_at != seen:
            words = _("The draft was changed since you looked at it.")
            raise SchedulingError(words, code="draft_changed", remedy=_("Look at it again, then publish it."))
        validation.check(row)
        row.draft = row.paused = False
        row.asked_at, row.asked_by, row.returned_note, row.asked_client = None, None, "", ""
        row.watched_from, row.next_tick_at = now, row.rule.next_tick(now)

    return _settle(schedule, publish_row)


def send_back(schedule: Schedule, *, note: str) -> Schedule:
    """Answer a request to publish with a note; the draft stays. Raises `SchedulingError` if nobody asks."""

    def answer(row: Schedule) -> None:
        if row.asked_at is None:
            raise SchedulingError(_("Nobody asks for this draft to be published."), code="not_asked")
        remedy = _("Say in words what to change.")
        refusal = SchedulingError(_("A note is missing."), code="empty", field="note", remedy=remedy)
        row.asked_at, row.returned_note = None, stated_reason(note, refusal)

    return _settle(schedule, answer)


def check_published(schedule: Schedule) -> None:
    """Raises `SchedulingError` for a draft."""
    if Schedule.objects.filter(pk=schedule.pk, draft=True).exists():
        raise SchedulingError(_("A draft sends nothing."), code="draft", remedy=_("Publish it first."))


@transaction.atomic
def _settle(schedule: Schedule, change: Callable[[Schedule], None]) -> Schedule:
    row = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    if not row.draft:
        raise SchedulingError(_("This schedule is no draft."), code="not_a_draft", remedy=_("Open it again."))
    change(row)
    row.save()
    beat_entries.sync(row)
    schedule.refresh_from_db()
    return schedule
