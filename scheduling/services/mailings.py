"""The life of campaigns and of series, written once: approved by a second person, paused, resumed, cancelled, deleted.

Writing, approving and sending are three rights; the callers check them. What is approved is the hash of content,
audience and time: an edit voids it. `MailingKind` has what differs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.interchange.differences import Difference, differences
from scheduling.campaigns import approval, parties, state, transitions, validation
from scheduling.deliveries import interruption
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Series
from scheduling.series import approval as series_approval
from scheduling.series import edits, life, sweep
from scheduling.series import validation as series_validation
from scheduling.signals import campaign_stopped

Person = AbstractBaseUser | None
M = TypeVar("M", Campaign, Series)


class MailingKind(ABC, Generic[M]):
    """What campaigns and series do in a way of their own.

    Attributes:
        changed: the refusal of an approver who saw something else; `second` that of who wrote it or asked.
    """

    changed: ClassVar[Any]
    second: ClassVar[Any]

    @abstractmethod
    def locked(self, row: M) -> M:
        """The row, locked. Raises `SchedulingError` for one that has no life of its own."""

    @abstractmethod
    def describe(self, row: M) -> dict[str, Any]:
        """All that it would do, as JSON with stable keys."""

    @abstractmethod
    def problems(self, row: M, now: datetime) -> Iterator[SchedulingError]:
        """All that keeps it from being approved."""

    @abstractmethod
    def change(self, row: M, after: str, **step: Any) -> None:
        """Take a locked row to another state and record the step."""

    @abstractmethod
    def stopped(self, row: M, reason: str, why: str) -> None:
        """Tell others that a locked row that was on stands still, where its state does not tell them."""

    @abstractmethod
    def go_on(self, row: M, *, by: Person, now: datetime) -> None:
        """Take a locked row on from a pause."""

    @abstractmethod
    def gone_on(self, row: M, *, now: datetime) -> None:
        """Do what is due after a pause, once its transaction has ended."""

    @abstractmethod
    def take_back(self, row: M) -> None:
        """Take back the messages without a call, once its transaction has ended."""

    @abstractmethod
    def cancel_rest(self, row: M, *, now: datetime) -> None:
        """End all that has not gone out."""

    @abstractmethod
    def has_gone_out(self, row: M) -> bool:
        """Whether any of it was sent, so that its deliveries are kept."""


class CampaignKind(MailingKind[Campaign]):
    """A campaign. A step of a series lives with its series."""

    changed = gettext_lazy("The campaign was changed since you looked at it.")
    second = gettext_lazy("A campaign is approved by a second person.")

    def locked(self, row: Campaign) -> Campaign:
        campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=row.pk)
        check_alone(campaign)
        return campaign

    def describe(self, row: Campaign) -> dict[str, Any]:
        return approval.describe(row)

    def problems(self, row: Campaign, now: datetime) -> Iterator[SchedulingError]:
        return validation.problems(row, now)

    def change(self, row: Campaign, after: str, **step: Any) -> None:
        if after in (Campaign.State.DRAFT, Campaign.State.CANCELLED):
            row.next_at = None
        state.change(row, Campaign.State(after), **step)

    def stopped(self, row: Campaign, reason: str, why: str) -> None:
        campaign_stopped.send(Campaign, campaign=row, reason=reason, why=why)

    def go_on(self, row: Campaign, *, by: Person, now: datetime) -> None:
        open_runs = row.runs.filter(ended_at=None)
        state.change(row, Campaign.State.RUNNING if open_runs.exists() else Campaign.State.SCHEDULED, by=by, now=now)
        interruption.go_on(row, now=now)

    def gone_on(self, row: Campaign, *, now: datetime) -> None:
        """Its batches were woken with the transaction."""

    def take_back(self, row: Campaign) -> None:
        interruption.take_back(row)

    def cancel_rest(self, row: Campaign, *, now: datetime) -> None:
        interruption.cancel_rest(row, now=now)

    def has_gone_out(self, row: Campaign) -> bool:
        return row.runs.exists()


class SeriesKind(MailingKind[Series]):
    """A series, with all its steps."""

    changed = gettext_lazy("The series was changed since you looked at it.")
    second = gettext_lazy("A series is approved by a second person.")

    def locked(self, row: Series) -> Series:
        return edits.locked(row)

    def describe(self, row: Series) -> dict[str, Any]:
        return series_approval.describe(row)

    def problems(self, row: Series, now: datetime) -> Iterator[SchedulingError]:
        return (problem.error for problem in series_validation.problems(row, now))

    def change(self, row: Series, after: str, **step: Any) -> None:
        life.change(row, Series.State(after), **step)

    def stopped(self, row: Series, reason: str, why: str) -> None:
        """Each of its steps that ran has told it."""

    def go_on(self, row: Series, *, by: Person, now: datetime) -> None:
        row.swept_at = None
        life.change(row, Series.State.RUNNING, by=by, now=now)

    def gone_on(self, row: Series, *, now: datetime) -> None:
        sweep.sweep(row.pk, now=now)
        row.refresh_from_db()

    def take_back(self, row: Series) -> None:
        life.take_back(row)

    def cancel_rest(self, row: Series, *, now: datetime) -> None:
        life.cancel_rest(row, now=now)

    def has_gone_out(self, row: Series) -> bool:
        return CampaignRun.objects.filter(campaign__series=row).exists()


KINDS: Mapping[type[Any], MailingKind[Any]] = {Campaign: CampaignKind(), Series: SeriesKind()}


def ask_approval(row: M, *, by: Person = None, now: datetime | None = None) -> M:
    """Ask for a draft to be approved as it is now. Raises `SchedulingError` for its first error."""
    kind = _kind(row)

    def ask(locked: M) -> None:
        for problem in kind.problems(locked, now or timezone.now()):
            raise problem
        kind.change(locked, "waiting", by=by, now=now, **_content(kind, locked))

    return take(row, ask)


def approve(row: M, *, by: Person = None, seen: str = "", why: str = "", now: datetime | None = None) -> M:
    """Approve exactly what waits; `seen` is the hash of the content that the approver saw.

    Raises `SchedulingError` if it was changed since, has errors, or is approved by a party that wrote it or asked.
    """
    kind = _kind(row)

    def grant(locked: M) -> None:
        content = _content(kind, locked)
        digest = content["digest"]
        transitions.check_seen(seen, digest, words=str(kind.changed), code=f"{_name(row)}_changed")
        transitions.check_asked(locked, digest)
        parties.check_approver(locked, by, words=str(kind.second))
        for problem in kind.problems(locked, now or timezone.now()):
            raise problem
        locked.approved_hash = digest
        kind.change(locked, "approved", by=by, why=why, now=now, **content)

    return take(row, grant)


def send_back_mailing(row: M, *, by: Person = None, why: str, now: datetime | None = None) -> M:
    """Give what waits for approval back to its writer, with a note. Raises `SchedulingError` without one."""
    why = transitions.note_of(why)
    return take(row, lambda locked: _kind(row).change(locked, "draft", by=by, why=why, now=now))


def pause_mailing(row: M, *, by: Person = None, why: str = "", now: datetime | None = None) -> M:
    """Pause it: messages of which no call was made yet are taken back, and nobody comes into a series.

    Raises `SchedulingError` for a reason without words.
    """
    kind, why = _kind(row), transitions.reason_given(why)

    def pause(locked: M) -> None:
        kind.change(locked, "paused", by=by, why=why, now=now)
        kind.stopped(locked, "paused", why)

    take(row, pause)
    kind.take_back(row)
    return row


def resume_mailing(row: M, *, by: Person = None, now: datetime | None = None) -> M:
    """Go on where it was paused. Moments in between are handled as it says of missed ones.

    Raises `SchedulingError` if it was changed since it was approved.
    """
    kind, now = _kind(row), now or timezone.now()

    def go_on(locked: M) -> None:
        check_approved(locked)
        kind.go_on(locked, by=by, now=now)

    take(row, go_on)
    kind.gone_on(row, now=now)
    return row


def cancel_mailing(row: M, *, by: Person = None, why: str = "", now: datetime | None = None) -> M:
    """End it for good: who has not got it does not get it. Raises `SchedulingError` for a reason without words."""
    kind, why = _kind(row), transitions.reason_given(why)

    def end(locked: M) -> None:
        was_on = locked.state in ("scheduled", "running", "paused")
        kind.change(locked, "cancelled", by=by, why=why, now=now)
        if was_on:
            kind.stopped(locked, "cancelled", why)

    take(row, end)
    kind.take_back(row)
    kind.cancel_rest(row, now=now or timezone.now())
    return row


@transaction.atomic
def remove_mailing(row: M) -> None:
    """Delete a campaign or series that never went out, with its history. Raises `SchedulingError` for one that did."""
    kind = _kind(row)
    locked = kind.locked(row)
    if kind.has_gone_out(locked):
        words = _("It has gone out, so its deliveries are kept.")
        raise SchedulingError(words, code=f"{_name(row)}_sent", remedy=_("Cancel it instead."))
    locked.delete()


def changed_since_approval(row: M) -> list[Difference]:
    """The differences from the last approval, for the approver; all of it if it never was approved."""
    approved = transitions.last_change(row, "approved")
    return list(differences(approved.description if approved else {}, _kind(row).describe(row)))


def note_edit(row: M, *, by: Person = None) -> None:
    """Note who changed a locked draft; make one a draft again that is not what was approved, or what waits for it."""
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
    if not row.approved_hash or row.approved_hash != approval.digest(_kind(row).describe(row)):
        words = _("It is not as it was approved.")
        raise SchedulingError(words, code="not_approved", remedy=_("Ask for approval again."))


def check_alone(campaign: Campaign) -> None:
    """Raise `SchedulingError` for a step of a series."""
    if campaign.series_id is not None:
        words, remedy = _("It is a step of a series, which lives as a whole."), _("Do it with the series.")
        raise SchedulingError(words, code="series_step", remedy=remedy)


def _kind(row: M) -> MailingKind[M]:
    return KINDS[type(row)]


def _name(row: M) -> str:
    return str(row._meta.model_name)


def _content(kind: MailingKind[M], row: M) -> dict[str, Any]:
    """What an approval is bound to, and its hash."""
    description = kind.describe(row)
    return {"description": description, "digest": approval.digest(description)}
