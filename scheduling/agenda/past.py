"""The past of a calendar, missed moments too: the runs of campaigns and schedules as entries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.utils.translation import gettext as _

from scheduling.agenda.applications import Applications
from scheduling.agenda.counted_days import counted_days
from scheduling.agenda.entries import KINDS, Entry, Kind, State, name_of
from scheduling.agenda.run_groups import RunGroup, Source, run_groups
from scheduling.models import CampaignRun, Run

OF_CAMPAIGNS: Mapping[str, State] = {
    CampaignRun.Reason.MISSED: State.MISSED,
    CampaignRun.Reason.DAYS_UNKNOWN: State.SKIPPED,
    CampaignRun.Reason.EXPIRED: State.MISSED,
    CampaignRun.Reason.NOBODY: State.SKIPPED,
    CampaignRun.Reason.ERRORS: State.FAILED,
    CampaignRun.Reason.NOT_APPROVED: State.FAILED,
    CampaignRun.Reason.BROKEN: State.FAILED,
    CampaignRun.Reason.CANCELLED: State.CANCELLED,
}
OF_SCHEDULES: Mapping[str, State] = {
    Run.Outcome.SENT: State.SENT,
    Run.Outcome.MISSED: State.MISSED,
    Run.Outcome.FAILED: State.FAILED,
    Run.Outcome.SKIPPED: State.SKIPPED,
}


def runs(applications: Applications, since: date, until: date, zone: tzinfo) -> tuple[list[Entry], frozenset[date]]:
    """The runs of these days, each with its outcome; many of a day may be one entry. Also the days of which not
    all runs were counted, since they are so many."""
    campaigns, schedules = CampaignRun.objects.all(), Run.objects.all()
    first, second = counted_days([(CampaignRun, "moment"), (Run, "due_at")], since, until, zone)
    went = Case(When(ended_at=None, then=Value("")), default=Value("ended"), output_field=CharField())
    sources = (
        Source(
            rows=campaigns.filter(first.among("moment")), at="moment", owner="campaign", became=went, has_figures=True
        ),
        Source(rows=schedules.filter(second.among("due_at")), at="due_at", owner="schedule", became=F("outcome")),
    )
    of_campaigns, of_schedules = run_groups(sources, zone)
    shown = campaigns.select_related("campaign__series").defer("content")
    told = schedules.select_related("schedule").annotate(said=Count("messages"))
    entries = [
        *(_of_campaign(run, group, applications) for run, group in _with_rows(of_campaigns, shown)),
        *(_of_schedule(run, group, applications) for run, group in _with_rows(of_schedules, told)),
    ]
    return entries, first.cut | second.cut


def _with_rows(groups: Sequence[RunGroup], rows: "QuerySet[Any]") -> Iterator[tuple[Any, RunGroup]]:
    by_key = {row.pk: row for row in rows.filter(pk__in=[key for group in groups for key in group.keys])}
    return ((by_key[key], group) for group in groups for key in group.keys if key in by_key)


def _of_campaign(run: CampaignRun, group: RunGroup, applications: Applications) -> Entry:
    campaign = run.campaign
    application = applications.of(campaign.application_id)
    figures = group.sums if group.is_together else {name: getattr(run, name) for name in group.sums}
    if run.reason in OF_CAMPAIGNS:
        state = OF_CAMPAIGNS[run.reason]
        note = str(CampaignRun.Reason(run.reason).label)
    else:
        state, note = State.SENT if run.ended_at else State.RUNNING, _figures(**figures)
    entry = Entry(
        kind=KINDS[campaign.repeats],
        key=campaign.pk,
        name=name_of(campaign),
        at=run.moment,
        state=state,
        run=run.pk,
        note=note,
        application=application.pk if application else None,
        message_class=str(campaign.message_class),
        zone=campaign.zone.key,
        members=run.planned,
        per_call=1000,
    )
    return (
        replace(_together(entry, group), members=-(-figures["planned"] // group.times)) if group.is_together else entry
    )


def _figures(*, planned: int, sent: int, failed: int) -> str:
    told = _("%(sent)d of %(planned)d sent") % {"sent": sent, "planned": planned}
    return ", ".join(filter(None, (told, _("%d failed") % failed if failed else "")))


def _of_schedule(run: Any, group: RunGroup, applications: Applications) -> Entry:
    schedule = run.schedule
    application = applications.of(schedule.application_id)
    entry = Entry(
        kind=Kind.SCHEDULE,
        key=schedule.pk,
        name=str(schedule),
        at=run.due_at,
        state=OF_SCHEDULES[run.outcome],
        run=run.pk,
        note=run.why,
        application=application.pk if application else None,
        zone=schedule.zone.key,
        members=run.said,
    )
    return _together(entry, group) if group.is_together else entry


def _together(entry: Entry, group: RunGroup) -> Entry:
    """The entry of one run for all of its group."""
    return replace(entry, at=group.first, times=group.times, last=group.last)
