"""Imports of flows and knowledge from files: all of a file or nothing, and told before it is done."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from conversations.files.entries import KEYS, stored_files
from conversations.models import Answer, Document, State
from conversations.services.files.importer import Importer
from conversations.services.files.outcomes import PARTS, Imported, Kind
from core.interchange import whole_file
from core.interchange.archives import unpack
from core.interchange.files_of_rows import Media
from core.interchange.whole_file import Document as FileContent
from core.interchange.yaml_text import LARGE


def import_file(
    data: bytes,
    *,
    by: AbstractBaseUser | None = None,
    may_write: Collection[Kind] = tuple(PARTS),
    dry_run: bool = False,
) -> list[Imported]:
    """Take over the rows of a file. Of flows it changes the drafts: members notice when they are published.

    Rows are told by their names. Equal rows are left as they are, so that the second import of a file does nothing.
    With `dry_run` nothing is kept and the outcome is the same, but for the keys of new rows. Raises `FileRefused` with
    all faults, and then nothing is kept either. Only rows of a kind in `may_write` may be new or changed.
    """
    text, files = unpack(data)
    content, media = whole_file.read(text, keys=KEYS, size=LARGE), Media(files)
    media.learn(_stored_files(content))
    if files or dry_run:
        # Storages may be far away, so that files are stored between a trial and the transaction that names them.
        imported = _taken_over(content, media, by, may_write=may_write, keep=False)
        if dry_run:
            return imported
        media.store()
    return _taken_over(content, media, by, may_write=may_write, keep=True)


@transaction.atomic
def _taken_over(
    content: FileContent, media: Media, by: AbstractBaseUser | None, *, may_write: Collection[Kind], keep: bool
) -> list[Imported]:
    importer = Importer(content, media, by)
    imported = importer.run()
    for kind in sorted({entry.kind for entry in imported if entry.verdict != "same"} - set(may_write)):
        fault = _("You may not write %(part)s.") % {"part": PARTS[kind]}
        remedy = _("Ask for the right, or leave them out of the file.")
        importer.findings.add((PARTS[kind],), fault, remedy, code="not_allowed")
    importer.findings.refuse()
    if not keep:
        transaction.set_rollback(True)
    return imported


def _stored_files(content: FileContent) -> list[str]:
    """The files of the flows, answers and documents that a file may change."""
    flows = [entry.name for entry in content.parts["flows"]]
    questions = [entry.name for entry in content.parts["answers"]]
    titles = [entry.name for entry in content.parts["documents"]]
    rows: tuple[QuerySet[Any], ...] = (
        Answer.objects.filter(question__in=questions),
        Document.objects.filter(title__in=titles),
    )
    others = [str(name) for row in rows for name in row.exclude(file="").values_list("file", flat=True)]
    return [*stored_files(State.objects.filter(flow__name__in=flows)), *others]
