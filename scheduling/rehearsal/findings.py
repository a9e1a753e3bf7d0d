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
from scheduling.deliveries import videos_or_text
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from scheduling.rehearsal.rehearsed_subjects import Subject
from scheduling.rehearsal.results import Day, Dropped, Occasion, Timeline
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
    return sorted(
        (finding for finding in findings if finding.at >= begins), key=lambda finding: (finding.at, finding.campaign.pk)
    )


def _moment(run: CampaignRun, batch: Batch | None) -> datetime:
    if batch is None:
        return run.moment
    return batch.ended_at or max(batch.moment or run.moment, run.moment)


def told(
    findings: list[Finding], subject: Subject, *, last_days: Mapping[int, date], in_full: bool
) -> tuple[tuple[Timeline, ...], tuple[Day, ...], tuple[Dropped, ...]]:
    """The findings as timelines of members, as days, and the moments without recipients."""
    keys = {finding.member for finding in findings if finding.member != NOBODY}
    members = {member.pk: member for member in _members(sorted(keys))}
    by_member: dict[int, list[Occasion]] = defaultdict(list)
    sent: Counter[Any] = Counter()
    left_out: dict[Any, Counter[str]] = defaultdict(Counter)
    dropped, words = [], _Words(subject, in_full=in_full)
    for finding in findings:
        day = finding.at.astimezone(subject.zone).date()
        if finding.member == NOBODY:
            dropped.append(Dropped(at=finding.at, name=_name(finding.campaign), why=_why(finding)))
            continue
        occasion = _occasion(finding, members[finding.member], subject, words)
        by_member[finding.member].append(occasion)
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


def _occasion(finding: Finding, member: Member, subject: Subject, words: "_Words") -> Occasion:
    arrives = finding.status == Delivery.Status.SENT
    is_own = (
        finding.campaign.pk == subject.pk if isinstance(subject, Campaign) else finding.campaign.series_id == subject.pk
    )
    return Occasion(
        at=finding.at,
        campaign=finding.campaign.pk,
        name=_name(finding.campaign),
        is_own=is_own,
        status=finding.status,
        reason=finding.reason,
        why="" if arrives else _why(finding),
        language=finding.language if arrives else "",
        variant=finding.variant if arrives else "",
        words=words.of(finding, member) if arrives and is_own else "",
    )


def _why(finding: Finding) -> str:
    for codes in (Delivery.Reason, CampaignRun.Reason, Batch.Reason):
        if finding.reason in codes.values:
            return str(codes(finding.reason).label)
    return str(Delivery.Status(finding.status).label) if finding.status in Delivery.Status.values else finding.reason


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

    def of(self, finding: Finding, member: Member) -> str:
        """The words, masked where the reader may not know personal facts."""
        key = (member.pk, finding.campaign.pk, finding.variant, finding.language)
        if key not in self.known:
            self.known[key] = self._put_together(finding, member)
        return self.known[key]

    def _put_together(self, finding: Finding, member: Member) -> str:
        words = CampaignWords.of(finding.campaign.pk, finding.content)
        own = words[finding.variant, finding.language]
        if words.kind.is_dialogue:
            return str(Flow.objects.filter(pk=own["flow_id"]).first() or "")
        facts = member_facts(member, finding.language)
        if self.types:
            facts = {name: without_personal(value, member, self.types) for name, value in facts.items()}
        try:
            if words.kind.is_made:
                return videos_or_text.script_of(own, facts, language=finding.language)
            return compose(words.kind, own, facts).words()
        except SchedulingError as error:
            return str(error)
