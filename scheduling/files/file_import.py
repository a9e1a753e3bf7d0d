"""Imports of segments, campaigns and series from files: all of a file or nothing, and told before it is done."""

from collections.abc import Collection

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.interchange import whole_file
from core.interchange.archives import unpack
from core.interchange.files_of_rows import Media
from core.interchange.whole_file import Document
from scheduling.exceptions import SchedulingError
from scheduling.files.file_entries import INNER_LISTS, KEYS
from scheduling.files.import_outcomes import PARTS, Imported, Kind
from scheduling.files.importer import Importer
from scheduling.models import CampaignContent
from wecom.models import Corporation


def import_file(
    data: bytes,
    *,
    by: AbstractBaseUser | None = None,
    corporation: Corporation | None = None,
    may_write: Collection[Kind] = tuple(PARTS),
    dry_run: bool = False,
) -> list[Imported]:
    """Take over the entries of a file; each campaign and series that is new or changed is a draft.

    They are told by their names. Equal rows are left as they are, so that the second import of a file does nothing.
    With `dry_run` nothing is kept and the outcome is the same, but for the keys of new rows. Raises `FileRefused` with
    all faults, and then nothing is kept either. Only rows of a kind in `may_write` may be new or changed.
    """
    text, files = unpack(data)
    document = whole_file.read(text, keys=KEYS, inner_lists=INNER_LISTS)
    corporation, media = corporation or _usual_corporation(), Media(files)
    media.learn(_stored_files(document))
    if files or dry_run:
        # Storages may be far away, so that files are stored between a trial and the transaction that names them.
        imported = _taken_over(document, corporation, media, by, may_write=may_write, keep=False)
        if dry_run:
            return imported
        media.store()
    return _taken_over(document, corporation, media, by, may_write=may_write, keep=True)


@transaction.atomic
def _taken_over(
    document: Document,
    corporation: Corporation,
    media: Media,
    by: AbstractBaseUser | None,
    *,
    may_write: Collection[Kind],
    keep: bool,
) -> list[Imported]:
    importer = Importer(document, corporation, media, by)
    imported = importer.run()
    for kind in sorted({entry.kind for entry in imported if entry.verdict != "same"} - set(may_write)):
        fault = _("You may not write %(part)s.") % {"part": PARTS[kind]}
        remedy = _("Ask for the right, or leave them out of the file.")
        importer.findings.add((PARTS[kind],), fault, remedy, code="not_allowed")
    importer.findings.refuse()
    if not keep:
        transaction.set_rollback(True)
    return imported


def _stored_files(document: Document) -> list[str]:
    """The files of the campaigns and series that a file may change."""
    campaigns = Q(campaign__name__in=[entry.name for entry in document.parts["campaigns"]])
    steps = Q(campaign__series__name__in=[entry.name for entry in document.parts["series"]])
    rows = CampaignContent.objects.filter(campaigns | steps).exclude(file="")
    return [str(name) for name in rows.values_list("file", flat=True)]


def _usual_corporation() -> Corporation:
    """The company of the default application."""
    corporation = Corporation.objects.filter(applications__is_default=True).first() or Corporation.objects.first()
    if corporation is None:
        fault = _("No application is connected.")
        raise SchedulingError(fault, code="no_application", remedy=_("Connect an application first."))
    return corporation
