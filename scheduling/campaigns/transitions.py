"""The steps in the life of a campaign or series: which state may follow which, and a row for each step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.evidence.stated_reasons import stated_reason
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Series


@dataclass(frozen=True, kw_only=True)
class Life:
    """The states of a kind.

    Attributes:
        steps: the states that may follow each.
        columns: those that change with the state.
        code: of the error for a step that it cannot take; its words are `refusal`, with both states, and `remedy`.
    """

    steps: Mapping[str, frozenset[str]]
    columns: tuple[str, ...]
    code: str
    refusal: Any
    remedy: Any

    def check(self, row: Campaign | Series, after: str) -> None:
        """Raise `SchedulingError` if a row cannot take this step."""
        if after not in self.steps[row.state]:
            self.refuse(row, after)

    def refuse(self, row: Campaign | Series, after: str) -> NoReturn:
        """Raise `SchedulingError` for a step that a row cannot take."""
        values = {"state": row.get_state_display(), "after": type(row).State(after).label}
        raise SchedulingError(str(self.refusal) % values, code=self.code, remedy=str(self.remedy))

    def take(
        self,
        row: Campaign | Series,
        after: str,
        *,
        by: AbstractBaseUser | None,
        why: str,
        reason: str,
        description: Mapping[str, Any] | None,
        digest: str,
        now: datetime | None,
        wrote: bool = False,
    ) -> datetime:
        """Take a locked row to another state and record the step; when. Raises `SchedulingError` for a wrong one."""
        self.check(row, after)
        before, at = row.state, now or timezone.now()
        row.state, row.reason, row.changed_at = after, reason, at
        row.save(update_fields=["state", "reason", "changed_at", "approved_hash", *self.columns])
        row.changes.create(
            at=at,
            by_id=by.pk if by else None,
            before=before,
            after=after,
            why=why.strip()[:300],
            digest=digest,
            wrote=wrote,
            description=dict(description or {}),
        )
        return at


def note_of(why: str) -> str:
    """The note of an approver who wants changes, as it is kept. Raises `SchedulingError` for a note without words."""
    fault, remedy = _("A note is missing."), _("Say in words what to change.")
    return stated_reason(why, SchedulingError(fault, code="empty", field="why", remedy=remedy))


def reason_given(why: str, *, field: str = "why") -> str:
    """The reason of a step as it is kept, "" for none. Raises `SchedulingError` for one without words."""
    if not why.strip():
        return ""
    fault, remedy = _("This is no reason."), _("Give it in words, or none.")
    return stated_reason(why, SchedulingError(fault, code="no_reason", field=field, remedy=remedy))


def last_change(row: Campaign | Series, after: str) -> Any:
    """The last step to a state, None if there was none: who asked, who approved, with the description at that time."""
    return row.changes.filter(after=after).exclude(before=F("after")).select_related("by").first()


def bound_to(row: Campaign | Series) -> str:
    """The hash that a row is held to: of its approval, or of the content that waits for it."""
    asked = last_change(row, "waiting")
    return row.approved_hash or (asked.digest if asked else "")


def check_seen(seen: str, digest: str, *, refusal: str, code: str) -> None:
    """Raise `SchedulingError` if the approver saw content with another hash."""
    if seen and seen != digest:
        raise SchedulingError(refusal, code=code, remedy=_("Look at it again."))


def check_asked(row: Campaign | Series, digest: str) -> None:
    """Raise `SchedulingError` if the waiting content has changed since the request, such as by an edit of a segment."""
    asked = last_change(row, "waiting")
    if asked is not None and asked.digest and asked.digest != digest and row.state == "waiting":
        fault = _("Something that it uses was changed since approval was asked for.")
        raise SchedulingError(fault, code="changed_since_asked", remedy=_("Send it back, and ask for approval again."))
