"""Audiences: read, counted, and explained before anything is sent."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet, When
from django.utils import timezone

from scheduling.audience.audience_rule import AudienceRule, check_somebody, parse_audience
from scheduling.audience.reach import Reach, reach_of
from scheduling.models import AudienceSheet
from wecom.models import Application, Corporation


def read_audience(data: object) -> AudienceRule:
    """The audience of this JSON, which selects members. Raises `SchedulingError` with the place and the remedy."""
    rule = parse_audience(data)
    check_somebody(rule)
    return rule


def kept_sheets(corporation: Corporation) -> QuerySet[AudienceSheet]:
    """The uploaded lists of a company, the newest first."""
    return AudienceSheet.objects.kept().filter(corporation=corporation).order_by("-created_at", "-pk")


def preview_audience(
    rule: AudienceRule, *, application: Application, today: date | None = None, further: Sequence[When] = ()
) -> Reach:
    """How many get it, the first by name, and who is left out and why. `further` are reasons of a campaign."""
    return reach_of(rule, application=application, today=today or timezone.localdate(), further=further)
