"""What went out, or should have: the runs of campaigns and schedules as entries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from scheduling.agenda.applications import Applications
from scheduling.agenda.entries import KINDS, Entry, Kind, State, name_of
from scheduling.models import CampaignRun, Run

OF_CAMPAIGNS: Mapping[str, State] = {
    CampaignRun.Reason.MISSED: State.MISSED,
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
OFTEN = 4  # runs of a schedule on a day that are one entry


def runs_of_campaigns(applications: Applications, *, since: datetime, until: datetime) -> list[Entry]:
    """The runs of campaigns in a span of time, each with what became of it."""
    rows = CampaignRun.objects.filter(moment__gte=since, moment__lt=until).select_related("campaign__series")
    return [_of_campaign(run, applications) for run in rows.defer("content").order_by("pk")]


def runs_of_schedules(applications: Applications, *, since: datetime, until: datetime) -> list[Entry]:
    """The runs of schedules in a span of time. Many of a schedule on a day with equal outcomes are one entry."""
    rows = Run.objects.filter(due_at__gte=since, due_at__lt=until).select_related("schedule")
    days: dict[tuple[object, ...], list[tuple[Any, int]]] = {}
    counted: Any = rows.annotate(said=Count("messages"))
    for run in counted.order_by("due_at", "pk"):
        day = run.due_at.astimezone(run.schedule.zone).date()
        days.setdefault((run.schedule_id, day, run.outcome, run.reason), []).append((run, run.said))
    entries = []
    for runs in days.values():
        together = len(runs) >= OFTEN
        for one, said in runs[:1] if together else runs:
            times, last = (len(runs), runs[-1][0].due_at) if together else (1, None)
            entries.append(_of_schedule(one, said, applications, times=times, last=last))
    return entries


def _of_campaign(run: CampaignRun, applications: Applications) -> Entry:
    campaign = run.campaign
    application = applications.of(campaign.application_id)
    if run.reason in OF_CAMPAIGNS:
        state = OF_CAMPAIGNS[run.reason]
        note = str(CampaignRun.Reason(run.reason).label)
    else:
        state, note = State.SENT if run.ended_at else State.RUNNING, _figures(run)
    return Entry(
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


def _figures(run: CampaignRun) -> str:
    sent = _("%(sent)d of %(planned)d sent") % {"sent": run.sent, "planned": run.planned}
    failed = _("%d failed") % run.failed if run.failed else ""
    return ", ".join(filter(None, (sent, failed)))


def _of_schedule(run: Run, said: int, applications: Applications, *, times: int, last: datetime | None) -> Entry:
    schedule = run.schedule
    application = applications.of(schedule.application_id)
    return Entry(
        kind=Kind.SCHEDULE,
        key=schedule.pk,
        name=str(schedule),
        at=run.due_at,
        state=OF_SCHEDULES[run.outcome],
        run=run.pk,
        note=run.why,
        times=times,
        last=last,
        application=application.pk if application else None,
        zone=schedule.zone.key,
        members=said,
    )
