"""Keeps this process's index as the database is: one small query before each search, and only what has changed."""

import threading
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from conversations.knowledge.embedders import base
from conversations.knowledge.index import Entry, Index
from conversations.models import Answer, Embedding, KnowledgeRevision

CHUNK = 2_000

_lock = threading.Lock()
_indexes: dict[int, Index] = {}


def current_index() -> Index:
    """The index of this process, with every change that was committed before this call."""
    embedder = base.configured()
    with _lock:
        index = _indexes.get(id(embedder))
        if index is None:
            _indexes.clear()
            index = _indexes[id(embedder)] = Index(embedder)
    refresh(index)
    return index


def refresh(index: Index) -> None:
    """Take over what has changed. The database is asked without the lock, so that no thread waits for a connection."""
    for _turn in range(3):  # another thread may take the changes over first
        seen = index.seen
        number = KnowledgeRevision.objects.current()
        if number == seen and not index.is_worn:
            return
        whole = number < seen or index.is_worn  # an earlier number: the database was restored
        changes = _Changes(index, since=0 if whole else seen)
        with index.locked():
            if index.seen == seen:
                if whole:
                    index.clear()
                changes.apply(index)
    # Three times overtaken: the index is younger than this call anyway.


class _Changes:
    """Rows and vectors that were written after a number."""

    def __init__(self, index: Index, *, since: int) -> None:
        with transaction.atomic():
            self.number = KnowledgeRevision.objects.current()
            rows = Answer.objects.filter(revision__gt=since).order_by("pk").prefetch_related("departments", "tags")
            self.rows = list(rows.iterator(chunk_size=CHUNK))
            self.vectors = list(_vectors(index, since)) if index.embedder else []
            self.pks = self._all_pks(index, whole=since == 0)

    def _all_pks(self, index: Index, *, whole: bool) -> set[int] | None:
        """All rows there are, if some of the index are gone; None if all are there."""
        known = set() if whole else index.pks()
        known |= {row.pk for row in self.rows if row.enabled}
        known -= {row.pk for row in self.rows if not row.enabled}
        enabled = Answer.objects.filter(enabled=True)
        return None if enabled.count() == len(known) else set(enabled.values_list("pk", flat=True))

    def apply(self, index: Index) -> None:
        for row in self.rows:
            if row.enabled:
                index.put(entry_of(row))
            else:
                index.remove(row.pk)
        if self.pks is not None:
            for pk in index.pks() - self.pks:
                index.remove(pk)
        for pk, vector in self.vectors:
            index.put_vector(pk, bytes(vector))
        index.seen = self.number


def entry_of(row: Answer) -> Entry:
    """A row as it is searched."""
    return Entry(
        pk=row.pk,
        question=row.question,
        wordings=tuple(row.wordings),
        language=row.shown_language,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        departments=frozenset(department.pk for department in row.departments.all()),
        tags=frozenset(tag.pk for tag in row.tags.all()),
    )


def _vectors(index: Index, since: int) -> Iterable[tuple[int, bytes | memoryview]]:
    assert index.embedder
    changed = Q(revision__gt=since) | Q(answer__revision__gt=since)
    rows = Embedding.objects.filter(changed, model__in=index.embedder.comparable).exclude(vector=b"")
    return rows.values_list("answer", "vector").iterator(chunk_size=CHUNK)
