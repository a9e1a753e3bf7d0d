"""Runs of schedules: due moments are sent, missed ones are recorded.

Calls may be repeated or concurrent: a moment of a schedule is handled once, because its `Run` is unique.
"""

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from conversations import services as conversations
from conversations.models import Message
from core.personal_data import retention
from core.work.broker import publish_task
from scheduling.campaigns.sending_policy import policy_of
from scheduling.models import Run, Schedule
from scheduling.schedules import beat_entries, execution, prerender, stops
from scheduling.schedules.audience import application_of
from scheduling.services.drafts import check_published

MAX_COUNTED = 1000
SWEEP_LIMIT = 500


def run_now(schedule: Schedule, *, now: datetime | None = None) -> Run:
    """Send a schedule now, even if it is paused; twice in a second sends once. Raises `SchedulingError` for a draft."""
    check_published(schedule)
    now = now or timezone.now()
    due_at = now.replace(microsecond=0)
    run = _send_unless_stopped(schedule, due_at, now=now, by_hand=True)
    return run or Run.objects.get(schedule=schedule, due_at=due_at)


def due_moment(schedule: Schedule, now: datetime) -> datetime | None:
    """The latest occurrence until now that is not handled yet."""
    return next(schedule.rule.backwards(now, since=schedule.watched_from), None)


def hold_released(message: Message, *, now: datetime | None = None) -> None:
    """Hold a video of a schedule that is ready only now, if everything that is not a reply is stopped.

    Else it waits for the end of its member's dialogue.
    """
    now = now or timezone.now()
    if policy_of(message.application).is_stopped:
        stops.hold_released(message, now=now)
    elif message.cid and Run.objects.filter(cid=message.cid).exists():
        conversations.wait_for_dialogues([message], now=now)


@transaction.atomic
def run_due(pk: int, *, now: datetime | None = None) -> list[Run]:
    """Handle the due moments of a schedule: send the latest moment, and record missed ones and days off.

    Safe for any number of concurrent calls. Missed moments share one row, that of the latest.
    """
    now = now or timezone.now()
    schedule = Schedule.objects.select_for_update(of=("self",)).filter(pk=pk, paused=False).first()
    if schedule is None:
        return []
    tick = schedule.rule.latest_tick(now, since=schedule.watched_from)
    if tick is None:
        return []
    runs = [_spoken(schedule, now), _missed(schedule, now), _skipped(schedule, tick, now)]
    schedule.watched_from, schedule.next_tick_at = tick, schedule.rule.next_tick(now)
    schedule.save(update_fields=["watched_from", "next_tick_at"])
    return [run for run in runs if run is not None]


def run_all_due(*, now: datetime | None = None) -> list[Run]:
    """Handle the due moments of all schedules."""
    now = now or timezone.now()
    pks = list(Schedule.objects.due(now).order_by("next_tick_at", "pk").values_list("pk", flat=True))
    return [run for pk in pks for run in run_due(pk, now=now)]


def sweep(*, now: datetime | None = None) -> int:
    """Wake a worker for each due schedule that beat's message did not reach. Returns how many.

    Requests the videos of moments that are near, too.
    """
    now = now or timezone.now()
    prerender.prepare_all(now=now)
    due = Schedule.objects.due(now).order_by("next_tick_at", "pk")
    pks = list(due.values_list("pk", flat=True)[:SWEEP_LIMIT])
    for pk in pks:
        publish_task(beat_entries.TASK, pk)
    return len(pks)


def forget_old_runs(*, now: datetime | None = None) -> int:
    """Delete old runs. Returns how many."""
    return retention.expire(Run, now=now or timezone.now())


def _spoken(schedule: Schedule, now: datetime) -> Run | None:
    due_at = due_moment(schedule, now)
    return _send_unless_stopped(schedule, due_at, now=now) if due_at and now - due_at <= schedule.grace else None


@transaction.atomic
def _send_unless_stopped(schedule: Schedule, due_at: datetime, *, now: datetime, by_hand: bool = False) -> Run | None:
    """Send it, or record that everything that is not a reply is stopped."""
    Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)  # a stop waits for it, see `stops`
    application = application_of(schedule)
    if application is not None and policy_of(application).is_stopped:
        stopped = Run.Reason.STOPPED
        return execution.record(schedule, due_at, Run.Outcome.SKIPPED, now=now, by_hand=by_hand, reason=stopped)
    return execution.send(schedule, due_at, now=now, by_hand=by_hand)


def _missed(schedule: Schedule, now: datetime) -> Run | None:
    """The row of the latest moment that is past its grace period, or was followed by another one."""
    backwards = schedule.rule.backwards(now, since=schedule.watched_from)
    missed = list(islice(backwards, MAX_COUNTED))
    late = [at for at in missed if now - at > schedule.grace or at != missed[0]]
    if not late:
        return None
    return execution.record(schedule, late[0], Run.Outcome.MISSED, now=now, others_missed=len(late) - 1)


def _skipped(schedule: Schedule, tick: datetime, now: datetime) -> Run | None:
    if tick == due_moment(schedule, now):
        return None
    held = schedule.rule.holds_on(tick.astimezone(schedule.zone).date())
    reason = Run.Reason.DAYS_UNKNOWN if held else Run.Reason.DAY_OFF
    return execution.record(schedule, tick, Run.Outcome.SKIPPED, now=now, reason=reason)
