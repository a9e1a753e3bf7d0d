"""Uploaded lists of members: previewed, kept, and deleted when their time is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.audience.audience_rule import AudienceRule, Selection
from scheduling.audience.reach import LeftOut, reach_of, unknown_ids
from scheduling.audience.sheet_reader import SheetRows, read_sheet
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, AudienceSheetMember, Campaign
from wecom.models import Application, Corporation

PREVIEWED = timedelta(hours=1)
KEPT = timedelta(days=180)
AT_ONCE = 2_000
LONGEST_NAME = 80
TOLD = 1_000  # rows of an import that are told one by one


@dataclass(frozen=True, kw_only=True)
class SheetPreview:
    """The members on a list today: how many get it, who is left out, and the lines with unknown user IDs."""

    lines: int
    count: int
    names: tuple[str, ...]
    listed: str
    left_out: tuple[LeftOut, ...]
    strangers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A row of a file that is left out, or has an unknown user ID. Of a repeated one, `value` is the first row."""

    row: int
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportedSheet:
    """A list, its members today, and the rows to look at, at most `TOLD`."""

    sheet: AudienceSheet
    preview: SheetPreview
    rows: list[SheetRow]


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
    members = (AudienceSheetMember(sheet=sheet, line=line, user_id=user_id) for user_id, line in rows.user_ids.items())
    for batch in _batches(members):
        AudienceSheetMember.objects.bulk_create(batch)
    return sheet, rows


@transaction.atomic
def import_sheet(
    data: bytes, *, name: str, application: Application, by: AbstractBaseUser | None = None, dry_run: bool = False
) -> ImportedSheet:
    """Keep a list at once, without its preview; with `dry_run` nothing is kept, and the outcome is the same."""
    sheet, rows = upload_sheet(application.corporation, data, name=name, by=by)
    preview = preview_sheet(sheet, application=application, most=TOLD)
    told = [SheetRow(row=row, value=value, reason="no_user_id") for row, value in rows.wrong]
    told += [SheetRow(row=row, value=str(first), reason="repeated") for row, first in rows.repeated]
    told += [SheetRow(row=row, value=user_id, reason="unknown") for row, user_id in preview.strangers]
    if dry_run:
        transaction.set_rollback(True)
    else:
        keep_sheet(sheet)
    return ImportedSheet(sheet=sheet, preview=preview, rows=sorted(told, key=lambda row: row.row)[:TOLD])


@transaction.atomic
def discard_sheet(sheet: AudienceSheet) -> None:
    """Delete a list that nothing needs. Raises `SchedulingError` while a campaign or series does."""
    if sheet.pk in sheets_in_use():
        fault, remedy = _("A campaign that is not over uses it."), _("Take it out there first.")
        raise SchedulingError(fault, code="list_used", remedy=remedy)
    sheet.delete()


def preview_sheet(sheet: AudienceSheet, *, application: Application, most: int = 100) -> SheetPreview:
    """The members on a list, for an application that would send."""
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


def kept_sheets(corporation: Corporation) -> QuerySet[AudienceSheet]:
    """The uploaded lists of a company, the newest first."""
    return AudienceSheet.objects.kept().filter(corporation=corporation).order_by("-created_at", "-pk")
