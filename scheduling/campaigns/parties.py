"""Who wrote a campaign or series, who asked for its approval, and who may not approve it.

A party is an account, or a client of the API together with the account that holds its token: with the token that
account could do acts that it may not do under its own name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from core.parties.acting_client import acting_client, check_may_approve
from scheduling.campaigns import approved_content
from scheduling.exceptions import ApprovalRefused, SchedulingError
from scheduling.models import AudienceSheet, Campaign, Segment, Series
from scheduling.models.mailings import MailingChange


@dataclass(frozen=True, kw_only=True)
class Party:
    """The accounts and clients that stand behind something that was done; none of them where that is not known."""

    accounts: frozenset[int] = field(default_factory=frozenset)
    clients: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_known(self) -> bool:
        return bool(self.accounts or self.clients)

    def is_also(self, other: "Party") -> bool:
        """Whether one person or program stands behind both."""
        return bool(self.accounts & other.accounts or self.clients & other.clients)


def party_of(account: int | None, client: int | None, holder: int | None) -> Party:
    """A party by its keys."""
    return Party(
        accounts=frozenset({account, holder} - {None}),  # type: ignore[arg-type]
        clients=frozenset({client} - {None}),  # type: ignore[arg-type]
    )


def acting_party(by: AbstractBaseUser | None) -> Party:
    """Who acts now: the account, or the client whose request this is."""
    client = acting_client()
    if client is None:
        return party_of(by.pk if by else None, None, None)
    return party_of(by.pk if by else None, client.key, client.holder)


def note_edit(row: Campaign | Series, digest: str, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Note who changed a draft, unless its hash is the same; edits that one party makes in a row are one entry."""
    latest = row.changes.first()
    if digest == row.changes.exclude(digest="").values_list("digest", flat=True).first():
        return
    if latest is not None and latest.wrote and not latest.is_step and _did(latest) == acting_party(by):
        type(latest).objects.filter(pk=latest.pk).update(at=at, digest=digest)
        return
    row.changes.create(at=at, by_id=by.pk if by else None, before=row.state, after=row.state, wrote=True, digest=digest)


def check_approver(row: Campaign | Series, by: AbstractBaseUser | None, *, text: str) -> None:
    """Raise `SchedulingError` unless this is a second party, and one that may approve.

    Parties that wrote anything since the last approval, or asked for this one, may not, person or client.
    """
    client, approver = acting_client(), acting_party(by)
    if not approver.is_known:
        remedy = _("Approve it as a person, in the admin.")
        raise ApprovalRefused(_("An approval names who gives it."), code="approver_missing", remedy=remedy)
    check_may_approve()
    if settings.SCHEDULING["APPROVE_OWN_CAMPAIGNS"] and client is None:
        return
    for part, party in _parties(row):
        if approver.is_also(party):
            raise SchedulingError(f"{text} {part}", code="own_approval", remedy=_("Ask somebody else to approve it."))
        if client is not None and not party.is_known:
            refusal = _("It is not known who wrote it or asked, so a client cannot be the second party.")
            raise SchedulingError(refusal, code="party_unknown", remedy=_("A person approves it in the admin."))


def _parties(row: Campaign | Series) -> Iterator[tuple[str, Party]]:
    """All who may not approve a row, each with the reason."""
    changes: list[Any] = list(row.changes.defer("description"))
    approved = next((change for change in changes if change.after == "approved" and change.is_step), None)
    asked = next((change for change in changes if change.after == "waiting" and change.is_step), None)
    if asked is not None:
        yield _("You asked for the approval."), _did(asked)
    wrote = _("You wrote some of it.")
    fresh = [change for change in changes if change.wrote and (approved is None or change.pk > approved.pk)]
    for change in fresh:
        yield wrote, _did(change)
    if approved is None and not row.client:  # the program that began it stands among the edits
        yield wrote, party_of(row.created_by_id, None, None)
    since = approved.at if approved else None
    chose = _("You changed whom it reaches.")
    for segment in Segment.objects.filter(pk__in=_segments(row)):
        if segment.rule_at is not None and (since is None or segment.rule_at > since):
            yield chose, party_of(segment.rule_by_id, segment.client_key, segment.holder_id)
    for sheet in AudienceSheet.objects.filter(pk__in=_sheets(row)):
        if since is None or sheet.created_at > since:
            yield chose, party_of(sheet.created_by_id, sheet.client_key, sheet.holder_id)


def _segments(row: Campaign | Series) -> set[int]:
    rules = approved_content.rules_named(row.stop_rule) if isinstance(row, Series) else {}
    return {int(key) for key in (*approved_content.rules_of(row.audience), *rules)}


def _sheets(row: Campaign | Series) -> set[int]:
    sides = (row.audience, row.audience.get("exclude") or {})
    return {side["sheet"] for side in sides if side.get("sheet")}


def _did(change: MailingChange) -> Party:
    return party_of(change.by_id, change.client_key, change.holder_id)
