"""The rows of the database aside after the days have passed, carried out of it and put into words."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from conversations.models import Flow
from scheduling.audience.personalisation import member_facts, without_personal
from scheduling.campaigns.content import CampaignWords, compose
from scheduling.deliveries import videos
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from scheduling.rehearsal.results import Day, Dropped, Occasion, Timeline
from scheduling.rehearsal.subjects import Subject
from wecom.facts.definitions import definitions_of
from wecom.models import Member

MINUS = "−"
NOBODY = 0  # as member: a run that had no audience at all


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A delivery with its run and its batch, as plain values; without a member a run that was dropped."""

    member: int
    at: datetime
    campaign: Campaign
    content: Mapping[str, Any]
    status: str
    reason: str
    language: str = ""
    variant: str = ""


def findings_since(begins: datetime, *, first_run: int) -> list[Finding]:
    """All that became of the rehearsed runs, and of those that were on their way; oldest first."""
    runs = {run.pk: run for run in CampaignRun.objects.select_related("campaign__series")}
    named = CampaignRun.Reason.DAYS_UNKNOWN  # once, with the remedy
    batches = {(row.run_id, row.number): row for row in Batch.objects.all()}
    findings = [
        Finding(member=NOBODY, at=run.moment, campaign=run.campaign, content={}, status=run.status, reason=run.reason)
        for run in runs.values()
        if run.pk > first_run and run.status == CampaignRun.Status.CANCELLED and run.reason != named
    ]
    for row in Delivery.objects.order_by("run", "member"):
        run, batch = runs[row.run_id], batches.get((row.run_id, row.batch))
        if run.pk <= first_run and (batch is None or batch.ended_at is None or batch.ended_at < begins):
            continue  # it was over before
        waits = row.status == Delivery.Status.PLANNED
        findings.append(
            Finding(
                member=row.member_id,
                at=_moment(run, batch),
                campaign=run.campaign,
                content=run.content,
                status=row.status,
                reason=str(batch.reason) if waits and batch else row.reason,
                language=batch.language if batch else "",
                variant=batch.variant if batch else "",
            )
        )
    return sorted((one for one in findings if one.at >= begins), key=lambda one: (one.at, one.campaign.pk))


def _moment(run: CampaignRun, batch: Batch | None) -> datetime:
    if batch is None:
        return run.moment
    return batch.ended_at or max(batch.moment or run.moment, run.moment)


def told(
    found: list[Finding], subject: Subject, *, last_days: Mapping[int, date], in_full: bool
) -> tuple[tuple[Timeline, ...], tuple[Day, ...], tuple[Dropped, ...]]:
    """The findings as timelines of members, as days, and the moments without recipients."""
    keys = {one.member for one in found if one.member != NOBODY}
    members = {member.pk: member for member in _members(sorted(keys))}
    by_member: dict[int, list[Occasion]] = defaultdict(list)
    sent: Counter[Any] = Counter()
    left_out: dict[Any, Counter[str]] = defaultdict(Counter)
    dropped, words = [], _Words(subject, in_full=in_full)
    for one in found:
        day = one.at.astimezone(subject.zone).date()
        if one.member == NOBODY:
            dropped.append(Dropped(at=one.at, name=_name(one.campaign), why=_why(one)))
            continue
        occasion = _occasion(one, members[one.member], subject, words)
        by_member[one.member].append(occasion)
        if occasion.arrives:
            sent[day] += 1
        else:
            left_out[day][occasion.why] += 1
    timelines = tuple(
        Timeline(member=member, occasions=tuple(by_member[key]), last_day=last_days.get(key))
        for key, member in members.items()
        if by_member[key]
    )
    days = sorted({*sent, *left_out})
    return (
        timelines,
        tuple(Day(date=day, sent=sent[day], left_out=dict(left_out[day])) for day in days),
        tuple(dropped),
    )


def _members(keys: list[int]) -> list[Member]:
    members: list[Member] = []
    for first in range(0, len(keys), 500):
        rows = Member.objects.filter(pk__in=keys[first : first + 500])
        members += rows.select_related("main_department").prefetch_related("facts").order_by("pk")
    return members


def _occasion(one: Finding, member: Member, subject: Subject, words: "_Words") -> Occasion:
    arrives = one.status == Delivery.Status.SENT
    is_own = one.campaign.pk == subject.pk if isinstance(subject, Campaign) else one.campaign.series_id == subject.pk
    return Occasion(
        at=one.at,
        campaign=one.campaign.pk,
        name=_name(one.campaign),
        is_own=is_own,
        status=one.status,
        reason=one.reason,
        why="" if arrives else _why(one),
        language=one.language if arrives else "",
        variant=one.variant if arrives else "",
        words=words.of(one, member) if arrives and is_own else "",
    )


def _why(one: Finding) -> str:
    for codes in (Delivery.Reason, CampaignRun.Reason, Batch.Reason):
        if one.reason in codes.values:
            return str(codes(one.reason).label)
    return str(Delivery.Status(one.status).label) if one.status in Delivery.Status.values else one.reason


def _name(campaign: Campaign) -> str:
    if campaign.series is None:
        return campaign.name
    values = {"series": campaign.series.name, "day": str(campaign.day or 0).replace("-", MINUS)}
    return _("%(series)s · day %(day)s") % values


class _Words:
    """The words of messages: equal ones are put together once, however many days have them."""

    def __init__(self, subject: Subject, *, in_full: bool) -> None:
        application = subject.sender
        self.types = definitions_of(application.corporation_id) if application and not in_full else {}
        self.known: dict[tuple[int, int, str, str], str] = {}

    def of(self, one: Finding, member: Member) -> str:
        """The words, masked where the reader may not know personal facts."""
        key = (member.pk, one.campaign.pk, one.variant, one.language)
        if key not in self.known:
            self.known[key] = self._put_together(one, member)
        return self.known[key]

    def _put_together(self, one: Finding, member: Member) -> str:
        words = CampaignWords.of(one.campaign.pk, one.content)
        own = words[one.variant, one.language]
        if words.kind.is_dialogue:
            return str(Flow.objects.filter(pk=own["flow_id"]).first() or "")
        facts = member_facts(member, one.language)
        if self.types:
            facts = {name: without_personal(value, member, self.types) for name, value in facts.items()}
        try:
            if words.kind.is_made:
                return videos.script_of(own, facts, language=one.language)
            return compose(words.kind, own, facts).words()
        except SchedulingError as error:
            return str(error)
