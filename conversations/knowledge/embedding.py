"""The vectors of answers: queued when words or the model change, computed in the background."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.exceptions import ConversationError
from conversations.knowledge.embedders.base import Embedder, Vectors, configured
from conversations.knowledge.embedders.language_means import unit
from conversations.knowledge.index import STORED
from conversations.models import Answer, Embedding, KnowledgeRevision
from core.exceptions import TemporaryError
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

ANSWER_WEIGHT = 0.7  # of the answer's own words beside those of the question
MOST_OF_ANSWER = 600  # characters of an answer that count
BATCH = 500  # rows that one pass queues
TRY_AGAIN = timedelta(hours=1)  # after a service refused


def vector_of(embedder: Embedder, wordings: Sequence[str], answer: str) -> bytes:
    """The vector of an answer: the mean of its wordings, with a part of what it says. As it is stored.

    Several wordings count as their mean, not as the best of them: with many, there would always be one that fits.
    """
    question = wordings[0]
    rows = embedder.passages([*wordings, f"{question} {answer[:MOST_OF_ANSWER]}"])
    asked = unit(rows[:-1].mean(axis=0)) if len(wordings) > 1 else rows[0] / _length(rows[0])
    vector = (asked + ANSWER_WEIGHT * rows[-1] / _length(rows[-1])) * _length(rows[0])
    return bytes(vector.astype(STORED).tobytes())


def queue(answer: Answer) -> None:
    """Queue the vector of an answer whose words have changed; nothing without an embedder."""
    if configured() is None:
        return
    row, is_new = Embedding.objects.get_or_create(answer=answer)
    if is_new:
        row.wake()
    else:
        row.restart()


def queue_missing(now: datetime | None = None) -> int:
    """Queue vectors that are missing, of another model, or older than their answer. Returns how many."""
    embedder, now = configured(), now or timezone.now()
    if embedder is None or Embedding.work_rows().unfinished().count() >= BATCH:
        return 0
    refused = Q(status=Embedding.Status.FAILED, finished_at__gt=now - TRY_AGAIN)
    waits = Embedding.objects.filter(refused | Q(status__in=Embedding.UNFINISHED))
    rows = without_vector(embedder.name).filter(enabled=True)
    some = list(rows.exclude(embedding__in=waits).order_by("pk")[:BATCH])
    with transaction.atomic():
        for answer in some:
            queue(answer)
    return len(some)


def without_vector(model: str) -> QuerySet[Answer]:
    """Answers whose vector is missing, of another model, or older than their words."""
    fresh = Embedding.objects.filter(answer=OuterRef("pk"), answer_revision=OuterRef("revision"), model=model)
    return Answer.objects.filter(~Exists(fresh))


def embed(pk: int, *, now: datetime | None = None) -> None:
    """Compute and store the vector of an answer."""
    row = Embedding.claim(pk, now=now)
    embedder = configured()
    if row is None or embedder is None:
        return
    answer = row.answer
    try:
        vector = vector_of(embedder, answer.wordings, answer.answer)
        with transaction.atomic():
            row.settle(
                Embedding.Status.DONE,
                vector=vector,
                model=embedder.name,
                answer_revision=answer.revision,
                revision=KnowledgeRevision.objects.next(),
            )
    except TemporaryError:
        row.postpone(timezone.now() + timedelta(seconds=5 * row.attempts), Embedding.Reason.BUSY)
    except ConversationError as error:
        row.settle(Embedding.Status.FAILED, Embedding.Reason.REFUSED)
        logger.warning("A text could not be embedded.", extra={"cid": row.cid, "code": error.code})
    except LeaseLost:
        logger.info("Another worker embeds this answer.", extra={"cid": row.cid})


def _length(vector: Vectors) -> float:
    return float(np.linalg.norm(vector)) or 1.0
