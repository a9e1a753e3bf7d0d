"""The vectors of answers: queued when words or the model change, computed in the background, some at a time."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.exceptions import ConversationError
from conversations.knowledge.answer_index import STORED
from conversations.knowledge.embedders.base import Embedder, Vectors, configured
from conversations.knowledge.embedders.language_means import unit
from conversations.models import Answer, Embedding, KnowledgeRevision
from core.exceptions import TemporaryError
from core.work import batches
from core.work.base import LeaseLost

logger = logging.getLogger(__name__)

ANSWER_WEIGHT = 0.7  # of the answer's own words beside those of the question
MOST_OF_ANSWER = 600  # characters of an answer that count
QUEUED_AT_ONCE = 500  # rows that one pass queues
TRY_AGAIN = timedelta(hours=1)  # after a service refused
PIECE_SECONDS = 1.0  # after which other work gets its turn
MOST, AT_ONCE = 64, 16  # answers of a piece, and of a batch of the embedder


def vector_of(embedder: Embedder, wordings: Sequence[str], answer: str) -> bytes:
    """The vector of an answer, as it is stored."""
    return vectors_of(embedder, [(wordings, answer)])[0]


def vectors_of(embedder: Embedder, answers: Sequence[tuple[Sequence[str], str]]) -> list[bytes]:
    """The vectors of answers: of each the mean of its wordings, with the beginning of the answer. As they are stored.

    Several wordings count as their mean, not as the best of them: with many, there would always be one that fits.
    """
    texts = [[*wordings, f"{wordings[0]} {answer[:MOST_OF_ANSWER]}"] for wordings, answer in answers]
    rows = iter(embedder.passages([text for some in texts for text in some]))
    return [_vector(np.stack(list(islice(rows, len(some))))) for some in texts]


def _vector(rows: Vectors) -> bytes:
    asked = unit(rows[:-1].mean(axis=0)) if len(rows) > 2 else rows[0] / _length(rows[0])
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


@transaction.atomic
def queue_many(answers: Sequence[Answer]) -> None:
    """Queue the vectors of answers, as `queue` does; one task computes them piece by piece."""
    if configured() is None or not answers:
        return
    rows = Embedding.work_rows().filter(answer__in=answers)
    again = {"status": Embedding.Status.QUEUED, "reason": "", "attempts": 0, "due_at": timezone.now()}
    again |= {"gave_way": False, "woken_at": None, "started_at": None, "finished_at": None}
    rows.exclude(status__in=Embedding.UNFINISHED).update(**again)
    here = set(rows.values_list("answer", flat=True))
    Embedding.objects.bulk_create(Embedding(answer=answer) for answer in answers if answer.pk not in here)
    _wake_next()


def queue_missing(now: datetime | None = None) -> int:
    """Queue vectors that are missing, of another model, or older than their answer. Returns how many."""
    embedder, now = configured(), now or timezone.now()
    if embedder is None or Embedding.work_rows().unfinished().count() >= QUEUED_AT_ONCE:
        return 0
    refused = Q(status=Embedding.Status.FAILED, finished_at__gt=now - TRY_AGAIN)
    waits = Embedding.objects.filter(refused | Q(status__in=Embedding.UNFINISHED))
    rows = without_vector(embedder.name).filter(enabled=True)
    some = list(rows.exclude(embedding__in=waits).order_by("pk")[:QUEUED_AT_ONCE])
    queue_many(some)
    return len(some)


def without_vector(model: str) -> QuerySet[Answer]:
    """Answers whose vector is missing, of another model, or older than their words."""
    fresh = Embedding.objects.filter(answer=OuterRef("pk"), answer_revision=OuterRef("revision"), model=model)
    return Answer.objects.filter(~Exists(fresh))


def embed(pk: int, *, now: datetime | None = None) -> None:
    """Compute and store the vector of an answer, and of others that are due, for a second; then wake the next."""
    embedder, now = configured(), now or timezone.now()
    # Of many tasks the first takes most rows along. The others find that out without locking the database.
    if embedder is None or not Embedding.work_rows().unfinished().filter(pk=pk).exists():
        return
    row = Embedding.claim(pk, now=now)
    if row is None:
        return
    rows = [row, *_company(row, now)]
    try:
        _embed(rows, embedder)
    except TemporaryError:
        for embedding in _still_ours(rows):
            embedding.postpone(timezone.now() + timedelta(seconds=5 * embedding.attempts), Embedding.Reason.BUSY)
        return
    except LeaseLost:
        logger.info("Another worker embeds this answer.", extra={"cid": row.cid})
    _wake_next()


def _company(row: Embedding, now: datetime) -> list[Embedding]:
    """Others that are due, under the lease of this row."""
    due = Embedding.work_rows().claimable(now).exclude(pk=row.pk).order_by("due_at", "pk")
    keys = list(due.values_list("pk", flat=True)[: MOST - 1])
    return batches.claim(Embedding, keys, owner=row.lease_owner, now=now, given=Q()) if keys else []


def _embed(rows: list[Embedding], embedder: Embedder) -> None:
    """Embed as many as a piece has time for; the others go back. One change for all: each is read by every process."""
    answers = Answer.objects.in_bulk([row.answer_id for row in rows])
    wanted = [row for row in rows if row.answer_id in answers]
    ends_at, done, refused = time.monotonic() + PIECE_SECONDS, dict[int, dict[str, object]](), list[Embedding]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        try:
            for row, vector in _vectors(some, answers, embedder):
                done[row.pk] = {"vector": vector, "answer_revision": answers[row.answer_id].revision}
        except TemporaryError:
            if not done:
                raise
            break  # those before are settled; the rest are tried again by themselves
        refused += [row for row in some if row.pk not in done]
        if time.monotonic() > ends_at:
            break
    with transaction.atomic():
        if ready := [row for row in rows if row.pk in done]:
            revision = KnowledgeRevision.objects.next()
            batches.settle(ready, Embedding.Status.DONE, done, model=embedder.name, revision=revision)
        over = {row.pk for row in (*ready, *refused)}
        batches.put_back([row for row in rows if row.pk not in over], wakes=False)
    for row in refused:
        row.settle(Embedding.Status.FAILED, Embedding.Reason.REFUSED)


def _vectors(
    rows: Sequence[Embedding], answers: Mapping[int, Answer], embedder: Embedder
) -> Iterator[tuple[Embedding, bytes]]:
    """The rows with their vectors; without those whose text is refused, which are found one by one."""
    asked = [(answers[row.answer_id].wordings, answers[row.answer_id].answer) for row in rows]
    try:
        yield from zip(rows, vectors_of(embedder, asked), strict=True)
    except TemporaryError:
        raise
    except ConversationError as error:
        if len(rows) == 1:
            logger.warning("A text could not be embedded.", extra={"cid": rows[0].cid, "code": error.code})
            return
        for row in rows:
            yield from _vectors([row], answers, embedder)


def _still_ours(rows: Sequence[Embedding]) -> Iterator[Embedding]:
    return (row for row in rows if row.has_lease())


def _wake_next() -> None:
    """The task of the row that is due first takes the others along."""
    due = Embedding.work_rows().claimable(timezone.now()).order_by("due_at", "pk")
    if (following := due.only("pk").first()) is not None:
        following.wake()


def _length(vector: Vectors) -> float:
    return float(np.linalg.norm(vector)) or 1.0
