"""The ends of a series for a member: they left, a rule came true, they replied, or they finished a flow."""

from django.db.models import Exists, OuterRef, Q

from conversations.models import Message, Session
from scheduling.models import Enrolment
from scheduling.segments.rules import parse_group
from scheduling.series.plan import Plan
from wecom.models import Member


def stop_members(plan: Plan) -> None:
    """End the series for members who meet one of its conditions, each with its reason."""
    series, now = plan.series, plan.now
    active = Enrolment.objects.active().filter(series=series)
    active.filter(member__status=Member.Status.LEFT).stop(Enrolment.Reason.LEFT, now=now)
    if series.stop_rule.get("rules"):
        meant = Member.objects.filter(plan.compiler.compile(parse_group(series.stop_rule)), pk=OuterRef("member"))
        active.filter(Exists(meant)).stop(Enrolment.Reason.RULE, now=now)
    if series.stops_on_reply:
        active.filter(_replied(plan), started_at__isnull=False).stop(Enrolment.Reason.REPLIED, now=now)
    if series.stop_flow_id is not None:
        active.filter(_finished(plan)).stop(Enrolment.Reason.FLOW, now=now)
    active.filter(~Exists(plan.members.filter(pk=OuterRef("member")))).stop(Enrolment.Reason.AUDIENCE, now=now)


def finish_members(plan: Plan) -> int:
    """End the series for the members whose last step has had its turn; returns how many."""
    if not plan.steps:
        return 0
    last = plan.steps[-1]
    over = Q(anchor_at__lte=plan.now)
    if last.at is not None:
        over = Q()
        for clock in plan.clocks:
            on = clock.days.local_day(clock.days.latest(last.at, plan.now))
            over |= clock.members & Q(anchor_on__lte=clock.days.last_due(last.day or 0, on))
    active = Enrolment.objects.active().filter(over, series=plan.series)
    return active.update(status=Enrolment.Status.FINISHED, ended_at=plan.now)


def _replied(plan: Plan) -> Exists:
    replies = Message.objects.filter(
        application=plan.application,
        member=OuterRef("member"),
        direction=Message.Direction.IN,
        created_at__gt=OuterRef("started_at"),
        created_at__lte=plan.now,
    )
    return Exists(replies)


def _finished(plan: Plan) -> Exists:
    sessions = Session.objects.filter(
        conversation__application=plan.application,
        conversation__member=OuterRef("member"),
        version__flow=plan.series.stop_flow_id,
        status=Session.Status.COMPLETED,
        finished_at__gt=OuterRef("created_at"),
        finished_at__lte=plan.now,
    )
    return Exists(sessions)
