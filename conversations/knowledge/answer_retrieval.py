"""Finds the answer of the table to a question, a few that may be meant, or nothing.

The same words come first, then meaning, where vectors are there, then similar words. The limits were set on one half of
the questions in `tests/benchmarks/knowledge`; README.md has their results on the other.
"""

import logging
import math
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from conversations.knowledge import index_freshness
from conversations.knowledge.answer_index import Index, Match, Reader
from conversations.knowledge.documents import passage_index
from conversations.knowledge.embedders.base import Embedder, Vectors, kept_vector, question_vector
from conversations.knowledge.likeness import EXACT, Gist, gist
from conversations.knowledge.who_asks import reader_of
from core.exceptions import OpenUserError
from wecom.models import Member

logger = logging.getLogger(__name__)

CANDIDATES = 20
CANDIDATES_OF_SOME = 100  # where some answers are not for everybody
SUGGESTIONS = 3
# By words:
NEAR = 0.2  # a question as near as this is worth suggesting where there are no vectors
ALIKE = 0.62  # one as near as this is meant
CERTAIN = 0.9  # of an answer as good as this we do not ask whether it was meant
CLOSE = 0.03  # two answers that are nearer to each other than this are both meant
# By meaning, as lift over the other rows:
KNOWN = 1.1  # below this the table does not know the question, with AMONG rows
AMONG = 209
GROWTH = 0.135  # among more rows the best of those that do not fit is nearer
FEWEST, MOST = 5, 1_000  # rows between which that was measured
APART = 0.2  # the best answer is meant if the next of its language is farther by this
OWN_LANGUAGE = 0.1  # so much nearer counts what is in the language of the question
TWIN = 0.3  # what is in the member's language is preferred to the same in another, if it is not farther by more


class Verdict(StrEnum):
    """The result of a search."""

    KNOWN = "known"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The rows that a question may ask for, best first, and whether the first is meant.

    Attributes:
        known_from: the lift from which on a row counts; None without vectors.
    """

    verdict: Verdict
    matches: tuple[Match, ...] = ()
    known_from: float | None = None

    @property
    def best(self) -> Match | None:
        """The answer to the question; None if that is not sure."""
        return self.matches[0] if self.verdict == Verdict.KNOWN else None

    @property
    def suggestions(self) -> tuple[Match, ...]:
        """The candidates to ask back about."""
        return () if self.verdict == Verdict.UNKNOWN else self.matches[:SUGGESTIONS]

    @property
    def asks_back(self) -> bool:
        """Whether to ask which row is meant, even if a passage of a document is sure.

        Where meaning is known, rows that are near by their words alone give way to such a passage.
        """
        if self.verdict != Verdict.UNSURE or self.known_from is None:
            return self.verdict == Verdict.UNSURE
        return any(_lift(match) >= self.known_from for match in self.matches)


NOTHING = Findings(verdict=Verdict.UNKNOWN)


def prepare(text: str) -> None:
    """Compute the vector of a text that `find` is going to need, before the transaction that it is called in.

    That takes a while, and a service that computes vectors is asked here or not at all.
    """
    index, asked = index_freshness.current_index(), gist(text)
    with index.locked():
        vectors = index.vector_count + passage_index.current_index().vector_count
        is_needed = bool(index.embedder and vectors and asked.plain and not index.same_words(asked))
    if index.embedder is None or not is_needed:
        return
    try:
        question_vector(index.embedder, text)
    except OpenUserError as error:  # then words decide
        logger.warning("A question could not be embedded.", extra={"code": error.code})


def find(text: str, *, language: str, member: Member | None = None) -> Findings:
    """The answers of the table for a member about a text. Without a network, and in any transaction."""
    index = index_freshness.current_index()
    return search(index, text, language=language, reader=reader_of(member, index))


def sounding_like(text: str, *, member: Member) -> tuple[Match, ...]:
    """A few answers whose questions sound like a text in pinyin, or with homophones. It reads the whole table."""
    index = index_freshness.current_index()
    reader = reader_of(member, index)
    with index.locked():
        return tuple(match for match in index.sounding_like(text) if match.entry.is_for(reader))[:SUGGESTIONS]


def is_for(pk: int, member: Member) -> bool:
    """Whether the table has this answer, for this member and today."""
    index = index_freshness.current_index()
    reader = reader_of(member, index)
    with index.locked():
        entry = index.get(pk)
    return entry is not None and entry.is_for(reader)


def has_exactly(text: str) -> bool:
    """Whether the table has this very question, in any language."""
    return bool(exact_answers(text))


def exact_answers(text: str) -> tuple[int, ...]:
    """The answers to this very question, in any language, by their keys."""
    index, asked = index_freshness.current_index(), gist(text)
    with index.locked():
        return tuple(match.entry.pk for match in index.same_words(asked)) if asked.plain else ()


def search(index: Index, text: str, *, language: str, reader: Reader | None = None) -> Findings:
    """The rows of an index for a reader about a text."""
    asked, reader = gist(text), reader or Reader(today=timezone.localdate())
    if not asked.plain:
        return NOTHING
    with index.locked():
        same = [match for match in index.same_words(asked) if match.entry.is_for(reader)]
    if any(match.entry.is_in(language) for match in same):
        return Findings(verdict=Verdict.KNOWN, matches=tuple(sorted(same, key=lambda match: _rank(match, language))))
    vector = _vector(index.embedder, text) if index.embedder and index.vector_count else None
    return _near(index, asked, vector, language, reader)


def _vector(embedder: Embedder, text: str) -> Vectors | None:
    """The vector of a question; of an embedder that uses the network only if `prepare` has computed it."""
    return kept_vector(embedder, text) if embedder.waits else question_vector(embedder, text)


def _near(index: Index, asked: Gist, vector: Vectors | None, language: str, reader: Reader) -> Findings:
    with index.locked():
        limit = CANDIDATES_OF_SOME if index.has_audiences else CANDIDATES
        matches = [match for match in index.near(asked, vector, limit) if match.entry.is_for(reader)]
        count = index.vector_count
    by_words = sorted((match for match in matches if match.likeness >= NEAR), key=lambda match: _rank(match, language))
    if vector is None:
        return _judge_words(by_words, language)
    return _judge(matches, by_words, known_from(count), language)


def known_from(count: int) -> float:
    """The lift from which on a row counts as an answer, among so many rows."""
    return KNOWN + GROWTH * math.log(min(max(count, FEWEST), MOST) / AMONG)


def _judge_words(matches: list[Match], language: str) -> Findings:
    """The result by words alone."""
    if not matches:
        return NOTHING
    ours = next((match for match in matches if match.entry.is_in(language)), None)
    best = ours if ours is not None and ours.likeness >= ALIKE else matches[0]
    if best.likeness >= ALIKE and not _is_ambiguous(best, matches):
        others = (match for match in matches if match is not best)
        return Findings(verdict=Verdict.KNOWN, matches=(best, *others))
    near = tuple(match for match in matches if match.entry.is_in(language))
    return Findings(verdict=Verdict.UNSURE if near else Verdict.UNKNOWN, matches=near or tuple(matches))


def _judge(matches: list[Match], by_words: list[Match], least: float, language: str) -> Findings:
    """The result by meaning, and by words where they are certain."""
    certain = [match for match in by_words if match.likeness >= CERTAIN]
    if certain:
        judged = _judge_words(by_words, language)
        if judged.verdict == Verdict.KNOWN:
            return Findings(verdict=judged.verdict, matches=judged.matches, known_from=least)
    ranked = sorted(matches, key=lambda match: -_nearness(match, language))
    known = [match for match in ranked if _lift(match) >= least]
    alike = [match for match in by_words if match.likeness >= ALIKE and match not in known]
    if not known and not alike:
        return Findings(verdict=Verdict.UNKNOWN, matches=tuple(ranked), known_from=least)
    best = _preferred(known, language)
    if best is not None and _is_apart(best, ranked):
        others = (match for match in (*known, *alike) if match is not best)
        return Findings(verdict=Verdict.KNOWN, matches=(best, *others), known_from=least)
    # What is nearest fills the suggestions, so that one of three is right more often.
    rest = (match for match in ranked if match not in known and match not in alike)
    return Findings(verdict=Verdict.UNSURE, matches=(*known, *alike, *rest), known_from=least)


def _preferred(known: list[Match], language: str) -> Match | None:
    """The best, or the same in the member's language if the table has both."""
    if not known:
        return None
    best = max(known, key=_lift)
    ours = [match for match in known if match.entry.is_in(language)]
    twin = max(ours, key=_lift, default=best)
    return twin if _lift(best) - _lift(twin) <= TWIN else best


def _is_apart(best: Match, ranked: list[Match]) -> bool:
    """Whether no other answer of the same language is nearly as near."""
    others = [match for match in ranked if match is not best and match.entry.language == best.entry.language]
    return all(_lift(best) - _lift(match) >= APART for match in others)


def _is_ambiguous(best: Match, matches: list[Match]) -> bool:
    """Whether a short question, like 工资, is part of several of the same language that say different things."""
    if best.likeness >= CERTAIN:
        return False
    others = [match for match in matches if match is not best and match.entry.language == best.entry.language]
    return any(best.likeness - match.likeness < CLOSE for match in others)


def _rank(match: Match, language: str) -> tuple[float, bool, int]:
    return (-match.likeness, not match.entry.is_in(language), match.entry.pk)


def _lift(match: Match) -> float:
    return match.lift if match.lift is not None else -EXACT


def _nearness(match: Match, language: str) -> float:
    return _lift(match) + (OWN_LANGUAGE if match.entry.is_in(language) else 0.0)
