"""The past of a calendar, missed moments too: the runs of campaigns as entries."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, tzinfo

from django.utils.translation import gettext as _

from scheduling.agenda.agenda_entries import KINDS, Entry, State, name_of
from scheduling.agenda.counted_days import counted_days
from scheduling.agenda.run_groups import RunGroup, run_groups
from scheduling.agenda.sender_calendars import Applications
from scheduling.models import CampaignRun

STATES: Mapping[str, State] = {
    CampaignRun.Reason.MISSED: State.MISSED,
    CampaignRun.Reason.DAYS_UNKNOWN: State.SKIPPED,
    CampaignRun.Reason.EXPIRED: State.MISSED,
    CampaignRun.Reason.NOBODY: State.SKIPPED,
    CampaignRun.Reason.ERRORS: State.FAILED,
    CampaignRun.Reason.NOT_APPROVED: State.FAILED,
    CampaignRun.Reason.FAILED: State.FAILED,
    CampaignRun.Reason.BROKEN: State.FAILED,
    CampaignRun.Reason.CANCELLED: State.CANCELLED,
}


def runs(applications: Applications, since: date, until: date, zone: tzinfo) -> tuple[list[Entry], frozenset[date]]:
    """The runs of these days, each with its outcome; many of a day may be one entry. Also the days of which not
    all runs were counted, since they are so many."""
    days = counted_days(since, until, zone)
    groups = {
        key: group for group in run_groups(CampaignRun.objects.filter(days.condition), zone) for key in group.keys
    }
    shown = CampaignRun.objects.filter(pk__in=groups).select_related("campaign__series").defer("content")
    return [_entry(run, groups[run.pk], applications) for run in shown], days.cut


def _entry(run: CampaignRun, group: RunGroup, applications: Applications) -> Entry:
    campaign = run.campaign
    application = applications.of(campaign.application_id)
    figures = group.sums if group.is_together else {name: getattr(run, name) for name in group.sums}
    if run.reason in STATES:
        state = STATES[run.reason]
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
        schedule=campaign.replaces_id,
        note=note,
        application=application.pk if application else None,
        message_class=str(campaign.message_class),
        zone=campaign.zone.key,
        members=run.planned,
        per_call=1000,
        passes_caps=campaign.passes_caps,
    )
    return _together(entry, group, figures["planned"]) if group.is_together else entry


def _figures(*, planned: int, sent: int, failed: int) -> str:
    told = _("%(sent)d of %(planned)d sent") % {"sent": sent, "planned": planned}
    return ", ".join(filter(None, (told, _("%d failed") % failed if failed else "")))


def _together(entry: Entry, group: RunGroup, planned: int) -> Entry:
    """The entry of one run for all of its group."""
    members = -(-planned // group.times)
    return replace(entry, at=group.first, times=group.times, last=group.last, members=members)
