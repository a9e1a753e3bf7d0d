"""Documents: stored with the kind of their file, read in the background, replaced by newer files."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from conversations.knowledge.documents.extraction import kind_of
from conversations.models import Document, KnowledgeRevision
from wecom.models import Department, Tag

EDITABLE = ("title", "topic", "language", "valid_from", "valid_until", "enabled", "revision")


def check_file(file: "UploadedFile[Any]") -> str:
    """The kind of an uploaded file. Raises `DocumentRefused` with its remedy."""
    file.seek(0)
    data = file.read()
    file.seek(0)
    return kind_of(str(file.name), data)


@transaction.atomic
def save_document(
    document: Document,
    *,
    file: "UploadedFile[Any] | None" = None,
    stored: tuple[str, bytes] | None = None,
    departments: Sequence[Department] | None = None,
    tags: Sequence[Tag] | None = None,
) -> Document:
    """Store a document, with its topic if that is new; with a file, read it in the background.

    `stored` is the name and the content of a file that lies in our storage already. A newer file takes the place of the
    one before when it is read; until then the earlier passages are quoted. Raises `DocumentRefused`.
    """
    if document.topic is not None and document.topic.pk is None:
        document.topic.save()
    before = Document.objects.filter(pk=document.pk).values_list("file", flat=True).first() if document.pk else ""
    if file is not None:
        document.kind = check_file(file)
        document.file = file
    elif stored is not None:
        document.kind = kind_of(*stored)
        document.file = stored[0]
    has_file = file is not None or stored is not None
    is_new, document.revision = document.pk is None, KnowledgeRevision.objects.next()
    # Without the columns of the work, which a worker may be writing.
    document.save(update_fields=None if is_new else [*EDITABLE, *(("file", "kind") if has_file else ())])
    if departments is not None:
        document.departments.set(departments)
    if tags is not None:
        document.tags.set(tags)
    if has_file:
        if before:
            transaction.on_commit(partial(default_storage.delete, before), robust=True)
        _read_again(document, is_new=is_new)
    return document


@transaction.atomic
def read_again(document: Document) -> bool:
    """Read the file of a document anew; False while it is being read."""
    return document.read_anew()


@transaction.atomic
def remove_document(document: Document) -> None:
    """Delete a document with its passages and its file."""
    name: Any = document.file.name
    document.delete()
    if name:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def _read_again(document: Document, *, is_new: bool) -> None:
    """A worker that reads the file before loses its lease."""
    if is_new:
        document.wake()
    else:
        document.cancel("replaced")
        document.read_anew()
