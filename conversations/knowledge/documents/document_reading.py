"""Reads documents in the background, piece by piece; the edition before is quoted until all is there.

The first piece reads the file and stores its passages as the next edition. Each further one computes vectors for a
second and gives other work its turn. A worker that dies loses its piece. The last one makes the new edition the quoted
one; the rows of the one before are deleted a little later, when no process quotes them any more.
"""

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.exceptions import ConversationError, ServiceBusy, ServiceRefused
from conversations.knowledge.answer_index import STORED
from conversations.knowledge.documents.extraction import blocks_of, refusal
from conversations.knowledge.documents.passages import cut, text_of_meaning
from conversations.knowledge.embedders.base import Embedder, configured
from conversations.models import Document, KnowledgeRevision, Passage
from core.exceptions import TemporaryError
from core.work.base import LeaseLost
from core.work.updates import update_each

logger = logging.getLogger(__name__)

PIECE_SECONDS = 1.0  # after which other work gets its turn
AT_ONCE = 4  # passages of a batch of the embedder
READ = 10  # percent of the progress that reading is; the rest are vectors
STORED_AT_ONCE, DELETED_AT_ONCE = 200, 500
TRY_AGAIN = timedelta(hours=1)
EMBED_AGAIN = timedelta(minutes=10)
KEPT = timedelta(minutes=1)  # in which a process may still quote the edition before
CUTTER = 2  # raised when files are cut in another way: documents are read again
LATEST = 0.3  # share of the last piece in the pace


def read_document(pk: int, *, now: datetime | None = None) -> None:
    """Do the next piece of reading a document; the last one puts its passages in the place of those before."""
    row = Document.claim(pk, now=now)
    if row is None:
        return
    try:
        if not row.found_count:
            _open(row)
        _embed(row)
    except TemporaryError:
        row.postpone(timezone.now() + timedelta(seconds=5 * row.attempts), Document.Reason.BUSY)
    except ConversationError as error:
        # The code: whoever looks at it reads the words in their own language.
        row.settle(Document.Status.FAILED, Document.Reason.UNREADABLE, detail=error.code)
        logger.warning("A document could not be read.", extra={"cid": row.cid, "code": error.code})
    except OSError as error:
        row.settle(Document.Status.FAILED, Document.Reason.GONE)
        logger.warning("The file of a document is gone.", extra={"cid": row.cid, "error": type(error).__name__})
    except LeaseLost:
        logger.info("Another worker reads this document.", extra={"cid": row.cid})


def queue_outdated(now: datetime | None = None) -> int:
    """Queue documents that are cut as before, or whose vectors are missing or of another model. Returns how many."""
    embedder, now = configured(), now or timezone.now()
    is_of_before = Q(status=Document.Status.DONE, cutter__lt=CUTTER)
    if embedder is None:
        return _queue(Document.objects.filter(is_of_before, enabled=True))
    recent = Q(model="", document__finished_at__gt=now - EMBED_AGAIN)  # a service was away
    quoted = Passage.objects.filter(edition=F("document__edition"))
    outdated = quoted.exclude(model=embedder.name).exclude(recent).values("document")
    is_lost = Q(passage_count__gt=0) & ~Exists(quoted.filter(document=OuterRef("pk")))
    refused = Q(status=Document.Status.FAILED, finished_at__gt=now - TRY_AGAIN)
    rows = Document.objects.filter(enabled=True, status__in=(Document.Status.DONE, Document.Status.FAILED))
    return _queue(rows.filter(Q(pk__in=outdated) | is_lost | is_of_before).exclude(refused))


def _queue(rows: QuerySet[Document]) -> int:
    documents = list(rows[:10])
    for row in documents:
        row.read_anew()
    return len(documents)


def delete_earlier_editions(now: datetime | None = None) -> int:
    """Delete passages that are quoted no more, or were never. Returns how many, and not all if they are very many."""
    rested = Q(document__finished_at__lt=(now or timezone.now()) - KEPT, document__status__in=Document.FINISHED)
    rows = Passage.objects.filter(rested).exclude(edition=F("document__edition"))
    keys = list(rows.order_by().values_list("pk", flat=True)[:DELETED_AT_ONCE])
    if keys:
        Passage.objects.filter(pk__in=keys).delete()
    return len(keys)


def _open(row: Document) -> None:
    """Store the passages of the file as the next edition."""
    path = Path(default_storage.path(str(row.file.name)))
    if not path.is_file():
        raise FileNotFoundError(path.name)
    blocks, pages = blocks_of(path, row.kind, goes_on=row.extend_lease)
    cuts = list(cut(blocks))
    if not cuts:
        raise refusal("no_text")
    with transaction.atomic():
        row.extend_lease()
        row.passages.exclude(edition=row.edition).delete()
    for start in range(0, len(cuts), STORED_AT_ONCE):
        passages = [
            Passage(
                document=row,
                edition=row.edition + 1,
                number=number,
                page=piece.page,
                heading=piece.heading,
                text=piece.text,
            )
            for number, piece in enumerate(cuts[start : start + STORED_AT_ONCE], start=start + 1)
        ]
        with transaction.atomic():
            row.extend_lease()  # inside, so that a newer file does not meet passages of this one
            Passage.objects.bulk_create(passages)
    row.update_leased(progress=READ, page_count=pages, found_count=len(cuts), embedded_count=0, pace=None)


def _embed(row: Document) -> None:
    """Compute the vectors of the next passages, for a second; the end of all is the end of the work."""
    embedder, began, before = configured(), time.monotonic(), row.embedded_count
    while embedder is not None and row.embedded_count < row.found_count:
        try:
            _embed_some(row, embedder)
        except (ServiceBusy, ServiceRefused) as error:
            # Its words are found then, and `queue_outdated` brings the vectors later.
            logger.warning("A document was read without vectors.", extra={"cid": row.cid, "code": error.code})
            break
        if time.monotonic() - began > PIECE_SECONDS and row.embedded_count < row.found_count:
            _give_turn(row, done=row.embedded_count - before, seconds=time.monotonic() - began)
            return
    _finish(row)


def _embed_some(row: Document, embedder: Embedder) -> None:
    rows = row.passages.filter(edition=row.edition + 1, number__gt=row.embedded_count).order_by("number")
    some = list(rows.defer("vector")[:AT_ONCE])
    vectors = embedder.passages([text_of_meaning(passage.heading, passage.text) for passage in some])
    each = {
        passage.pk: {"vector": vector.astype(STORED).tobytes()} for passage, vector in zip(some, vectors, strict=True)
    }
    done = row.embedded_count + len(some)
    with transaction.atomic():
        row.update_leased(embedded_count=done, progress=READ + (99 - READ) * done // row.found_count)
        row.extend_lease()
        update_each(Passage.objects.filter(document=row), each, model=embedder.name)


def _give_turn(row: Document, *, done: int, seconds: float) -> None:
    """Back to the end of the queue, with the pace at which it went, waiting included."""
    now = timezone.now()
    if row.attempts == 1 and row.embedded_count > done:  # else it waited for a worker, or for the file
        seconds = max(seconds, (now - row.due_at).total_seconds())
    pace = seconds / done
    if row.pace is not None:
        pace = LATEST * pace + (1 - LATEST) * row.pace
    with transaction.atomic():
        row.postpone(now, "", count_attempt=False, pace=pace)
        row.wake()


def _finish(row: Document) -> None:
    """Quote the new edition."""
    count, edition = row.found_count, row.edition + 1
    with transaction.atomic():
        row.settle(
            Document.Status.DONE,
            progress=100,
            edition=edition,
            passage_count=count,
            cutter=CUTTER,
            found_count=0,
            embedded_count=0,
            pace=None,
            detail="",
            revision=KnowledgeRevision.objects.next(),
        )
    logger.info("A document was read.", extra={"cid": row.cid, "document": row.pk, "passages": count})
