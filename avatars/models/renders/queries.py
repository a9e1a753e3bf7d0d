"""Queries on renders: the order in which they are made, and the consents that they rest on."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeVar, cast

from django.db import models
from django.db.models.functions import Cast, Coalesce, RowNumber
from django.utils import timezone

from avatars.models.consents import Consent
from core.work.base import Work

Row = TypeVar("Row", bound=Work)  # the model, which its module names: it imports this one

CONSENTS = ("consent", "voice_consent", "partner_consent", "partner_voice_consent")
"""The columns with consents: to the face and to the voice, of both people in a dialogue."""
SERVED = timedelta(minutes=10)  # renders that began within it count as turns which a requester has had
PLACES = 2**40  # above every primary key


def rests_on(consent: Any, path: str = "") -> models.Q:
    """The condition for renders that rest on a consent; `path` is the lookup that leads to them, like "render__"."""
    return reduce(or_, (models.Q(**{f"{path}{name}": consent}) for name in CONSENTS))


BY_MEMBER = "member:"
"""Prefix of the `requester` of a script that a member has written, or answered in a flow."""
SAID_BY_MEMBERS = models.Q(requester__startswith=BY_MEMBER)


class RenderQuerySet(models.QuerySet[Row]):
    def in_turn(self) -> "RenderQuerySet[Row]":
        """In the order in which they are made: by urgency, then in turn by requester, then by age.

        Renders that a requester had within `SERVED` count as turns.
        """
        served = (
            self._all()
            .filter(
                requester=models.OuterRef("requester"),
                priority=models.OuterRef("priority"),
                started_at__gt=timezone.now() - SERVED,
            )
            .exclude(status=Work.Status.QUEUED)
        )
        count = served.order_by().values("requester").annotate(count=models.Count("pk")).values("count")
        turn = models.Window(
            RowNumber(), partition_by=[models.F("priority"), models.F("requester")], order_by=models.F("pk").asc()
        )
        # Not looked for where there is no requester: a campaign has thousands of such rows, and each would read all.
        had = models.Case(
            models.When(requester="", then=0),
            default=Coalesce(models.Subquery(count, output_field=models.IntegerField()), 0),
        )
        ordered = self.annotate(turn=turn + had).order_by("-priority", "turn", "pk")
        return cast("RenderQuerySet[Row]", ordered)

    def sooner(self, render: Any) -> "RenderQuerySet[Row]":
        """Queued renders that are as urgent as this queued one and come before it, by `in_turn`."""
        alike = self._all().filter(status=Work.Status.QUEUED, priority=render.priority)
        turn = alike.filter(requester=render.requester, pk__lte=render.pk).count()
        if render.requester:
            started = {"started_at__gt": timezone.now() - SERVED}
            served = self._all().filter(requester=render.requester, priority=render.priority, **started)
            turn += served.exclude(status=Work.Status.QUEUED).count()
        # A plain number would go to PostgreSQL as four bytes, of which a prepared statement makes zero.
        places = models.Value(PLACES, output_field=models.BigIntegerField())
        number = Cast("turn", models.BigIntegerField()) * places + models.F("pk")
        # One number, because a condition on a window may not be part of an alternative.
        place = models.ExpressionWrapper(number, output_field=models.BigIntegerField())
        before = alike.in_turn().annotate(place=place).filter(place__lt=turn * PLACES + render.pk)
        return cast("RenderQuerySet[Row]", before)

    def resting_on(self, consent: Consent) -> "RenderQuerySet[Row]":
        """Made, or to be made, on this consent: to a face, to a voice, or to both."""
        return self.filter(rests_on(consent))

    def asked_by(self, requester: str, *, since: datetime) -> "RenderQuerySet[Row]":
        return self.filter(requester=requester, created_at__gt=since)

    def _all(self) -> "RenderQuerySet[Row]":
        """All renders, without the conditions of this query set."""
        return RenderQuerySet(self.model)
