"""A campaign that goes out once is moved to another day, at the time of day that it has."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import ask_approval
from scheduling.mailings.campaign_start import save_campaign, start_campaign
from scheduling.models import Campaign

S = Campaign.State
USUAL_TIME = time(9)  # of a campaign that had no moment


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Where it was and is, None without a moment; `voided` is whether it became a draft again."""

    before: datetime | None
    after: datetime | None
    voided: bool = False


@transaction.atomic
def move_campaign(
    campaign: Campaign,
    day: date | None,
    *,
    seen: date | None,
    by: AbstractBaseUser | None = None,
    voids: bool = False,
    alone: bool = False,
    now: datetime | None = None,
) -> Moved:
    """Move a campaign to a day, or take its moment away; `seen` is the day where its reader saw it, or None.

    One without approval goes on to wait for its start; with `alone`, for which callers check the right, it stays
    started, on a day. Raises `SchedulingError`: with the code `approval_void`, unless `voids`, for any other that is no
    draft, which it becomes; for one that repeats or went out, for a moment that has passed, and if it was moved
    meanwhile.
    """
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if row.repeats != Campaign.Repeats.ONCE:
        raise _cannot_move(_("It is repeated: its days follow from its rule."), _("Change the rule on its page."))
    if not row.is_editable or row.runs.exists():
        raise _cannot_move(_("It has gone out, so it stays where it was."), _("Copy it and give the copy a moment."))
    before, after = row.starts_at, None
    if seen != (timezone.localdate(before) if before else None):
        raise _changed()
    if day is not None:
        usual = datetime.combine(day, row.next_working_day_at or USUAL_TIME, row.zone)
        after = _moved(before, day, row.zone) if before else usual
        _check_ahead(after, now)
    state, stays = row.state, _stays(row, alone=alone and day is not None)
    if state != S.DRAFT and not stays and not voids:
        raise SchedulingError(_void(row), code="approval_void", remedy=_("Confirm that you want to move it."))
    row.starts_at = after
    if after is not None:
        row.next_working_day_at = None
    save_campaign(row, by=by)
    if stays and row.state == S.DRAFT and state == S.WAITING:
        ask_approval(row, by=by, now=now)
    elif stays and row.state == S.DRAFT:
        start_campaign(row, alone=True, by=by, now=now)
    campaign.refresh_from_db()
    return Moved(before=before, after=after, voided=row.state != state)


def _stays(campaign: Campaign, *, alone: bool) -> bool:
    """Whether a move leaves a campaign in its state, since no second person has approved its moment."""
    return not campaign.needs_approval and campaign.state in ((S.WAITING, S.SCHEDULED) if alone else (S.WAITING,))


def _void(campaign: Campaign) -> str:
    if not campaign.needs_approval and campaign.state != S.APPROVED:
        return _("It is started for exactly its moment. Moved, it becomes a draft and must be started again.")
    if campaign.state == S.WAITING:
        return _("It waits for approval. Moved, it becomes a draft, and approval is asked for once more.")
    return _("It is approved for exactly its moment. Moved, it becomes a draft and must be approved again.")


def _moved(before: datetime, day: date, zone: ZoneInfo) -> datetime:
    """The same time of day in its own zone, as many days away as the reader moved it."""
    local = before.astimezone(zone)
    return datetime.combine(local.date() + (day - timezone.localdate(before)), local.time(), zone)


def _check_ahead(after: datetime, now: datetime | None) -> None:
    if after <= (now or timezone.now()):
        fault = _("That moment has passed.")
        raise SchedulingError(fault, code="moment_passed", remedy=_("Choose a later day."))


def _changed() -> SchedulingError:
    fault = _("It was changed since you looked at it.")
    return SchedulingError(fault, code="moment_changed", remedy=_("Look at the calendar again."))


def _cannot_move(fault: str, remedy: str) -> SchedulingError:
    return SchedulingError(fault, code="not_movable", remedy=remedy)
