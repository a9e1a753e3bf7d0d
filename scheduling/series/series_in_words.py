"""Series in words: the day of a step, and the date or event that its days are counted from."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Series
from scheduling.segments.rule_subjects import FACT, Kind, subjects_of
from scheduling.segments.rules import parse_group
from scheduling.segments.rules_in_words import describe_group, names_in
from wecom.models import Corporation, Department

MINUS = "−"


def day_in_words(day: int) -> str:
    """“Day 3”; a day before day 0 with a real minus."""
    return _("Day %(day)s") % {"day": f"{MINUS}{-day}" if day < 0 else day}


def step_in_words(step: Campaign) -> str:
    """The day and the time of a step."""
    time = _("at once") if step.at is None else f"{step.at:%H:%M}"
    return f"{day_in_words(step.day or 0)} · {time}"


def anchor_in_words(series: Series, corporation: Corporation | None) -> str:
    """The name of the date or event that the days of a series are counted from."""
    if series.anchor == Series.Anchor.FACT:
        name = date_facts(corporation).get(series.fact, series.fact) if corporation else series.fact
        return _("%(date)s, every year") % {"date": name} if series.repeats_yearly else str(name)
    if series.anchor == Series.Anchor.DEPARTMENT:
        numbers = [int(department) for department in series.departments]
        rows = Department.objects.filter(corporation=corporation, number__in=numbers).order_by("name")
        return _("joins %(names)s") % {"names": ", ".join(map(str, rows)) or numbers}
    if series.anchor == Series.Anchor.FLOW:
        return _("finishes “%(flow)s”") % {"flow": series.flow or "–"}
    return _("is added by you or another system")


def date_facts(corporation: Corporation) -> Mapping[str, Any]:
    """The names of the facts that are dates, by their key."""
    subjects = subjects_of(corporation).values()
    return {
        subject.key.removeprefix(FACT): subject.label
        for subject in subjects
        if subject.fact and subject.kind == Kind.DATE
    }


def rule_in_words(rule: Any, corporation: Corporation) -> str:
    """The rule that ends a series, in words; “” without one, and for one that is broken."""
    if not rule:
        return ""
    try:
        group = parse_group(rule)
        return describe_group(
            group, subjects=subjects_of(corporation), names=names_in([group], corporation=corporation)
        )
    except SchedulingError:
        return ""
