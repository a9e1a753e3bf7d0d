"""The front door of scheduling: make a schedule, pause it, run it, and run what is due.

Who calls and how often does not matter: a moment of a schedule is dealt with once, because its `Run` is unique.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars.models import DigitalHuman, RenderTemplate
from core.work.broker import publish_task
from scheduling.exceptions import SchedulingError
from scheduling.models import Run, Schedule, default_grace, default_time_zone
from scheduling.schedules import beat_entries, prerender, runs, validation
from scheduling.schedules.preview import PREVIEWED, Preview, Spoken, preview, preview_words
from wecom.models import Application

__all__ = [
    "PREVIEWED",
    "Preview",
    "Spoken",
    "due",
    "pause",
    "preview",
    "preview_words",
    "problems",
    "remove",
    "resume",
    "run_all_due",
    "run_due",
    "run_now",
    "save_schedule",
    "schedule_wechat_message",
    "warnings",
]

# What callers of the guide's function call our fields.
T = TypeVar("T", bound=Model)

GUIDES_NAMES = {
    "cron": "schedule",
    "user_ids": "user_id",
    "digital_human": "digital_human_id",
    "template": "template_id",
    "values": "variables",
}
# What tells one call of it from another.
TELLING = (
    *("name", "application_id", "user_ids", "message_type", "text", "digital_human_id", "mode"),
    *("cron", "time_zone", "days", "grace_minutes"),
)
# Told too where a template speaks; other calls keep the keys that they had.
TEMPLATED = ("template_id", "values")
COUNTED_AT_MOST = 1000
SWEEP_LIMIT = 500


def schedule_wechat_message(
    user_id: str | Sequence[str],
    *,
    schedule: str,
    message: str = "",
    message_type: str = "text",
    text: str = "",
    digital_human_id: int | None = None,
    template_id: int | None = None,
    variables: Mapping[str, str] | None = None,
    mode: str = "",
    name: str = "",
    time_zone: str = "",
    days: str = "every",
    grace_minutes: int | None = None,
    application: Application | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Say something again and again: `schedule` is a cron line, like "0 9 * * *" for every day at 9:00.

    `message` and `text` are two names for what is said. A video may be one of a video template in their place, with
    values for its variables, which show what is known of a member like {{name}}.

    Calling it again with equal arguments gives the schedule that the first call made, as it is by now (people may have
    edited or paused it), and never a second one; so it may stand where code runs at each start. Raises
    `SchedulingError` with the argument and the remedy.
    """
    if message and text and message != text:
        words = _("Both message and text are given, and they differ.")
        raise SchedulingError(words, code="two_texts", field="text", remedy=_("Give one of them."))
    ids = [user_id] if isinstance(user_id, str) else list(user_id)
    wanted = Schedule(
        name=name,
        application=application,
        user_ids=ids,
        message_type=message_type,
        text=text or message,
        digital_human=_digital_human(digital_human_id),
        template=_template(template_id),
        values=dict(variables or {}),
        mode=mode,
        cron=schedule,
        time_zone=time_zone or default_time_zone(),
        days=days,
        grace_minutes=default_grace() if grace_minutes is None else grace_minutes,
    )
    wanted.key = _key(wanted)
    try:
        return Schedule.objects.filter(key=wanted.key).first() or save_schedule(wanted, now=now)
    except IntegrityError:
        # The same call was made at this moment.
        return Schedule.objects.get(key=wanted.key)
    except SchedulingError as error:
        field = GUIDES_NAMES.get(error.field, error.field)
        raise SchedulingError(error.message, code=error.code, remedy=error.remedy, field=field) from error


@transaction.atomic
def save_schedule(schedule: Schedule, *, now: datetime | None = None) -> Schedule:
    """Check a schedule, save it, and bring its `PeriodicTask` in step. It never speaks for the past.

    Raises `SchedulingError` with the field and the remedy.
    """
    now = now or timezone.now()
    _tidy_up(schedule)
    validation.check(schedule)
    before = Schedule.objects.select_for_update(of=("self",)).filter(pk=schedule.pk).first()
    goes_on = before is not None and before.rule == schedule.rule and before.paused == schedule.paused
    schedule.watched_from = before.watched_from if before and goes_on else now
    schedule.next_tick_at = schedule.rule.next_tick(schedule.watched_from)
    # Other words, or another time: what was made ahead may be of no use.
    schedule.ahead, schedule.ahead_for = None, None
    schedule.save()
    beat_entries.reflect(schedule)
    return schedule


def problems(schedule: Schedule) -> list[SchedulingError]:
    """Everything that is wrong with a schedule, for a form that shows all of it at once."""
    return list(validation.problems(schedule))


def warnings(schedule: Schedule, *, now: datetime | None = None) -> list[str]:
    """What somebody should know of a schedule that was saved, in words."""
    return list(validation.warnings(schedule, now or timezone.now()))


def pause(schedule: Schedule) -> bool:
    """Let a schedule rest; False where it rested already. What comes due meanwhile is not made up for."""
    return _set_paused(schedule, paused=True, now=timezone.now())


def resume(schedule: Schedule, *, now: datetime | None = None) -> bool:
    """Let a schedule go on from now; False where it was going on."""
    return _set_paused(schedule, paused=False, now=now or timezone.now())


@transaction.atomic
def remove(schedule: Schedule) -> None:
    """Delete a schedule with the record of its runs. Messages that were said stay."""
    beat_entries.remove(schedule)
    schedule.delete()


def run_now(schedule: Schedule, *, now: datetime | None = None) -> Run:
    """Say it now, whatever its line says and though it may be paused. Pressed twice in a second it is said once."""
    due_at = (now or timezone.now()).replace(microsecond=0)
    run = runs.speak(schedule, due_at, now=now or timezone.now(), by_hand=True)
    return run or Run.objects.get(schedule=schedule, due_at=due_at)


def due(schedule: Schedule, now: datetime) -> datetime | None:
    """The latest moment until now at which it should have spoken, and that nobody has dealt with yet."""
    return next(schedule.rule.backwards(now, since=schedule.watched_from), None)


@transaction.atomic
def run_due(pk: int, *, now: datetime | None = None) -> list[Run]:
    """Deal with what is due of a schedule: say the latest, and record what was missed or fell on a day off.

    Any number of callers at any time is safe. Of many missed moments one row is written, for the latest.
    """
    now = now or timezone.now()
    schedule = Schedule.objects.select_for_update(of=("self",)).filter(pk=pk, paused=False).first()
    if schedule is None:
        return []
    tick = schedule.rule.latest_tick(now, since=schedule.watched_from)
    if tick is None:
        return []
    found = [_spoken(schedule, now), _missed(schedule, now), _skipped(schedule, tick, now)]
    schedule.watched_from, schedule.next_tick_at = tick, schedule.rule.next_tick(now)
    schedule.save(update_fields=["watched_from", "next_tick_at"])
    return [run for run in found if run is not None]


def run_all_due(*, now: datetime | None = None) -> list[Run]:
    """Deal with what is due of every schedule, here and now."""
    now = now or timezone.now()
    pks = list(Schedule.objects.due(now).order_by("next_tick_at", "pk").values_list("pk", flat=True))
    return [run for pk in pks for run in run_due(pk, now=now)]


def sweep(*, now: datetime | None = None) -> int:
    """Wake a worker for each schedule that beat's own message did not bring to one. Returns how many.

    Videos of moments that are near are begun.
    """
    now = now or timezone.now()
    prerender.prepare_all(now=now)
    found = Schedule.objects.due(now).order_by("next_tick_at", "pk")
    pks = list(found.values_list("pk", flat=True)[:SWEEP_LIMIT])
    for pk in pks:
        publish_task(beat_entries.TASK, pk)
    return len(pks)


def forget_old_runs(*, now: datetime | None = None) -> int:
    """Delete the record of runs that are too old to be asked for. Returns how many."""
    oldest = (now or timezone.now()) - timedelta(days=settings.SCHEDULING["KEEP_RUNS_DAYS"])
    old = Run.objects.filter(due_at__lt=oldest)
    count = old.count()
    old.delete()
    return count


def _spoken(schedule: Schedule, now: datetime) -> Run | None:
    due_at = due(schedule, now)
    return runs.speak(schedule, due_at, now=now) if due_at and now - due_at <= schedule.grace else None


def _missed(schedule: Schedule, now: datetime) -> Run | None:
    """The row of the latest moment that is too late to speak, or that a later one overtook."""
    backwards = schedule.rule.backwards(now, since=schedule.watched_from)
    found = list(islice(backwards, COUNTED_AT_MOST))
    late = [at for at in found if now - at > schedule.grace or at != found[0]]
    if not late:
        return None
    return runs.record(schedule, late[0], Run.Outcome.MISSED, now=now, others_missed=len(late) - 1)


def _skipped(schedule: Schedule, tick: datetime, now: datetime) -> Run | None:
    if tick == due(schedule, now):
        return None
    return runs.record(schedule, tick, Run.Outcome.SKIPPED, now=now)


@transaction.atomic
def _set_paused(schedule: Schedule, *, paused: bool, now: datetime) -> bool:
    row = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    changed = row.paused != paused
    if changed:
        row.paused, row.watched_from = paused, now
        row.next_tick_at = row.rule.next_tick(now)
        row.save(update_fields=["paused", "watched_from", "next_tick_at", "updated_at"])
        beat_entries.reflect(row)
    schedule.refresh_from_db()
    return changed


def _digital_human(pk: int | None) -> DigitalHuman | None:
    words = _("There is no digital human %(id)s.")
    return _row(DigitalHuman, pk, words, code="digital_human_unknown", field="digital_human_id")


def _template(pk: int | None) -> RenderTemplate | None:
    words = _("There is no video template %(id)s.")
    return _row(RenderTemplate, pk, words, code="template_unknown", field="template_id")


def _row(model: type[T], pk: int | None, words: str, *, code: str, field: str) -> T | None:
    """The row of a number; None where none is asked for. Raises `SchedulingError` where there is no such row."""
    if pk is None:
        return None
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        remedy = _("Its number is shown in the admin.")
        raise SchedulingError(words % {"id": pk}, code=code, field=field, remedy=remedy)
    return row


def _tidy_up(schedule: Schedule) -> None:
    schedule.user_ids = list(dict.fromkeys(str(one).strip().lower() for one in schedule.user_ids))
    schedule.cron = " ".join(schedule.cron.split())
    words = " ".join(schedule.text.split()) or str(schedule.template or "")
    schedule.name = schedule.name.strip() or words[:40]


def _key(schedule: Schedule) -> str:
    """The same for equal calls of the guide's function."""
    values = [getattr(schedule, field) for field in (*TELLING, *(TEMPLATED if schedule.template else ()))]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
