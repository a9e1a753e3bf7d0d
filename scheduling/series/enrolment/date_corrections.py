"""A date that was changed after a member came into a series moves the steps that they have not had yet."""

from datetime import timedelta
from typing import Any

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery

from scheduling.models import Enrolment, Series
from scheduling.segments.comparisons import days_from
from scheduling.series.anniversaries_in_sql import anniversary
from scheduling.series.enrolment.intake import SAME_DATE
from scheduling.series.plan import Plan
from wecom.models import MemberFact


def follow_dates(plan: Plan) -> None:
    """Move the enrolments whose date was corrected; end those whose date was removed or is another one now.

    A step that a member has had already is not sent again, wherever its day has moved.
    """
    series = plan.series
    if series.anchor != Series.Anchor.FACT:
        return
    active = Enrolment.objects.active().filter(series=series, source=Enrolment.Source.FACT)
    facts = MemberFact.objects.filter(member=OuterRef("member"), key=series.fact, date__isnull=False)
    active.filter(~Exists(facts)).stop(Enrolment.Reason.NO_DATE, now=plan.now)
    if not series.repeats_yearly:
        _follow(plan, active, Subquery(facts.values("date")[:1], output_field=DateField()))
        return
    for year in active.order_by().values_list("cycle", flat=True).distinct():
        day = Subquery(facts.values(day=anniversary("date", year))[:1], output_field=DateField())
        _follow(plan, active.filter(cycle=year), day)


def _follow(plan: Plan, active: Any, day: Any) -> None:
    changed = active.annotate(day=day).filter(~Q(day=F("anchor_on")))
    far = Q(day__gt=_shifted(SAME_DATE)) | Q(day__lt=_shifted(-SAME_DATE))
    changed.filter(far, started_at__isnull=False).stop(Enrolment.Reason.OTHER_DATE, now=plan.now)
    passed = days_from(plan.earliest_today, -plan.last_day)
    changed.filter(day__lt=passed).stop(Enrolment.Reason.PASSED, now=plan.now)
    changed.update(anchor_on=day)


def _shifted(by: timedelta) -> Any:
    return ExpressionWrapper(F("anchor_on") + by, output_field=DateField())
