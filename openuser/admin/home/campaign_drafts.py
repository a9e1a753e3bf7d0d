"""Campaigns without approval that wait for a person, for the admin's home: to be started, or to be written anew."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from scheduling.models import Campaign, CampaignChange

S = Campaign.State


def sought(user: Any) -> dict[str, QuerySet[Any]]:
    """Those to start for those who may, and those that were sent back to the person, each as that change."""
    starts, writes = (user.has_perm(f"scheduling.{right}_campaign") for right in ("start_alone", "change"))
    return {
        "campaigns_asked": Campaign.objects.waiting_alone() if starts else Campaign.objects.none(),
        "sent_back": _sent_back_to(user) if writes else CampaignChange.objects.none(),
    }


def _sent_back_to(user: AbstractBaseUser) -> QuerySet[CampaignChange]:
    """The newest step of each draft that another person has sent back, where this one had asked; latest first."""
    steps = CampaignChange.objects.filter(campaign=OuterRef("campaign")).exclude(before=F("after"))
    asked = steps.filter(after=S.WAITING, pk__lt=OuterRef("pk")).order_by("-pk")
    rows = CampaignChange.objects.filter(before=S.WAITING, after=S.DRAFT, wrote=False).exclude(by=user.pk)
    rows = rows.filter(campaign__state=S.DRAFT, campaign__policy=Campaign.Policy.ALONE)
    rows = rows.annotate(asked_by=Subquery(asked.values("by")[:1])).filter(asked_by=user.pk)
    return rows.exclude(Exists(steps.filter(pk__gt=OuterRef("pk")))).select_related("campaign", "by").order_by("-pk")
