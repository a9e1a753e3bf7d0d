"""Imports of facts from files: previewed first, then taken over whole or dismissed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.spreadsheets import Table, read_table
from wecom.exceptions import FactRefused
from wecom.facts import stored_values
from wecom.facts.definitions import LANGUAGE_KEY, editable_facts
from wecom.facts.import_content import packed, unpacked
from wecom.facts.sheet_import import Findings, SheetImport
from wecom.models import ERASED, Corporation, FactImport, FactKind, Member
from wecom.signals import Author, language_chosen

KEPT = timedelta(hours=1)


def preview_fact_import(
    corporation: Corporation, data: bytes, *, by: str, now: datetime | None = None
) -> tuple[FactImport, Findings]:
    """Compare a CSV or XLSX with the facts, and keep the outcome for an hour. Raises `TableError`."""
    now = now or timezone.now()
    findings = SheetImport(corporation, now=now).read(read_table(data))
    delete_expired_fact_imports(now=now)
    row = FactImport.objects.create(
        corporation=corporation, requested_by=by, content=packed(findings), created_at=now, expires_at=now + KEPT
    )
    return row, findings


def findings_of(row: FactImport, *, now: datetime | None = None) -> Findings:
    """The findings in the file. Raises `FactRefused` if it has expired."""
    if row.expires_at <= (now or timezone.now()):
        raise _gone()
    return unpacked(row.content)


@transaction.atomic
def confirm_fact_import(row: FactImport, *, author: Author | None = None, now: datetime | None = None) -> Findings:
    """Take over the sound values of the file in one transaction, and forget the file.

    Raises `FactRefused` if the file expired or was confirmed before, or a fact in it was deleted meanwhile.
    """
    now = now or timezone.now()
    held = FactImport.objects.select_for_update().filter(pk=row.pk).first()
    if held is None:
        raise _gone()
    findings = findings_of(held, now=now)
    write_findings(held.corporation, findings, author=author, now=now)
    held.delete()
    return findings


@transaction.atomic
def dismiss_fact_import(row: FactImport) -> None:
    """Forget a file without taking anything over."""
    row.delete()


def delete_expired_fact_imports(*, now: datetime | None = None) -> int:
    """Forget the files that were neither confirmed nor dismissed in time. Returns how many."""
    expired = FactImport.objects.filter(expires_at__lte=now or timezone.now())
    return int(expired.delete()[0])


@transaction.atomic
def import_facts(
    corporation: Corporation,
    table: Table,
    *,
    strict: bool = False,
    dry_run: bool = False,
    author: Author | None = None,
    now: datetime | None = None,
) -> Findings:
    """Take over the facts of a table at once, without those that are wrong; with `strict` nothing if anything is wrong.

    With `dry_run` nothing is written, and the outcome is the same.
    """
    now = now or timezone.now()
    findings = SheetImport(corporation, now=now).read(table)
    if not dry_run and not (strict and (findings.errors or findings.unknown_people)):
        write_findings(corporation, findings, author=author, now=now)
    return findings


def write_findings(
    corporation: Corporation, findings: Findings, *, author: Author | None = None, now: datetime
) -> None:
    """Write the changes of a file for the members who are still there."""
    types = editable_facts(corporation)
    for values in findings.changes.values():
        for key, value in values.items():
            gone = key not in types
            if gone or (types[key].kind == FactKind.CHOICE and value is not None and value not in types[key].choices):
                fault = _("The fact “%s” has changed since the preview.") % key
                raise FactRefused(fault, code="fact_changed", field=key, remedy=_("Upload the file again."))
    there: dict[int, str] = {}
    for some in stored_values.batches(list(findings.changes)):
        rows = Member.objects.filter(corporation=corporation, pk__in=some).exclude(user_id__startswith=ERASED)
        there |= dict(rows.values_list("pk", "language"))
    changes = {member: values for member, values in findings.changes.items() if member in there}
    stored_values.write(changes, now=now)
    spoken = [
        member
        for member, values in changes.items()
        if LANGUAGE_KEY in values and (values[LANGUAGE_KEY] or "") != there[member]
    ]
    for some in stored_values.batches(spoken):
        language_chosen.send(Member, before={member: there[member] for member in some}, author=author)


def _gone() -> FactRefused:
    fault = _("This file was taken over or dismissed, or its preview is older than an hour.")
    return FactRefused(fault, code="fact_import_gone", remedy=_("Upload the file again."))
