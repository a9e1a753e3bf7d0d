"""The passages of all documents in the memory of this process, kept as the database is."""

import threading

from django.db import transaction

from conversations.knowledge.embedders import base
from conversations.knowledge.index import Entry, Index
from conversations.models import Document, KnowledgeRevision, Passage

CHUNK = 2_000

_lock = threading.Lock()
_indexes: dict[int, "PassageIndex"] = {}


class PassageIndex(Index):
    """An index of passages, which knows the passages of each document."""

    def clear(self) -> None:
        super().clear()
        self.passages: dict[int, set[int]] = {}

    def drop(self, document: int) -> None:
        """Forget the passages of a document."""
        for pk in self.passages.pop(document, ()):
            self.remove(pk)


def current_index() -> PassageIndex:
    """The index of this process, with every change that was committed before this call."""
    embedder = base.configured()
    with _lock:
        index = _indexes.get(id(embedder))
        if index is None:
            _indexes.clear()
            index = _indexes[id(embedder)] = PassageIndex(embedder)
    _refresh(index)
    return index


def _refresh(index: PassageIndex) -> None:
    seen, number = index.seen, KnowledgeRevision.objects.current()
    if number == seen and not index.is_worn:
        return
    whole = number < seen or index.is_worn
    with transaction.atomic():
        number = KnowledgeRevision.objects.current()
        changed = list(
            Document.objects.filter(revision__gt=0 if whole else seen).prefetch_related("departments", "tags")
        )
        documents = set(Document.objects.filter(enabled=True).values_list("pk", flat=True))
        wanted = {row.pk: row for row in changed if row.enabled}
        rows = list(Passage.objects.filter(document__in=wanted).iterator(chunk_size=CHUNK))
    with index.locked():
        if index.seen != seen:
            return  # another thread was faster
        if whole:
            index.clear()
        for pk in [*(row.pk for row in changed), *(set(index.passages) - documents)]:
            index.drop(pk)
        for row in rows:
            _put(index, wanted[row.document_id], row)
        index.seen = number


def _put(index: PassageIndex, document: Document, row: Passage) -> None:
    index.put(
        Entry(
            pk=row.pk,
            question=row.heading or row.text[:80],
            wordings=(f"{row.heading} {row.text}".strip(),),
            language=document.language or row.shown_language,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            departments=frozenset(department.pk for department in document.departments.all()),
            tags=frozenset(tag.pk for tag in document.tags.all()),
        )
    )
    index.passages.setdefault(document.pk, set()).add(row.pk)
    if index.embedder is not None and row.model in index.embedder.comparable:
        index.put_vector(row.pk, bytes(row.vector))
