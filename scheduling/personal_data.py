"""Personal data of campaigns and series, for the registry in `core.personal_data`."""

import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains
from django.utils.translation import gettext_lazy as _

from avatars.models import Render
from core.personal_data.holding_registry import belongs_to, register, without_personal_data
from core.personal_data.holdings import Holding, Kind, Person
from core.personal_data.user_id_lists import mentions
from scheduling.campaigns import approved_content
from scheduling.models import (
    AudienceSheetMember,
    AwaitedVideo,
    Campaign,
    CampaignChange,
    CampaignResponse,
    CampaignRun,
    Delivery,
    Enrolment,
    RehearsalRun,
    Segment,
    Series,
    SeriesChange,
)
from scheduling.segments.rules import renamed
from scheduling.series import approved_series as series_approval

AUDIENCES = Kind(key="audiences", label=_("segments and uploaded lists"))
CAMPAIGNS = Kind(key="campaigns", label=_("campaigns"))
CAMPAIGN_RUNS = Kind(
    key="campaign_runs", label=_("runs of campaigns"), days=lambda: settings.SCHEDULING["KEEP_RUNS_DAYS"]
)
REHEARSALS = Kind(key="rehearsals", label=_("rehearsals"), days=lambda: settings.SCHEDULING["KEEP_REHEARSALS_DAYS"])
LEASE = ("lease_owner", "lease_until", "woken_at", "order_key", "gave_way")


class CampaignHolding(Holding):
    """A campaign goes on without the person; that is no edit, so an approval stays."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for campaign in Campaign.objects.filter(pk__in=pks) if person else ():
            if person is None:
                continue
            was_bound = campaign.approved_hash == approved_content.digest(approved_content.describe(campaign))
            campaign.audience = _without(campaign.audience, person.user_id)
            if was_bound:
                before = campaign.approved_hash
                campaign.approved_hash = approved_content.digest(approved_content.describe(campaign))
                CampaignRun.objects.filter(campaign=campaign, digest=before).update(digest=campaign.approved_hash)
            campaign.save(update_fields=["audience", "approved_hash"])


class SeriesHolding(Holding):
    """A series goes on without the person; that is no edit, so an approval stays. Its steps are campaigns."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for series in Series.objects.filter(pk__in=pks) if person else ():
            if person is None:
                continue
            was_bound = series.approved_hash == series_approval.digest(series)
            series.audience = _without(series.audience, person.user_id)
            for name in (person.user_id, *person.names):
                series.stop_rule = renamed(series.stop_rule, name, person.alias)
            if was_bound:
                series.approved_hash = series_approval.digest(series)
            series.save(update_fields=["audience", "stop_rule", "approved_hash"])


class AudienceHolding(Holding):
    """Descriptions of a campaign at a step, or when it went out: its audience may name members."""

    field = "description"

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)
            return
        for row in self.rows(pks):
            kept = _without(getattr(row, self.field), person.user_id)
            self.rows([row.pk]).update(**{self.field: kept})


class CampaignRunHolding(AudienceHolding):
    """A run has the content that it sends."""

    field = "content"


def _without(value: Any, user_id: str) -> Any:
    """JSON without the strings that are this user ID."""
    if isinstance(value, dict):
        return {key: _without(part, user_id) for key, part in value.items()}
    if isinstance(value, list):
        return [_without(part, user_id) for part in value if str(part).lower() != user_id.lower()]
    return value


class SegmentHolding(Holding):
    """Rules that name the person go on without them: the alias in the place of their user ID or name finds no
    member.
    """

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for segment in self.rows(pks) if person else ():
            rule = segment.rule
            for name in (person.user_id, *person.names) if person else ():
                rule = renamed(rule, name, person.alias if person else "")
            self.rows([segment.pk]).update(rule=rule)


def register_models() -> None:
    """Called once, when the app is ready."""
    register(
        SegmentHolding(Segment, AUDIENCES, of=_asked_for),
        Holding(AudienceSheetMember, AUDIENCES, of=_listed),
        CampaignHolding(Campaign, CAMPAIGNS, of=lambda person: mentions("audience", person.user_id)),
        AudienceHolding(CampaignChange, CAMPAIGNS, of=lambda person: mentions("description", person.user_id)),
        CampaignRunHolding(
            CampaignRun,
            CAMPAIGN_RUNS,
            of=lambda person: mentions("content", person.user_id),
            age="moment",
            ended=Q(ended_at__isnull=False),
            hidden=LEASE,
        ),
        Holding(Delivery, CAMPAIGN_RUNS, of=lambda person: Q(member=person.pk)),
        Holding(CampaignResponse, CAMPAIGN_RUNS, of=lambda person: Q(member=person.pk)),
        SeriesHolding(Series, CAMPAIGNS, of=_in_series),
        AudienceHolding(SeriesChange, CAMPAIGNS, of=lambda person: mentions("description", person.user_id)),
        # What everybody would get stands together: it goes as a whole, and can be asked for again.
        Holding(RehearsalRun, REHEARSALS, of=_rehearsed, age="created_at", hidden=(*LEASE, "result")),
        Holding(Enrolment, CAMPAIGNS, of=lambda person: Q(member=person.pk)),
    )
    without_personal_data(
        {
            "scheduling.AudienceSheet": "the name of a list; its lines are members",
            "scheduling.AwaitedVideo": "keys of a render, and of a batch or a campaign",
            "scheduling.Batch": "numbers of members, and the key of a message",
            "scheduling.CalendarDay": "days of the company",
            "scheduling.CalendarImport": "days of the company, and the title of a list",
            "scheduling.CampaignLink": "addresses that administrators wrote for many",
            "scheduling.LinkClicks": "numbers of clicks by hour, of nobody in particular",
            "scheduling.CampaignContent": "what administrators wrote for many",
            "scheduling.EnrolmentStep": "keys of an enrolment, a step and a run",
            "scheduling.SendingPolicy": "what holds for the whole company",
            **dict.fromkeys(
                ("scheduling.Schedule", "scheduling.Run", "scheduling.RunMessage"),
                "tables of 0.5, which the sweep empties within a minute of the update",
            ),
        }
    )
    belongs_to(
        Render,
        of=lambda person: Q(pk__in=()),
        others=lambda person: Q(pk__in=AwaitedVideo.objects.filter(campaign__isnull=False).values("render")),
    )


def _asked_for(person: Person) -> Q:
    condition = mentions("rule", person.user_id)
    for name in person.names:
        condition |= mentions("rule", name)
    return condition & Q(corporation=person.corporation)


def _in_series(person: Person) -> Q:
    condition = mentions("audience", person.user_id) | mentions("stop_rule", person.user_id)
    for name in person.names:
        condition |= mentions("stop_rule", name)
    return condition


def _rehearsed(person: Person) -> Q:
    """Asked for with the person, or telling of them: as a member, or by their name in words to others."""
    result = Cast(F("result"), TextField())
    mentioned = mentions("wish", person.user_id) | Q(IContains(result, f'"member": {person.pk},'))
    for name in person.names:  # SQLite keeps it escaped
        mentioned |= Q(IContains(result, name)) | Q(IContains(result, json.dumps(name)[1:-1]))
    return mentioned


def _listed(person: Person) -> Q:
    return Q(sheet__corporation=person.corporation, user_id=person.user_id)
