"""Keeps this process's index as the database is: one small query before each search, and only the changed rows."""

import threading
from functools import partial

from django.db.models import Q

from conversations.knowledge.answer_index import Entry, Index, prepare
from conversations.knowledge.catch_up import AT_ONCE, CatchUp
from conversations.knowledge.embedders import base
from conversations.models import Answer, Embedding, KnowledgeRevision
from core.read_once import kept

CHUNK = 500  # rows of a statement

_lock = threading.Lock()
_indexes: dict[int, Index] = {}
_catch_up = CatchUp("answers")


def current_index() -> Index:
    """The index of this process, with every change that was committed before this call, unless those are many.

    Inside of `read_once.reading_once`: before its first call.
    """
    embedder = base.configured()
    with _lock:
        index = _indexes.get(id(embedder))
        if index is None:
            _indexes.clear()
            index = _indexes[id(embedder)] = Index(embedder)
    kept(("index", id(index)), lambda: refresh(index))
    return index


def refresh(index: Index) -> None:
    """Take over the changes. The database is asked without the lock, so that no thread waits for a connection.

    Many changes, as of an import, are taken over by a thread. Until it ends, questions are answered without them.
    """
    for _turn in range(3):  # another thread may take the changes over first
        seen = index.seen
        number = KnowledgeRevision.objects.kept()
        if number == seen and not index.is_worn:
            return
        whole = number < seen or index.is_worn  # an earlier number: the database was restored
        if seen and not whole and _reaches(seen, number) < number:
            _catch_up.start(partial(_take_some, index))
            return
        _take(index, seen, number, whole=whole)
    # Three times overtaken: the index is younger than this call anyway.


def wait_until_current(seconds: float) -> None:
    """Return when many changes are taken over too, or after so long."""
    _catch_up.wait(seconds)


def _take_some(index: Index) -> bool:
    """Take over the changes that were made first. Returns whether others are left."""
    seen, number = index.seen, KnowledgeRevision.objects.current()
    if number <= seen:
        return False
    _take(index, seen, _reaches(seen, number), whole=False)
    return True


def _reaches(seen: int, number: int) -> int:
    """The number up to which there are not too many changes after `seen`; at least that of the first change."""
    reached = number
    for rows in (Answer.objects.all(), Embedding.objects.all()):
        later = rows.filter(revision__gt=seen).order_by("revision").values_list("revision", flat=True)
        reached = min(reached, *later[AT_ONCE : AT_ONCE + 1], number)
    return reached


def _take(index: Index, seen: int, until: int, *, whole: bool) -> None:
    changes = _Changes(index, since=0 if whole else seen, until=until)
    with index.locked():
        if index.seen == seen:  # else another thread was faster
            if whole:
                index.clear()
            changes.apply(index)


class _Changes:
    """Rows and vectors that were written after one number and not after another.

    They are read without a transaction, which would lock SQLite for writers: a row that changes meanwhile has a higher
    number, so it is read again.
    """

    def __init__(self, index: Index, *, since: int, until: int) -> None:
        self.until = until
        later = Q(revision__gt=since, revision__lte=until)
        rows = Answer.objects.filter(later).order_by("pk").prefetch_related("departments", "tags")
        self.rows = list(rows.iterator(chunk_size=CHUNK))
        self.entries = [entry_of(row) for row in self.rows if row.enabled]
        for entry in self.entries:
            prepare(entry)
        self.off = [row.pk for row in self.rows if not row.enabled]
        self.vectors = _vectors(index, later, self.entries) if index.embedder else []
        self.pks = self._all_pks(index, whole=since == 0)

    def _all_pks(self, index: Index, *, whole: bool) -> set[int] | None:
        """All rows there are, if some of the index are gone; None if all are there."""
        known = set() if whole else index.pks()
        known = (known | {entry.pk for entry in self.entries}) - set(self.off)
        enabled = Answer.objects.filter(enabled=True)
        return None if enabled.count() == len(known) else set(enabled.values_list("pk", flat=True))

    def apply(self, index: Index) -> None:
        for entry in self.entries:
            index.put(entry)
        for pk in self.off:
            index.remove(pk)
        if self.pks is not None:
            for pk in index.pks() - self.pks:
                index.remove(pk)
        for pk, vector in self.vectors:
            index.put_vector(pk, bytes(vector))
        index.seen = self.until


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


def _vectors(index: Index, later: Q, entries: list[Entry]) -> list[tuple[int, bytes | memoryview]]:
    """Vectors that were computed, and those of rows that are new here: an exchanged row keeps its own."""
    assert index.embedder
    stored = Embedding.objects.filter(model__in=index.embedder.comparable).exclude(vector=b"")
    vectors = dict(stored.filter(later).values_list("answer", "vector").iterator(chunk_size=CHUNK))
    new = [entry.pk for entry in entries if entry.pk not in vectors and index.get(entry.pk) is None]
    for start in range(0, len(new), CHUNK):
        vectors |= dict(stored.filter(answer__in=new[start : start + CHUNK]).values_list("answer", "vector"))
    return list(vectors.items())
