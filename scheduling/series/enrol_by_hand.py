"""Members of series: added by a person or another system, and stopped."""

from dataclasses import replace
from datetime import date, datetime, time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.parties.acting_client import client_name
from scheduling.campaigns.transitions import reason_given
from scheduling.exceptions import SchedulingError
from scheduling.models import Enrolment, Series
from scheduling.series import edits, sweep, turns
from scheduling.series.plan import Plan
from scheduling.series.steps_ahead import StepAhead, steps_ahead, zone_of
from wecom.models import Application, Member

Person = AbstractBaseUser | None


def enrol(
    series: Series,
    user_id: str,
    *,
    on: date | None = None,
    source: Enrolment.Source = Enrolment.Source.HAND,
    now: datetime | None = None,
) -> tuple[Enrolment, bool]:
    """Take a member into a running series, counted from a date or from now; and whether they were not in it yet.

    Repeated calls find the same enrolment. Raises `SchedulingError` for a member who is not in the directory or the
    audience, a series that does not run, and a date of which all days have passed.
    """
    now = now or timezone.now()
    enrolment, fresh = _enrol(series, user_id, on=on, source=source, now=now)
    if fresh:
        sweep.sweep(series.pk, now=now)
        enrolment.refresh_from_db()
    return enrolment, fresh


def preview_enrolment(
    series: Series, user_id: str, *, on: date | None = None, now: datetime | None = None
) -> list[StepAhead]:
    """The steps that a member would get if they were taken in now; nothing is kept. Raises the errors of `enrol`."""
    now = now or timezone.now()
    with transaction.atomic():
        row, fresh = _enrol(series, user_id, on=on, source=Enrolment.Source.API, now=now)
        due: list[StepAhead] = []
        if fresh:
            plan = Plan(series=row.series, application=_sender(row.series), now=now)
            turn_now = [turn for turn in turns.turns(plan) if turns.whose_turn(plan, turn).filter(pk=row.pk).exists()]
            due = [StepAhead(step=turn.step, at=now, zone=zone_of(row.series, row.member_id)) for turn in turn_now]
        steps = [*due, *steps_ahead(row.series, row, now=now)]
        transaction.set_rollback(True)
    return steps


@transaction.atomic
def stop_member(
    enrolment: Enrolment,
    *,
    by: Person = None,
    note: str = "",
    reason: Enrolment.Reason = Enrolment.Reason.PERSON,
    now: datetime | None = None,
) -> Enrolment:
    """End a series for one member. Messages on their way go out.

    Raises `SchedulingError` if it has ended already, and for a note without words.
    """
    note = reason_given(note, field="note")
    edits.locked(enrolment.series_id)
    row = Enrolment.objects.get(pk=enrolment.pk)
    if row.status != Enrolment.Status.ACTIVE:
        fault = _("The series has ended for this member already.")
        raise SchedulingError(fault, code="enrolment_ended", remedy=_("There is nothing to stop."))
    row.status, row.reason, row.note = Enrolment.Status.STOPPED, reason, note[:300]
    row.ended_at, row.ended_by_id = now or timezone.now(), by.pk if by else None
    row.ended_client = client_name()
    row.save(update_fields=["status", "reason", "note", "ended_at", "ended_by", "ended_client"])
    return row


@transaction.atomic
def _enrol(
    series: Series, user_id: str, *, on: date | None, source: Enrolment.Source, now: datetime
) -> tuple[Enrolment, bool]:
    row = edits.locked(series)
    plan = Plan(series=row, application=_sender(row), now=now)
    member = _member(plan, user_id)
    days = replace(plan.days, zone=zone_of(row, member.pk))
    day = on or days.local_day(now)
    cycle = 0 if row.is_event else day.year
    enrolment = Enrolment.objects.filter(series=row, member=member, cycle=cycle).first()
    if enrolment is not None:
        return enrolment, False
    _check(plan, member, day, days.local_day(now))
    values = {"cycle": cycle, "anchor_on": day, "source": source, "created_at": now}
    values["anchor_at"] = None if not row.is_event else now if on is None else days.moment(day, time())
    Series.objects.filter(pk=row.pk).update(swept_at=None)
    return Enrolment.objects.create(series=row, member=member, **values), True


def _sender(series: Series) -> Application:
    application = series.sender
    if application is None:
        fault, remedy = _("There is no application that sends it."), _("Connect one, or choose one here.")
        raise SchedulingError(fault, code="application", field="application", remedy=remedy)
    return application


def _member(plan: Plan, user_id: str) -> Member:
    members = Member.objects.filter(corporation=plan.application.corporation_id)
    member = members.filter(user_id=user_id.strip().lower()).first()
    if member is None:
        fault = _("There is no member “%(user_id)s”.") % {"user_id": user_id}
        raise SchedulingError(fault, code="member_unknown", field="user_id", remedy=_("Write a WeChat Work user ID."))
    return member


def _check(plan: Plan, member: Member, day: date, today: date) -> None:
    series = plan.series
    if series.state != Series.State.RUNNING:
        fault = _("The series does not run, so it takes nobody in.")
        raise SchedulingError(fault, code="series_state", field="series", remedy=_("Start or resume it first."))
    if series.ends_on is not None and plan.today > series.ends_on:
        fault = _("The series takes nobody in since %(day)s.") % {"day": series.ends_on}
        raise SchedulingError(fault, code="series_ended", field="series", remedy=_("Change its last day."))
    if not plan.members.filter(pk=member.pk).exists():
        fault = _("The member is not in the audience of the series.")
        remedy = _("Change the audience, or choose another member.")
        raise SchedulingError(fault, code="not_in_audience", field="user_id", remedy=remedy)
    if plan.days.due_on(day, plan.last_day) < today:
        fault = _("Counted from that day, all steps have passed.")
        raise SchedulingError(fault, code="passed", field="on", remedy=_("Choose a later day."))
