"""Reads documents in the background: text, passages, vectors; what was found before stays until all is there."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.exceptions import ConversationError, ServiceBusy, ServiceRefused
from conversations.knowledge.documents.extraction import blocks_of
from conversations.knowledge.documents.passages import Cut, cut
from conversations.knowledge.embedders.base import Embedder, configured
from conversations.knowledge.index import STORED
from conversations.models import Document, KnowledgeRevision, Passage
from core.exceptions import TemporaryError
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

EMBEDDED = 16  # passages between two extensions of the lease
READ = 10  # percent of the progress that reading is; the rest are vectors
STORED_AT_ONCE = 500
TRY_AGAIN = timedelta(hours=1)
EMBED_AGAIN = timedelta(minutes=10)


def read_document(pk: int, *, now: datetime | None = None) -> None:
    """Read a document and store its passages in place of those before."""
    row = Document.claim(pk, now=now)
    if row is None:
        return
    try:
        _read(row)
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
    """Queue documents whose vectors are missing or of another model. Returns how many."""
    embedder, now = configured(), now or timezone.now()
    if embedder is None:
        return 0
    recent = Q(model="", document__finished_at__gt=now - EMBED_AGAIN)  # a service was away
    outdated = Passage.objects.exclude(model=embedder.name).exclude(recent).values("document")
    refused = Q(status=Document.Status.FAILED, finished_at__gt=now - TRY_AGAIN)
    rows = Document.objects.filter(pk__in=outdated, enabled=True, status__in=(Document.Status.DONE, "failed"))
    found = list(rows.exclude(refused)[:10])
    for row in found:
        row.restart(progress=0)
    return len(found)


def _read(row: Document) -> None:
    path = Path(default_storage.path(str(row.file.name)))
    if not path.is_file():
        raise FileNotFoundError(path.name)
    blocks, pages = blocks_of(path, row.kind)
    cuts = list(cut(blocks))
    row.update_leased(progress=READ, page_count=pages)
    embedder = configured()
    vectors = _vectors(row, cuts, embedder) if embedder else []
    passages = [
        Passage(
            document=row,
            number=number,
            page=one.page,
            heading=one.heading,
            text=one.text,
            model=embedder.name if embedder and vectors else "",
            vector=vector,
        )
        for number, (one, vector) in enumerate(zip(cuts, vectors or [b""] * len(cuts), strict=True), start=1)
    ]
    with transaction.atomic():
        row.passages.all().delete()
        Passage.objects.bulk_create(passages, batch_size=STORED_AT_ONCE)
        row.settle(
            Document.Status.DONE,
            progress=100,
            passage_count=len(passages),
            detail="",
            revision=KnowledgeRevision.objects.next(),
        )
    logger.info("A document was read.", extra={"cid": row.cid, "document": row.pk, "passages": len(passages)})


def _vectors(row: Document, cuts: Sequence[Cut], embedder: Embedder) -> list[bytes]:
    """The vector of each passage with its heading, while the lease is extended; none if a service is away.

    Its words are found then, and `queue_outdated` brings the vectors later.
    """
    found: list[bytes] = []
    for start in range(0, len(cuts), EMBEDDED):
        texts = [f"{one.heading} {one.text}".strip() for one in cuts[start : start + EMBEDDED]]
        try:
            found += [vector.astype(STORED).tobytes() for vector in embedder.passages(texts)]
        except (ServiceBusy, ServiceRefused) as error:
            logger.warning("A document was read without vectors.", extra={"cid": row.cid, "code": error.code})
            return []
        row.extend_lease()
        row.update_leased(progress=READ + (100 - READ) * len(found) // len(cuts))
    return found
