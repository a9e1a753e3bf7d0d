"""The life of campaigns and of series, written once: approved by a second person, paused, resumed, cancelled, deleted.

Writing, approving and sending are three rights; the callers check them. An approval holds for the hash of content,
audience and time: an edit voids it. `MailingKind` has the differences.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.interchange.row_differences import Difference, differences
from scheduling.campaigns import (
    approved_content,
    beat_entries,
    campaign_states,
    campaign_validation,
    parties,
    transitions,
)
from scheduling.deliveries import pause_and_cancel
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Series
from scheduling.series import approved_series as series_approval
from scheduling.series import edits, series_states, series_validation, sweep
from scheduling.signals import campaign_stopped

Person = AbstractBaseUser | None
M = TypeVar("M", Campaign, Series)


@dataclass(frozen=True, kw_only=True)
class MailingKind(Generic[M]):
    """The acts in which campaigns and series differ.

    Attributes:
        changed: the refusal of an approver who saw another content; `second` that of its author or requester.
        locked: the row, locked; raises `SchedulingError` for one that has no life of its own.
        problems: those that prevent its approval; `describe` has all that it would do, as JSON with stable keys.
        change: takes a locked row to another state; `go_on` takes it on from a pause, and `gone_on` does the due work
            then, once the transaction has ended. So do `take_back`, for messages without a call, and `cancel_rest`.
        runs: those that were sent, so that their deliveries are kept.
        forget: ends the wakes of workers for a row that is about to be deleted.
        tells: whether `campaign_stopped` is sent for the row itself; the steps of a series tell it.
    """

    changed: Any
    second: Any
    locked: Callable[[M], M]
    problems: Callable[[M, datetime], Iterable[SchedulingError]]
    describe: Callable[[M], dict[str, Any]]
    change: Callable[..., None]
    go_on: Callable[[M, Person, datetime], None]
    gone_on: Callable[[M, datetime], None]
    take_back: Callable[[M], object]
    cancel_rest: Callable[..., object]
    runs: Callable[[M], QuerySet[CampaignRun]]
    forget: Callable[[M], object]
    tells: bool


def _lock_campaign(row: Campaign) -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_no_step(campaign)
    return campaign


def _change_campaign(row: Campaign, after: str, **step: Any) -> None:
    if after in ("draft", "cancelled"):
        row.next_at = None
    campaign_states.change(row, Campaign.State(after), **step)


def _go_on_with_campaign(row: Campaign, by: Person, now: datetime) -> None:
    _change_campaign(row, "running" if row.runs.filter(ended_at=None).exists() else "scheduled", by=by, now=now)
    pause_and_cancel.go_on(row, now=now)


def _go_on_with_series(row: Series, by: Person, now: datetime) -> None:
    row.swept_at = None
    series_states.change(row, Series.State.RUNNING, by=by, now=now)


def _sweep_series(row: Series, now: datetime) -> None:
    sweep.sweep(row.pk, now=now)
    row.refresh_from_db()


CAMPAIGN = MailingKind[Campaign](
    changed=gettext_lazy("The campaign was changed since you looked at it."),
    second=gettext_lazy("A campaign is approved by a second person."),
    locked=_lock_campaign,
    problems=campaign_validation.problems,
    describe=approved_content.describe,
    change=_change_campaign,
    go_on=_go_on_with_campaign,
    gone_on=lambda _row, _now: None,  # its batches were woken with the transaction
    take_back=pause_and_cancel.take_back,
    cancel_rest=pause_and_cancel.cancel_rest,
    runs=lambda row: row.runs.all(),
    forget=beat_entries.forget,
    tells=True,
)
SERIES = MailingKind[Series](
    changed=gettext_lazy("The series was changed since you looked at it."),
    second=gettext_lazy("A series is approved by a second person."),
    locked=edits.locked,
    problems=lambda row, now: (problem.error for problem in series_validation.problems(row, now)),
    describe=series_approval.describe,
    change=series_states.change,
    go_on=_go_on_with_series,
    gone_on=_sweep_series,
    take_back=series_states.take_back,
    cancel_rest=series_states.cancel_rest,
    runs=lambda row: CampaignRun.objects.filter(campaign__series=row),
    forget=lambda _row: None,  # the sweep finds its moments
    tells=False,
)
KINDS: Mapping[type[Any], MailingKind[Any]] = {Campaign: CAMPAIGN, Series: SERIES}


def ask_approval(row: M, *, by: Person = None, now: datetime | None = None) -> M:
    """Ask for a draft to be approved as it is now. Raises `SchedulingError` for its first error."""
    kind = _kind(row)

    def ask(locked: M) -> None:
        for problem in kind.problems(locked, now or timezone.now()):
            raise problem
        kind.change(locked, "waiting", by=by, now=now, **_content(kind, locked))

    return take(row, ask)


def approve(row: M, *, by: Person = None, seen: str = "", why: str = "", now: datetime | None = None) -> M:
    """Approve exactly the content that waits; `seen` is the hash of the content that the approver saw.

    Raises `SchedulingError` if it was changed since, has errors, or is approved by a party that wrote it or asked.
    """
    kind = _kind(row)

    def grant(locked: M) -> None:
        content = _content(kind, locked)
        digest = content["digest"]
        transitions.check_seen(seen, digest, refusal=str(kind.changed), code=f"{_name(row)}_changed")
        transitions.check_asked(locked, digest)
        parties.check_approver(locked, by, text=str(kind.second))
        for problem in kind.problems(locked, now or timezone.now()):
            raise problem
        locked.approved_hash = digest
        kind.change(locked, "approved", by=by, why=why, now=now, **content)

    return take(row, grant)


def send_back_mailing(row: M, *, by: Person = None, why: str, now: datetime | None = None) -> M:
    """Give a row that waits for approval back to its writer, with a note. Raises `SchedulingError` without one."""
    why = transitions.note_of(why)
    return take(row, lambda locked: _kind(row).change(locked, "draft", by=by, why=why, now=now))


def pause_mailing(row: M, *, by: Person = None, why: str = "", now: datetime | None = None) -> M:
    """Pause it: messages of which no call was made yet are taken back, and a series takes no members in.

    Raises `SchedulingError` for a reason without words.
    """
    kind, why = _kind(row), transitions.reason_given(why)

    def pause(locked: M) -> None:
        kind.change(locked, "paused", by=by, why=why, now=now)
        _tell_stopped(kind, locked, "paused", why)

    take(row, pause)
    kind.take_back(row)
    return row


def resume_mailing(row: M, *, by: Person = None, now: datetime | None = None) -> M:
    """Go on where it was paused. Moments in between are handled as it says of missed ones.

    Raises `SchedulingError` if it was changed since it was approved.
    """
    kind, now = _kind(row), now or timezone.now()

    def go_on(locked: M) -> None:
        check_going(locked)
        kind.go_on(locked, by, now)

    take(row, go_on)
    kind.gone_on(row, now)
    return row


def cancel_mailing(row: M, *, by: Person = None, why: str = "", now: datetime | None = None) -> M:
    """End it for good: who has not got it does not get it. Raises `SchedulingError` for a reason without words."""
    kind, why = _kind(row), transitions.reason_given(why)

    def end(locked: M) -> None:
        was_on = locked.state in ("scheduled", "running", "paused")
        kind.change(locked, "cancelled", by=by, why=why, now=now)
        if was_on:
            _tell_stopped(kind, locked, "cancelled", why)

    take(row, end)
    kind.take_back(row)
    kind.cancel_rest(row, now=now or timezone.now())
    return row


@transaction.atomic
def remove_mailing(row: M) -> None:
    """Delete a campaign or series that never went out, with its history. Raises `SchedulingError` for one that did."""
    kind = _kind(row)
    locked = kind.locked(row)
    if kind.runs(locked).exists():
        fault = _("It has gone out, so its deliveries are kept.")
        raise SchedulingError(fault, code=f"{_name(row)}_sent", remedy=_("Cancel it instead."))
    kind.forget(locked)
    locked.delete()


def changed_since_approval(row: M) -> list[Difference]:
    """The differences from the last approval, for the approver; all of it if it never was approved."""
    approved = transitions.last_change(row, "approved")
    return list(differences(approved.description if approved else {}, _kind(row).describe(row)))


def note_edit(row: M, *, by: Person = None) -> None:
    """Note who changed a locked draft; make a row a draft again whose content is neither the approved nor the waiting
    one.
    """
    kind = _kind(row)
    content = _content(kind, row)
    if row.state == "draft":
        parties.note_edit(row, content["digest"], by=by, at=timezone.now())
    elif content["digest"] != transitions.bound_to(row):
        row.approved_hash = ""
        kind.change(row, "draft", by=by, why=_("It was changed."), wrote=True, **content)


@transaction.atomic
def take(row: M, change: Callable[[M], None]) -> M:
    """Change the locked row, and show it in this one."""
    change(_kind(row).locked(row))
    row.refresh_from_db()
    return row


def check_approved(row: M) -> None:
    """Raise `SchedulingError` for one that is not as it was approved."""
    if not row.approved_hash or row.approved_hash != approved_content.digest(_kind(row).describe(row)):
        fault = _("It is not as it was approved.")
        raise SchedulingError(fault, code="not_approved", remedy=_("Ask for approval again."))


def check_going(row: M) -> None:
    """Raise `SchedulingError` for one that is on, or was, and is not as it was approved.

    A campaign without approval is bound to its sources as they are now: a template, or the rule of a segment.
    """
    if not row.needs_approval and row.approved_hash:
        row.approved_hash = approved_content.digest(_kind(row).describe(row))
    else:
        check_approved(row)


def check_no_step(campaign: Campaign) -> None:
    """Raise `SchedulingError` for a step of a series."""
    if campaign.series_id is not None:
        fault, remedy = _("It is a step of a series, which lives as a whole."), _("Do it with the series.")
        raise SchedulingError(fault, code="series_step", remedy=remedy)


def _kind(row: M) -> MailingKind[M]:
    return KINDS[type(row)]


def _tell_stopped(kind: MailingKind[M], row: M, reason: str, why: str) -> None:
    if kind.tells:
        campaign_stopped.send(Campaign, campaign=row, reason=reason, why=why)


def _name(row: M) -> str:
    return str(row._meta.model_name)


def _content(kind: MailingKind[M], row: M) -> dict[str, Any]:
    """The description that an approval is bound to, and its hash."""
    description = kind.describe(row)
    return {"description": description, "digest": approved_content.digest(description)}
