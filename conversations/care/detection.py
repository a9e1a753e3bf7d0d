"""Whether a message is about a sensitive subject: surely, perhaps, or not. Without a language model.

Words come first. Meaning is compared only where the turn has computed the vector of the message anyway.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from conversations.care import care_table
from conversations.care.care_table import Subject
from conversations.care.heard_text import heard
from conversations.care.wordings import Found
from conversations.knowledge.embedders import base
from conversations.knowledge.embedders.base import Vectors
from conversations.models import CareCase

# Cosines of the bundled embedder, set on the open list of `tests.benchmarks.talk.care`. Of 555 ordinary messages and
# sentences of answers the nearest came to 0.56.
SAME = 0.65  # from here on meaning alone is sure
NEAR = 0.48  # from here on it is suspected
TINY = 1e-9  # of a vector without a direction
URGENT = ("self_harm", "emergency", "violence")  # a question about these may be asked by whom it happens to
POLICY = re.compile(
    "政策|制度|规定|培训|课程|讲座|宣传|手册|条款|预防|怎么|怎样|如何|流程|找谁|交给谁|哪里|是什么|有没有"
    "|polic(?:y|ies)|training|workshop|webinar|seminar|handbook|procedure|process"
)
# Whom it happens to, or who does it: then it is no question about a policy.
PERSON = re.compile(r"我|俺|他|她|有人|同事|领导|经理|主管|\b(?:i|im|i'm|me|my|he|she|someone|we|they)\b")


class Level(IntEnum):
    """How sure it is."""

    SUSPECTED = 1
    SURE = 2


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """The subject of a message, by key of its row."""

    subject: int
    key: str
    level: Level
    found_by: CareCase.FoundBy


def notice(text: str) -> Noticed | None:
    """The sensitive subject of a message; None for ordinary ones. Its vector counts if the turn has computed it."""
    if not text.strip():
        return None
    embedder = base.configured()
    vector = base.kept_vector(embedder, text) if embedder is not None else None
    comparable = embedder.comparable if embedder is not None else frozenset[str]()
    return judge(care_table.subjects(), text, vector, comparable)


def judge(table: tuple[Subject, ...], text: str, vector: Vectors | None, comparable: frozenset[str]) -> Noticed | None:
    """As `notice`, by a table and the vector of the text; `comparable` names the models whose vectors are compared."""
    by_words = _by_words(table, text)
    if vector is None or (by_words is not None and by_words.level == Level.SURE):
        return by_words
    rows = [row for row in table if row.vectors is not None and row.vectors_of in comparable]
    by_meaning = _by_meaning(rows, vector)
    if by_meaning is not None and (by_words is None or by_meaning.level > by_words.level):
        return by_meaning
    return by_words


def is_suspected(text: str) -> bool:
    """Whether a message may be about a sensitive subject: then it goes to no model, and in no list."""
    return notice(text) is not None


@lru_cache(maxsize=256)
def _by_words(table: tuple[Subject, ...], text: str) -> Noticed | None:
    said = heard(text)
    found = [(row.wordings.find(said), row) for row in table]
    best = max((level for level, _row in found), default=Found.NOT)
    if best == Found.NOT:
        return None
    row = next(row for level, row in found if level == best)
    folded = text.casefold()
    asks_policy = row.key not in URGENT and POLICY.search(folded) and not PERSON.search(folded)
    level = Level.SUSPECTED if best == Found.LIKELY or asks_policy else Level.SURE
    return Noticed(subject=row.pk, key=row.key, level=level, found_by=CareCase.FoundBy.WORDS)


def _by_meaning(rows: Sequence[Subject], vector: Vectors) -> Noticed | None:
    nearness = [(nearest(row, vector), row) for row in rows]
    best, row = max(nearness, key=lambda pair: pair[0], default=(0.0, None))
    if row is None or best < NEAR:
        return None
    level = Level.SURE if best >= SAME else Level.SUSPECTED
    return Noticed(subject=row.pk, key=row.key, level=level, found_by=CareCase.FoundBy.MEANING)


def nearest(row: Subject, vector: Vectors) -> float:
    """The cosine of the nearest example of a subject."""
    assert row.vectors is not None
    lengths = np.linalg.norm(row.vectors, axis=1) * np.linalg.norm(vector)
    return float((row.vectors @ vector / np.maximum(lengths, TINY)).max())
