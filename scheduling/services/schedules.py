"""Schedules: checked, saved, paused, resumed and deleted."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Schedule
from scheduling.schedules import beat_entries, prerender, validation
from scheduling.services.drafts import check_published


@transaction.atomic
def save_schedule(schedule: Schedule, *, now: datetime | None = None) -> Schedule:
    """Validate and save a schedule and update its `PeriodicTask`. Past moments are never sent.

    Raises `SchedulingError` with the field and the remedy.
    """
    now = now or timezone.now()
    tidy_up(schedule)
    validation.check(schedule)
    before = Schedule.objects.select_for_update(of=("self",)).filter(pk=schedule.pk).first()
    goes_on = before is not None and before.rule == schedule.rule and before.paused == schedule.paused
    schedule.watched_from = before.watched_from if before and goes_on else now
    schedule.next_tick_at = schedule.rule.next_tick(schedule.watched_from)
    # The prerendered video may be of another text or time.
    schedule.ahead, schedule.ahead_for = None, None
    schedule.save()
    prerender.let_go(schedule)
    beat_entries.sync(schedule)
    return schedule


def problems(schedule: Schedule) -> list[SchedulingError]:
    """All errors of a schedule, for a form."""
    return list(validation.problems(schedule))


def warnings(schedule: Schedule, *, now: datetime | None = None) -> list[str]:
    """Warnings about a saved schedule."""
    return list(validation.warnings(schedule, now or timezone.now()))


def pause(schedule: Schedule, *, now: datetime | None = None) -> bool:
    """Pause a schedule; False if it was paused already. Moments in between are skipped."""
    return _set_paused(schedule, paused=True, now=now or timezone.now())


def resume(schedule: Schedule, *, now: datetime | None = None) -> bool:
    """Resume a schedule from now on; False if it was not paused.

    Raises `SchedulingError` for a draft, and while a campaign that has taken its place goes on.
    """
    check_published(schedule)
    going = schedule.successors.filter(ends_replaced=True, state__in=(*Campaign.ON, Campaign.State.PAUSED)).first()
    if going is not None:
        words = _("The campaign “%s” has taken its place, and members would get both.") % going
        raise SchedulingError(words, code="replaced", remedy=_("Cancel the campaign first."))
    return _set_paused(schedule, paused=False, now=now or timezone.now())


@transaction.atomic
def remove(schedule: Schedule) -> None:
    """Delete a schedule with its runs. Sent messages stay."""
    beat_entries.remove(schedule)
    renders = list(schedule.videos.values_list("render", flat=True))
    schedule.delete()
    prerender.end_unwanted(renders)


@transaction.atomic
def _set_paused(schedule: Schedule, *, paused: bool, now: datetime) -> bool:
    row = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    changed = row.paused != paused
    if changed:
        row.paused, row.watched_from = paused, now
        row.next_tick_at = row.rule.next_tick(now)
        row.save(update_fields=["paused", "watched_from", "next_tick_at", "updated_at"])
        beat_entries.sync(row)
        prerender.end_unwanted(list(row.videos.values_list("render", flat=True)))
    schedule.refresh_from_db()
    return changed


def tidy_up(schedule: Schedule) -> None:
    """Write the fields of a schedule as they are kept."""
    schedule.user_ids = list(dict.fromkeys(str(one).strip().lower() for one in schedule.user_ids))
    schedule.cron = " ".join(schedule.cron.split())
    schedule.paused = schedule.paused or schedule.draft
    words = " ".join(schedule.text.split()) or str(schedule.source or "")
    schedule.name = schedule.name.strip() or words[:40]
