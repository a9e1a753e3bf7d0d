"""Finds the passage that answers a question, beside the answers of the table.

A passage is one fact. The limit was set with the facts of `tests/benchmarks/knowledge/facts.yaml`, alone and among
1,300 other passages: of 106 questions that none answers, seven in a hundred came above it among 209 passages.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conversations.knowledge.answer_index import Match
from conversations.knowledge.documents.passage_index import PassageIndex, current_index
from conversations.knowledge.embedders.base import Vectors, kept_vector, question_vector
from conversations.knowledge.likeness import gist
from conversations.knowledge.who_asks import reader_of
from conversations.models import Passage
from wecom.models import Member

CANDIDATES = 20
CANDIDATES_OF_SOME = 100  # where some documents are not for everybody
KNOWN, AMONG, GROWTH, FEWEST, MOST = 0.68, 209, 0.05, 5, 2_000  # as in the retrieval of answers
TOGETHER = 0.2  # facts of a section that are not farther behind the best are told with it
MOST_TOGETHER = 3
OWN_LANGUAGE = 0.1
WHOLE = 0.66  # likeness from which on words alone quote: nearly all that was asked stands in the passage


@dataclass(frozen=True, kw_only=True)
class Found:
    """A passage and how near it is: the lift of its meaning, or without vectors the likeness of its words."""

    passage: Passage
    nearness: float
    is_sure: bool


def find_passages(text: str, *, language: str, member: Member | None = None, most: int = 3) -> list[Found]:
    """The passages nearest to a text for a member, the best first. Without a network, and in any transaction."""
    index = current_index()
    reader, asked = reader_of(member, index), gist(text)
    if not asked.plain or not len(index):
        return []
    vector = _vector(index, text)
    with index.locked():
        limit = CANDIDATES_OF_SOME if index.has_audiences else CANDIDATES
        matches = [match for match in index.near(asked, vector, limit) if match.entry.is_for(reader)]
        least = known_from(index.vector_count)
    nearest = ranked(matches, language)[:most]
    rows = Passage.objects.select_related("document").in_bulk([match.entry.pk for match in nearest])
    return judged(nearest, rows, least, language)


def ranked(matches: Sequence[Match], language: str) -> list[Match]:
    """Matches, the nearest first; what is in the language of the question counts as nearer."""
    return sorted(matches, key=lambda match: -_nearness(match, language))


def judged(matches: Sequence[Match], rows: Mapping[int, Passage], least: float, language: str) -> list[Found]:
    """The passages of matches that are still there, and whether each is sure from this lift on."""
    return [
        Found(passage=rows[match.entry.pk], nearness=_nearness(match, language), is_sure=_is_sure(match, least))
        for match in matches
        if match.entry.pk in rows
    ]


def told_together(matches: Sequence[Found]) -> list[Passage]:
    """The best passage and what its section says as nearly, in the order of the document."""
    best = matches[0]
    near = [match.passage for match in matches if match.nearness >= best.nearness - TOGETHER]
    own = [row for row in near if row.document_id == best.passage.document_id and row.heading == best.passage.heading]
    return sorted(own[:MOST_TOGETHER], key=lambda row: row.number)


def known_from(count: int) -> float:
    """The lift from which on a passage answers, among so many."""
    return KNOWN + GROWTH * math.log(min(max(count, FEWEST), MOST) / AMONG)


def _vector(index: PassageIndex, text: str) -> Vectors | None:
    embedder = index.embedder
    if embedder is None or not index.vector_count:
        return None
    return kept_vector(embedder, text) if embedder.waits else question_vector(embedder, text)


def _is_sure(match: Match, least: float) -> bool:
    return match.likeness >= WHOLE if match.lift is None else match.lift >= least


def _nearness(match: Match, language: str) -> float:
    near = match.likeness if match.lift is None else match.lift
    return near + (OWN_LANGUAGE if match.entry.is_in(language) else 0.0)
