"""The future of a calendar: the moments of campaigns as entries. A few queries, however many there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from scheduling.agenda.agenda_entries import KINDS, Audience, Entry, State
from scheduling.agenda.occurrences import Occurrence, occurrences
from scheduling.agenda.sender_calendars import Applications
from scheduling.audience.audience_rule import AudienceRule, parse_audience
from scheduling.business_calendar import Rule
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.hours.quiet_hours import window_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Series

S = Campaign.State
STATES: Mapping[str, State] = {
    S.DRAFT: State.DRAFT,
    S.WAITING: State.WAITING,
    S.APPROVED: State.APPROVED,
    S.SCHEDULED: State.SCHEDULED,
    S.RUNNING: State.SCHEDULED,
    S.PAUSED: State.PAUSED,
}
NOT_STARTED = (S.DRAFT, S.WAITING, S.APPROVED)
MOST_UNDATED = 50


def open_campaigns(applications: Applications) -> list[Any]:
    """The campaigns and the steps of series that are not over, each with whether it went out."""
    went = CampaignRun.objects.filter(campaign=OuterRef("pk"))
    alone = Q(series=None) & ~Q(state__in=Campaign.OVER)
    steps = Q(series__isnull=False) & ~Q(series__state__in=Series.OVER)
    rows = Campaign.objects.filter(alone | steps).select_related("series").annotate(went=Exists(went))
    campaigns = list(rows.order_by("pk").prefetch_related("contents"))
    for campaign in campaigns:
        campaign.calendar = applications.calendar(campaign.application_id)
    return campaigns


def planned_campaigns(
    campaigns: Iterable[Any], applications: Applications, *, now: datetime, since: datetime, until: datetime
) -> list[Entry]:
    """The moments of campaigns that are not over, without steps of series."""
    entries = []
    for campaign in campaigns:
        if campaign.series_id is not None:
            continue
        entry = entry_of(campaign, applications, movable=campaign.is_editable and not campaign.went)
        moments = _moments(campaign, began=campaign.went, now=now, since=since, until=until)
        entries += [replace(entry, at=moment.at, times=moment.times, last=moment.last) for moment in moments]
    return entries


def undated_campaigns(campaigns: Iterable[Any], applications: Applications) -> list[Entry]:
    """Those of them that have no moment: they go out as soon as they are started. The newest first."""
    once = Campaign.Repeats.ONCE
    rows = [
        campaign
        for campaign in campaigns
        if campaign.state in NOT_STARTED and campaign.repeats == once and campaign.starts_at is None
    ]
    return [entry_of(campaign, applications, movable=True) for campaign in rows[::-1][:MOST_UNDATED]]


def next_of_campaigns(applications: Applications, most: int, *, now: datetime) -> list[Entry]:
    """The next moments of the campaigns that come first, without steps of series, and as if each member took a call."""
    rows = Campaign.objects.filter(series=None, state__in=(S.SCHEDULED, S.RUNNING), next_at__gt=now)
    entries = []
    for campaign in rows.order_by("next_at", "pk")[:most]:
        assert campaign.next_at is not None
        entry = replace(entry_of(campaign, applications, per_call=1), at=campaign.next_at)
        held = _holds(campaign, entry, applications)
        entries.append(replace(entry, note=_("held: the working days are not known")) if held else entry)
    return entries


def _holds(campaign: Campaign, entry: Entry, applications: Applications) -> bool:
    """Whether its next moment is one at which the working days are looked for again."""
    if not entry.only_working_days:
        return False
    campaign.calendar = applications.calendar(campaign.application_id)
    return campaign.rule is not None and campaign.rule.holds_on(entry.at.astimezone(campaign.zone).date())


def entry_of(
    campaign: Campaign, applications: Applications, *, movable: bool = False, per_call: int | None = None
) -> Entry:
    """An entry of a campaign, whose moment is to be replaced; its contents are read for `per_call`, if that is None."""
    once = campaign.repeats == Campaign.Repeats.ONCE
    application, rule = applications.of(campaign.application_id), _audience_of(campaign)
    return Entry(
        kind=KINDS[campaign.repeats],
        key=campaign.pk,
        name=campaign.name,
        at=campaign.changed_at,
        state=STATES.get(campaign.state, State.SENT),
        schedule=campaign.replaces_id,
        application=application.pk if application else None,
        message_class=str(campaign.message_class),
        zone=campaign.zone.key,
        audience=Audience(application=application.pk, rule=rule) if application and rule else None,
        per_call=_per_call(campaign) if per_call is None else per_call,
        only_working_days=campaign.days == Campaign.Days.WORKING,
        passes_caps=campaign.passes_caps,
        window=window_of(campaign),
        note=_("in each member's own time") if campaign.in_member_zone else "",
        movable=movable and once,
    )


def _audience_of(campaign: Campaign) -> AudienceRule | None:
    try:
        return parse_audience(campaign.audience)
    except SchedulingError:
        return None  # one of the problems that its page names


def _per_call(campaign: Campaign) -> int:
    """How many members one call reaches: all of a batch where they get equal words."""
    words = CampaignWords(
        campaign_id=campaign.pk,
        content_type=campaign.content_type,
        contents={str(content.pk): {"text": content.text, "card": content.card} for content in campaign.contents.all()},
    )
    return 1 if words.is_personal else words.batch_size


def _moments(
    campaign: Campaign, *, began: bool, now: datetime, since: datetime, until: datetime
) -> Iterable[Occurrence]:
    if campaign.repeats == Campaign.Repeats.ONCE:
        at = None if began else campaign.starts_at or campaign.next_at
        return [Occurrence(at=at)] if at is not None and since <= at < until else []
    rule, last = campaign.rule, campaign.ends_on
    moments = _of_rule(rule, max(now, since), until) if rule else ()
    return (moment for moment in moments if last is None or moment.at.astimezone(campaign.zone).date() <= last)


def _of_rule(rule: Rule, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """The occurrences of a rule; none of a draft whose cron line is wrong."""
    try:
        yield from occurrences(rule, since, until)
    except SchedulingError:
        return
