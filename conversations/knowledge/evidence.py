"""The evidence for an answer or a passage, as plain values that stay with the message."""

from collections.abc import Sequence
from typing import Any

from conversations.knowledge.documents.retrieval import Found
from conversations.knowledge.index import Entry, Match
from conversations.knowledge.likeness import EXACT, gist, likeness
from conversations.knowledge.retrieval import ALIKE, Findings

WORDS, MEANING, SAME = "words", "meaning", "same"


def of_answer(found: Findings, text: str) -> dict[str, Any]:
    """Why the best answer was given: the way it was found, its wording, its nearness, and the next answer."""
    best, *others = found.matches
    evidence = {**_near(best, found), "wording": _wording(best.entry, text)}
    return {**evidence, "next": _near(others[0], found)} if others else evidence


def of_source(found: Found) -> dict[str, Any]:
    """A passage that a language model has cited."""
    return _quoted(found)


def of_passages(found: Sequence[Found]) -> dict[str, Any]:
    """Why a passage was quoted: its nearness, and the next passage."""
    best, *others = found
    return {**_quoted(best), "next": _quoted(others[0])} if others else _quoted(best)


def _near(match: Match, found: Findings) -> dict[str, Any]:
    by_meaning = match.lift is not None and found.known_from is not None and match.lift >= found.known_from
    how = MEANING if by_meaning and match.likeness < EXACT else SAME if match.likeness == EXACT else WORDS
    score = match.lift if how == MEANING and match.lift is not None else match.likeness
    least = found.known_from if how == MEANING and found.known_from is not None else ALIKE
    return {"answer": match.entry.pk, "how": how, "score": round(score, 2), "least": round(least, 2)}


def _quoted(found: Found) -> dict[str, Any]:
    passage = found.passage
    row = {"document": passage.document_id, "title": passage.document.title, "page": passage.page}
    return {**row, "heading": passage.heading, "score": round(found.nearness, 2)}


def _wording(entry: Entry, text: str) -> str:
    """The wording of an answer that is most like a text."""
    asked = gist(text)
    return max((entry.question, *entry.wordings), key=lambda wording: likeness(asked, gist(wording)))
