"""A campaign or a series as it is rehearsed: approved and started in the database aside, from any state."""

from datetime import datetime

from scheduling.campaigns import approved_content, campaign_validation, moments
from scheduling.deliveries.start_forecast import sender_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Series
from scheduling.series import approved_series as series_approval
from scheduling.series import series_states, series_validation
from wecom.models import Application

Subject = Campaign | Series
GOING = (Campaign.State.SCHEDULED, Campaign.State.RUNNING)


def check(subject: Subject, now: datetime) -> Application:
    """The application that sends it. Raises `SchedulingError` for its first error."""
    if isinstance(subject, Campaign):
        for problem in campaign_validation.problems(subject, now):
            raise problem
        return sender_of(subject)
    for flaw in series_validation.problems(subject, now):
        raise flaw.error
    application = subject.sender
    if application is None:
        raise SchedulingError("", code="application", field="application")
    return application


def is_going(subject: Subject) -> bool:
    """Whether it goes out by itself as it is now."""
    if isinstance(subject, Campaign):
        return subject.state in GOING and subject.approved_hash == approved_content.digest(
            approved_content.describe(subject)
        )
    return subject.state == Series.State.RUNNING and subject.approved_hash == series_approval.digest(subject)


def start(subject: Subject, now: datetime) -> None:
    """Let it go from this moment on, as if it was approved and started then. To be called aside."""
    if is_going(subject):
        return
    if isinstance(subject, Campaign):
        _start_campaign(Campaign.objects.get(pk=subject.pk), now)
    else:
        _start_series(Series.objects.get(pk=subject.pk), now)


def _start_campaign(row: Campaign, now: datetime) -> None:
    if row.state in Campaign.OVER:
        row.runs.all().delete()  # it begins anew
    row.approved_hash = approved_content.digest(approved_content.describe(row))
    moments.watch(row, now)
    row.state = Campaign.State.SCHEDULED
    if row.runs.filter(ended_at=None).exists():
        row.state = Campaign.State.RUNNING
        CampaignRun.objects.filter(campaign=row, ended_at=None).update(
            digest=row.approved_hash, content=approved_content.describe(row)
        )
    row.save()


def _start_series(row: Series, now: datetime) -> None:
    for after in _states_until_running(row):
        if after == Series.State.APPROVED:
            row.approved_hash = series_approval.digest(row)
        if after == Series.State.RUNNING:
            row.started_at, row.swept_at = row.started_at or now, None
        series_states.change(row, after, now=now)


def _states_until_running(row: Series) -> list[Series.State]:
    """The steps from where it is; one that is paused or has ended begins as a draft."""
    state = Series.State
    if row.state in (state.PAUSED, state.CANCELLED, state.FINISHED, state.RUNNING):
        Series.objects.filter(pk=row.pk).update(state=state.DRAFT, approved_hash="")
        row.steps.update(state=Campaign.State.DRAFT, approved_hash="")
        row.refresh_from_db()
    order = [state.DRAFT, state.WAITING, state.APPROVED, state.RUNNING]
    return order[order.index(state(row.state)) + 1 :]
