"""The life of campaigns: written, approved by a second person, started, paused, resumed and cancelled.

Writing, approving and sending are three rights; the callers check them. What is approved is the hash of content,
audience and time: an edit voids it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.evidence.stated_reasons import plain_reason, stated_reason
from core.interchange.differences import Difference, differences
from core.parties.acting_client import client_name
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns import approval, moments, parties, state, transitions, validation
from scheduling.campaigns.schedule_content import successor_of
from scheduling.deliveries import forecast, interruption, run_start
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, Schedule
from scheduling.series import edits
from scheduling.services.runs import run_due
from scheduling.services.schedules import pause
from scheduling.signals import campaign_stopped

Person = AbstractBaseUser | None
S = Campaign.State


@transaction.atomic
def save_campaign(
    campaign: Campaign, contents: Iterable[CampaignContent] | None = None, *, by: Person = None
) -> Campaign:
    """Save a campaign, with other contents where they are given. An edit of what was approved voids the approval.

    Raises `SchedulingError` for one that runs or has ended. Errors of its words do not keep a draft from being saved:
    `campaign_problems` has them, and nothing with errors is approved.
    """
    series = edits.locked(campaign.series_id) if campaign.series_id is not None else None
    if campaign.pk:
        before = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        if not before.is_editable:
            remedy = _("Pause it first. A campaign that has ended can be copied.")
            raise SchedulingError(_("It cannot be changed now."), code="campaign_state", remedy=remedy)
        for name in ("state", "reason", "approved_hash", "watched_from", "next_at"):
            setattr(campaign, name, getattr(before, name))
    else:
        campaign.client = client_name()
    if series is not None:
        edits.keep_with_series(campaign, series)
    campaign.name, campaign.cron = campaign.name.strip(), " ".join(campaign.cron.split())
    campaign.urgent_reason = plain_reason(campaign.urgent_reason)
    campaign.created_by_id = campaign.created_by_id or (by.pk if by else None)
    campaign.changed_at = timezone.now()
    with suppress(SchedulingError):  # which is one of its problems
        campaign.audience = parse_audience(campaign.audience).as_json()
    campaign.save()
    if contents is not None:
        _replace(campaign, list(contents))
    if series is not None:  # whose approval it has
        edits.follow(series, by=by)
        campaign.refresh_from_db(fields=["state", "approved_hash"])
        return campaign
    description = approval.describe(campaign)
    digest = approval.digest(description)
    if campaign.state == S.DRAFT:
        parties.note_edit(campaign, digest, by=by, at=campaign.changed_at)
    elif digest != transitions.bound_to(campaign):
        campaign.approved_hash, campaign.next_at = "", None
        why = _("It was changed.")
        state.change(campaign, S.DRAFT, by=by, why=why, description=description, digest=digest, wrote=True)
    return campaign


@transaction.atomic
def convert_schedule(schedule: Schedule, *, ends_schedule: bool = True, by: Person = None) -> Campaign:
    """Make a draft of a campaign with the words, members and times of a schedule, which goes on until it starts.

    Raises `SchedulingError` while another campaign that was made from it is not over.
    """
    Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    other = schedule.successors.exclude(state__in=Campaign.OVER).first()
    if other is not None:
        words = _("A campaign was made from it already: %s.") % other
        raise SchedulingError(words, code="converted", remedy=_("Use that one, or cancel or delete it first."))
    successor = successor_of(schedule)
    successor.campaign.ends_replaced = ends_schedule
    return save_campaign(successor.campaign, successor.contents, by=by)


def campaign_problems(campaign: Campaign, *, now: datetime | None = None) -> list[SchedulingError]:
    """All errors of a saved campaign."""
    return list(validation.problems(campaign, now or timezone.now()))


def ask_approval(campaign: Campaign, *, by: Person = None, now: datetime | None = None) -> Campaign:
    """Ask for a draft to be approved as it is now. Raises `SchedulingError` for its first error."""

    def ask(row: Campaign) -> None:
        for problem in validation.problems(row, now or timezone.now()):
            raise problem
        description = approval.describe(row)
        state.change(row, S.WAITING, by=by, description=description, digest=approval.digest(description), now=now)

    return _locked(campaign, ask)


def approve(
    campaign: Campaign, *, by: Person = None, seen: str = "", why: str = "", now: datetime | None = None
) -> Campaign:
    """Approve exactly what waits; `seen` is the hash of the content that the approver saw.

    Raises `SchedulingError` if it was changed since, has errors, or is approved by a party that wrote it or asked.
    """

    def grant(row: Campaign) -> None:
        description = approval.describe(row)
        digest = approval.digest(description)
        words = _("The campaign was changed since you looked at it.")
        transitions.check_seen(seen, digest, words=words, code="campaign_changed")
        transitions.check_asked(row, digest)
        parties.check_approver(row, by, words=_("A campaign is approved by a second person."))
        for problem in validation.problems(row, now or timezone.now()):
            raise problem
        row.approved_hash = digest
        state.change(row, S.APPROVED, by=by, why=why, description=description, digest=digest, now=now)

    return _locked(campaign, grant)


def send_back_campaign(campaign: Campaign, *, by: Person = None, why: str, now: datetime | None = None) -> Campaign:
    """Give a campaign that waits back to its writer, with a note. Raises `SchedulingError` without one."""
    why = transitions.note_of(why)
    return _locked(campaign, lambda row: state.change(row, S.DRAFT, by=by, why=why, now=now))


def start_campaign(
    campaign: Campaign, *, at: datetime | None = None, by: Person = None, now: datetime | None = None
) -> Campaign:
    """Schedule an approved campaign: from now on it goes out at its moments, or if it names none at `at`, or at once.

    Raises `SchedulingError` if it was changed since it was approved, or its moment lies more than the grace back, and
    for a moment `at` that has passed, or of a campaign that names its own.
    """
    now = now or timezone.now()
    if campaign.replaces_id is not None and campaign.ends_replaced:
        run_due(campaign.replaces_id, now=now)  # its moments until now are its own

    def begin(row: Campaign) -> None:
        _check_approved(row)
        if at is not None:
            moments.check_later(row, at, now)
        moments.watch(row, now, at=at)
        if row.replaces is not None and row.ends_replaced:
            pause(row.replaces, now=now)
        state.change(row, S.SCHEDULED, by=by, now=now)
        if row.runs.filter(ended_at=None).exists():  # it was changed in a pause, and approved again
            state.change(row, S.RUNNING, by=by, now=now)
            interruption.go_on(row, now=now)

    _locked(campaign, begin)
    run_start.begin(campaign.pk, now=now)
    campaign.refresh_from_db()
    return campaign


def start_unblocked(
    campaign: Campaign,
    *,
    anyway: bool = False,
    at: datetime | None = None,
    by: Person = None,
    now: datetime | None = None,
) -> Campaign:
    """Start a campaign that nothing on its start page speaks against; `anyway` overrides what is not final there.

    Raises `SchedulingError` for the first thing that does, and as `start_campaign`.
    """
    now = now or timezone.now()
    _check_alone(campaign)
    for blocker in forecast.forecast_start(campaign, now=now, at=at).against(anyway=anyway):
        error = blocker.error
        remedy = error.remedy if blocker.final else _("Set `anyway` to send it all the same.")
        raise SchedulingError(error.message, code=error.code, field=error.field, remedy=remedy)
    return start_campaign(campaign, at=at, by=by, now=now)


def make_urgent(campaign: Campaign, reason: str, *, by: Person = None, now: datetime | None = None) -> Campaign:
    """Let a campaign go out in quiet hours too, for a reason; approval is asked for once more, with the reason in it.

    Raises `SchedulingError` without a reason, and for one that cannot be changed now.
    """
    words, remedy = _("The reason is missing."), _("Say in words why it cannot wait: who approves it reads that.")
    reason = stated_reason(reason, SchedulingError(words, code="empty", field="urgent_reason", remedy=remedy))
    _check_alone(campaign)
    with transaction.atomic():
        campaign.urgent_reason = reason[: Campaign._meta.get_field("urgent_reason").max_length]
        save_campaign(campaign, by=by)
        return ask_approval(campaign, by=by, now=now) if campaign.state == S.DRAFT else campaign


def pause_campaign(campaign: Campaign, *, by: Person = None, why: str = "", now: datetime | None = None) -> Campaign:
    """Pause a campaign: batches of which no call was made yet are taken back.

    Raises `SchedulingError` for a reason without words.
    """
    why = transitions.reason_given(why)

    def pause(row: Campaign) -> None:
        state.change(row, S.PAUSED, by=by, why=why, now=now)
        campaign_stopped.send(Campaign, campaign=row, reason="paused", why=why)

    _locked(campaign, pause)
    interruption.take_back(campaign)
    return campaign


def resume_campaign(campaign: Campaign, *, by: Person = None, now: datetime | None = None) -> Campaign:
    """Go on where it was paused. Moments in between are handled as the campaign says of missed ones.

    Raises `SchedulingError` if it was changed since it was approved.
    """

    def go_on(row: Campaign) -> None:
        _check_approved(row)
        open_runs = row.runs.filter(ended_at=None)
        state.change(row, S.RUNNING if open_runs.exists() else S.SCHEDULED, by=by, now=now)
        interruption.go_on(row, now=now or timezone.now())

    return _locked(campaign, go_on)


def cancel_campaign(campaign: Campaign, *, by: Person = None, why: str = "", now: datetime | None = None) -> Campaign:
    """End a campaign for good: who has not got it does not get it.

    Raises `SchedulingError` for a reason without words.
    """
    why = transitions.reason_given(why)

    def end(row: Campaign) -> None:
        row.next_at = None
        was_on = row.state in (*Campaign.ON, S.PAUSED)
        state.change(row, S.CANCELLED, by=by, why=why, now=now)
        if was_on:
            campaign_stopped.send(Campaign, campaign=row, reason="cancelled", why=why)

    _locked(campaign, end)
    interruption.take_back(campaign)
    interruption.cancel_rest(campaign, now=now or timezone.now())
    return campaign


@transaction.atomic
def remove_campaign(campaign: Campaign) -> None:
    """Delete a campaign that never went out, with its steps. Raises `SchedulingError` for one that did."""
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _check_alone(row)
    if row.runs.exists():
        words = _("It has gone out, so its deliveries are kept.")
        raise SchedulingError(words, code="campaign_sent", remedy=_("Cancel it instead."))
    row.delete()


def changed_since_approval(campaign: Campaign) -> list[Difference]:
    """The differences from the last approval, for the approver; all of it if it never was approved."""
    approved = transitions.last_change(campaign, S.APPROVED)
    return list(differences(approved.description if approved else {}, approval.describe(campaign)))


def _check_approved(campaign: Campaign) -> None:
    if not campaign.approved_hash or campaign.approved_hash != approval.digest(approval.describe(campaign)):
        words = _("It is not as it was approved.")
        raise SchedulingError(words, code="not_approved", remedy=_("Ask for approval again."))


def _replace(campaign: Campaign, contents: list[CampaignContent]) -> None:
    keep = [content.pk for content in contents if content.pk]
    campaign.contents.exclude(pk__in=keep).delete()
    for content in contents:
        content.campaign = campaign
        content.save()
    # What the caller has read along is not what it says any more.
    getattr(campaign, "_prefetched_objects_cache", {}).pop("contents", None)


def _check_alone(campaign: Campaign) -> None:
    if campaign.series_id is not None:
        words, remedy = _("It is a step of a series, which lives as a whole."), _("Do it with the series.")
        raise SchedulingError(words, code="series_step", remedy=remedy)


@transaction.atomic
def _locked(campaign: Campaign, change: Callable[[Campaign], None]) -> Campaign:
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _check_alone(row)
    change(row)
    campaign.refresh_from_db()
    return campaign
