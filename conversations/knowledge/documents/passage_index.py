"""The passages of all documents in the memory of this process, kept as the database is."""

import threading
from functools import partial

from conversations.knowledge.answer_index import Entry, Index, prepare
from conversations.knowledge.catch_up import AT_ONCE, CatchUp
from conversations.knowledge.embedders import base
from conversations.models import Document, KnowledgeRevision
from core.read_once import kept

CHUNK = 500  # rows of a statement

_lock = threading.Lock()
_indexes: dict[int, "PassageIndex"] = {}
_catch_up = CatchUp("passages")


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
    """The index of this process, with every change that was committed before this call, unless it is long."""
    embedder = base.configured()
    with _lock:
        index = _indexes.get(id(embedder))
        if index is None:
            _indexes.clear()
            index = _indexes[id(embedder)] = PassageIndex(embedder)
    kept(("index", id(index)), lambda: _refresh(index))
    return index


def wait_until_current(seconds: float) -> None:
    """Return when long documents are taken over too, or after so long."""
    _catch_up.wait(seconds)


def _refresh(index: PassageIndex) -> None:
    """Take over the changes. A thread takes over long documents; until then questions get the passages of before."""
    seen, number = index.seen, KnowledgeRevision.objects.kept()
    if number == seen and not index.is_worn:
        return
    whole = number < seen or index.is_worn
    changed = _changed(0 if whole else seen)
    if seen and not whole and sum(row.passage_count for row in changed) > AT_ONCE:
        _catch_up.start(partial(_take_all, index))
        return
    _take(index, changed, seen, number, whole=whole)


def _take_all(index: PassageIndex) -> bool:
    """Take over the changes. Returns whether there may be more."""
    seen, number = index.seen, KnowledgeRevision.objects.current()
    if number <= seen:
        return False
    _take(index, _changed(seen), seen, number, whole=False)
    return True


def _changed(since: int) -> list[Document]:
    return list(Document.objects.filter(revision__gt=since).prefetch_related("departments", "tags"))


def _take(index: PassageIndex, changed: list[Document], seen: int, number: int, *, whole: bool) -> None:
    """A passage that changes while this reads, without a transaction, has a higher number, so it is read again."""
    enabled = set(Document.objects.filter(enabled=True).values_list("pk", flat=True))
    passages = [(document, _read(index, document)) for document in changed if document.enabled]
    with index.locked():
        if index.seen != seen:
            return  # another thread was faster
        if whole:
            index.clear()
        for pk in [*(row.pk for row in changed), *(set(index.passages) - enabled)]:
            index.drop(pk)
        for document, rows in passages:
            for entry, vector in rows:
                index.put(entry)
                index.put_vector(entry.pk, vector)
            index.passages[document.pk] = {entry.pk for entry, _vector in rows}
        index.seen = number


def _read(index: PassageIndex, document: Document) -> list[tuple[Entry, bytes]]:
    """The passages that are quoted, as they are searched, with their vectors."""
    departments = frozenset(department.pk for department in document.departments.all())
    tags = frozenset(tag.pk for tag in document.tags.all())
    models = index.embedder.comparable if index.embedder is not None else ()
    passages = []
    for row in document.quoted.iterator(chunk_size=CHUNK):
        entry = Entry(
            pk=row.pk,
            question=row.heading or row.text[:80],
            wordings=(f"{row.heading} {row.text}".strip(),),
            language=document.language or row.shown_language,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            departments=departments,
            tags=tags,
        )
        prepare(entry)
        passages.append((entry, bytes(row.vector) if row.model in models else b""))
    return passages
