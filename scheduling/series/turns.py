"""Whose turn it is at which step, as conditions on enrolments, and the runs that this begins.

A step is *fresh* for members whose moment has just come, and *missed* by those whose moment passed while they were not
in the series yet, or while it was paused; the series decides about the latter.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from scheduling.deliveries import run_start
from scheduling.models import Campaign, CampaignRun, Enrolment, EnrolmentStep, Series
from scheduling.series.due_days import A_DAY, DueDays
from scheduling.series.insert_select import insert_select
from scheduling.series.plan import Plan

NOBODY = Q(pk__in=())
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A step, the enrolments whose turn it is, the moment of their run, and from when that is valid."""

    step: Campaign
    moment: datetime
    valid_from: datetime
    who: Q


def begin_steps(plan: Plan) -> list[CampaignRun]:
    """Begin a run of each step for the members whose turn has come; to be called with the series locked."""
    return [run for turn in turns(plan) if (run := _begin(plan, turn)) is not None]


def turns(plan: Plan) -> list[Turn]:
    """The turns of all steps in their order; in each member's own time a step has one for each moment."""
    return [turn for number, step in enumerate(plan.steps) for turn in _by_moment(plan, step, plan.steps[number + 1 :])]


def whose_turn(plan: Plan, turn: Turn) -> QuerySet[Enrolment]:
    """The enrolments whose turn it is, without those that have had the step or one behind it."""
    place = [step.pk for step in plan.steps].index(turn.step.pk)
    had = EnrolmentStep.objects.filter(enrolment=OuterRef("pk"), step__in=[step.pk for step in plan.steps[place:]])
    return Enrolment.objects.active().filter(turn.who, ~Exists(had), series=plan.series)


def _by_moment(plan: Plan, step: Campaign, later: list[Campaign]) -> list[Turn]:
    """The turns of a step in all zones; those where it is the same moment are one, for a moment has one run."""
    by_moment: dict[tuple[datetime, datetime], Turn] = {}
    for clock in plan.clocks:
        turn = _turn(plan, clock.days, step, later)
        key = (turn.moment, turn.valid_from if step.valid_for else turn.moment)
        who = clock.members & turn.who
        by_moment[key] = replace(turn, who=by_moment[key].who | who) if key in by_moment else replace(turn, who=who)
    return list(by_moment.values())


def _turn(plan: Plan, days: DueDays, step: Campaign, later: list[Campaign]) -> Turn:
    grace = timedelta(minutes=settings.SCHEDULING["GRACE_MINUTES"])
    if step.at is None:
        moment = latest = plan.now
        fresh = Q(anchor_at__gt=plan.now - grace, anchor_at__lte=plan.now)
        missed = Q(anchor_at__lte=plan.now - grace)
        valid = Q(anchor_at__gt=plan.now - step.valid_for) if step.valid_for else Q()
    else:
        day = step.day or 0
        latest = days.latest(step.at, plan.now)
        on = days.local_day(latest)
        is_fresh = plan.now - latest <= grace
        moment = latest if is_fresh else plan.now
        due = days.due_days(day, on) if is_fresh else None
        fresh = Q(anchor_on__range=due) if due else NOBODY
        missed = Q(anchor_on__lte=days.last_due(day, on - A_DAY if is_fresh else on))
        valid = Q()
        if step.valid_for:
            expired = days.local_day(days.latest(step.at, plan.now - step.valid_for))
            valid = Q(anchor_on__gt=days.last_due(day, expired))
    if plan.series.late == Series.Late.SKIP:
        missed = NOBODY
    elif plan.series.late == Series.Late.LATEST:
        missed &= _later_is_not_due(plan, days, later)
    return Turn(step=step, moment=moment, valid_from=latest, who=fresh | (missed & valid))


def _later_is_not_due(plan: Plan, days: DueDays, later: list[Campaign]) -> Q:
    """That no later step is due, so that the missed one is the latest."""
    condition = Q()
    for step in later:
        if step.at is not None:
            on = days.local_day(days.latest(step.at, plan.now))
            condition &= Q(anchor_on__gt=days.last_due(step.day or 0, on))
    return condition


def _begin(plan: Plan, turn: Turn) -> CampaignRun | None:
    """The run of a step, with a row for each member in it, in one transaction; None without members."""
    rows = whose_turn(plan, turn)
    if not rows.exists():
        return None
    moment = turn.moment
    if turn.step.runs.filter(moment=moment).exists():  # its audience may be frozen
        moment = plan.now
        while turn.step.runs.filter(moment=moment).exists():  # of members in another zone, who are late as well
            moment += INSTANT
    step = Campaign.objects.select_for_update(of=("self",)).get(pk=turn.step.pk)  # a run of it may end just now
    run = run_start.open_run(step, moment, now=plan.now, valid_from=turn.valid_from)
    if run is None:
        return None
    insert_select(EnrolmentStep, rows, {"enrolment": F("pk"), "step": turn.step, "run": run})
    Enrolment.objects.filter(taken__run=run, started_at=None).update(started_at=plan.now)
    return run
