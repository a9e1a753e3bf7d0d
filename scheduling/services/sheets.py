"""Uploaded lists of members: previewed, kept, and deleted when their time is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from scheduling.models import AudienceSheet, AudienceSheetMember, Campaign
from scheduling.segments.audience import AudienceRule, Selection
from scheduling.segments.reach import LeftOut, reach_of, unknown_ids
from scheduling.segments.sheets import SheetRows, read_sheet
from wecom.models import Application, Corporation

PREVIEWED = timedelta(hours=1)
KEPT = timedelta(days=180)
AT_ONCE = 2_000
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class SheetPreview:
    """Whom a list means today: how many get it, who is left out, and the lines that are nobody's."""

    lines: int
    count: int
    names: tuple[str, ...]
    listed: str
    left_out: tuple[LeftOut, ...]
    strangers: tuple[tuple[int, str], ...]


@transaction.atomic
def upload_sheet(
    corporation: Corporation, data: bytes, *, name: str, by: AbstractBaseUser | None = None, now: datetime | None = None
) -> tuple[AudienceSheet, SheetRows]:
    """Store a list for its preview; it is deleted after an hour unless it is kept. Raises errors with a remedy."""
    rows = read_sheet(data)
    expires = (now or timezone.now()) + PREVIEWED
    title = name.strip()[:LONGEST_NAME] or f"{timezone.localdate():%Y-%m-%d}"
    sheet = AudienceSheet(corporation=corporation, name=title, expires_at=expires)
    sheet.created_by_id = by.pk if by else None
    sheet.save()
    members = (AudienceSheetMember(sheet=sheet, line=line, user_id=one) for one, line in rows.user_ids.items())
    for batch in _batches(members):
        AudienceSheetMember.objects.bulk_create(batch)
    return sheet, rows


def preview_sheet(sheet: AudienceSheet, *, application: Application, most: int = 100) -> SheetPreview:
    """Whom a list means, for an application that would send."""
    rule = AudienceRule(include=Selection(sheet=sheet.pk))
    reach = reach_of(rule, application=application, today=timezone.localdate())
    strangers = unknown_ids(rule, application=application)
    listed = strangers.values_list("line", "user_id")[:most] if strangers is not None else ()
    return SheetPreview(
        lines=sheet.members.count(),
        count=reach.count,
        names=reach.names,
        listed=reach.listed,
        left_out=reach.left_out,
        strangers=tuple(listed),
    )


@transaction.atomic
def keep_sheet(sheet: AudienceSheet, *, now: datetime | None = None) -> AudienceSheet:
    """Keep a list after its preview, so that audiences can name it."""
    sheet.kept, sheet.expires_at = True, (now or timezone.now()) + KEPT
    sheet.save(update_fields=["kept", "expires_at"])
    return sheet


@transaction.atomic
def remove_sheet(sheet: AudienceSheet) -> None:
    """Delete a list with its lines. Campaigns that name it say so before they send."""
    sheet.delete()


@transaction.atomic
def expire_sheets(*, now: datetime | None = None) -> int:
    """Delete lists whose time is over, but for those that campaigns still need. Returns how many."""
    over = AudienceSheet.objects.expired(now or timezone.now())
    needed = sheets_in_use()
    gone = [sheet for sheet in over if sheet.pk not in needed]
    for sheet in gone:
        sheet.delete()
    return len(gone)


def sheets_in_use() -> set[int]:
    """The keys of the lists that campaigns name and that are not over."""
    over = (Campaign.State.FINISHED, Campaign.State.CANCELLED)
    audiences = Campaign.objects.exclude(state__in=over).values_list("audience", flat=True)
    named = (side.get("sheet") for audience in audiences for side in (audience, audience.get("exclude") or {}))
    return {key for key in named if isinstance(key, int)}


def _batches(rows: Iterator[AudienceSheetMember]) -> Iterator[list[AudienceSheetMember]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch
