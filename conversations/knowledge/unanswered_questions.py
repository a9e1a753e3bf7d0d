"""Collects questions that the table cannot answer. A question joins the one that it means, by its words or its meaning.

It is compared with the newest rows only, so that a miss costs a few milliseconds however many there are.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F

from conversations.knowledge.answer_index import STORED
from conversations.knowledge.embedders.base import Embedder, Vectors, configured, kept_vector
from conversations.knowledge.likeness import gist, likeness, plain
from conversations.models import Conversation, QuestionOccurrence, UnansweredQuestion
from conversations.models.knowledge.unanswered import LONGEST
from conversations.signals import question_unanswered

COMPARED = 300  # rows that a new question is compared with
SAME_WORDS = 0.8  # likeness from which on two questions are one
SAME_MEANING = 1.1  # product of their vectors from which on: 1 of 8,000 pairs that differ, every eighth hard paraphrase
FEWEST = 2  # characters of a question; less is a slip of the finger

JOINED = (UnansweredQuestion.Status.OPEN, UnansweredQuestion.Status.DISMISSED)


@transaction.atomic
def record(conversation: Conversation, text: str, *, cid: str, at: datetime) -> QuestionOccurrence | None:
    """Record a member's question that has no answer; None for a text that is too short to be a question."""
    asked = " ".join(text.split())[:LONGEST]
    if len(plain(asked)) < FEWEST:
        return None
    embedder = configured()
    vector = kept_vector(embedder, text) if embedder else None
    known = _same(asked, vector, embedder.name if embedder and vector is not None else "")
    question = known or _new(conversation, asked, vector, embedder, at)
    UnansweredQuestion.objects.filter(pk=question.pk).update(times=F("times") + 1, last_asked_at=at)
    row = question.occurrences.create(conversation=conversation, words=asked, asked_at=at, cid=cid)
    question.refresh_from_db(fields=["times", "last_asked_at"])
    question_unanswered.send(UnansweredQuestion, occurrence=row, is_new=question.times == 1)
    return row


def likeliest(rows: Iterable[UnansweredQuestion], text: str, vector: Vectors | None) -> UnansweredQuestion | None:
    """The row that means the same as these words; None if none does."""
    asked, scored = gist(text), list[tuple[float, UnansweredQuestion]]()
    for row in rows:
        alike = likeness(asked, gist(row.question)) / SAME_WORDS
        if vector is not None and row.vector:
            stored = np.frombuffer(bytes(row.vector), dtype=STORED).astype(np.float32)
            alike = max(alike, float(stored @ vector) / SAME_MEANING if len(stored) == len(vector) else 0.0)
        if alike >= 1:
            scored.append((alike, row))
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def different(wordings: Iterable[str], *, known: Iterable[str] = ()) -> list[str]:
    """The wordings that differ from those known, and among themselves, by more than punctuation and case."""
    seen, texts = set(map(plain, known)), list[str]()
    for wording in wordings:
        if plain(wording) not in seen:
            seen.add(plain(wording))
            texts.append(wording)
    return texts


def _same(text: str, vector: Vectors | None, model: str) -> UnansweredQuestion | None:
    rows = UnansweredQuestion.objects.filter(status__in=JOINED)
    if (same := rows.filter(plain=plain(text)).first()) is not None:
        return same
    newest = list(rows.order_by("-last_asked_at")[:COMPARED])
    for row in newest:
        if row.model != model:
            row.vector = b""  # of another model: their numbers mean something else
    return likeliest(newest, text, vector)


def _new(
    conversation: Conversation, text: str, vector: Vectors | None, embedder: Embedder | None, at: datetime
) -> UnansweredQuestion:
    row = UnansweredQuestion(
        question=text,
        plain=plain(text),
        language=conversation.language,
        first_asked_at=at,
        last_asked_at=at,
    )
    if vector is not None and embedder is not None:
        row.model, row.vector = embedder.name, vector.astype(STORED).tobytes()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another member asks the very same at the same moment
        return UnansweredQuestion.objects.get(status__in=JOINED, plain=row.plain)
    return row
