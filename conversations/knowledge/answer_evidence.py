"""The evidence for an answer or a passage, as plain values that stay with the message."""

from collections.abc import Sequence
from typing import Any

from conversations.knowledge.answer_index import Entry, Match
from conversations.knowledge.answer_retrieval import ALIKE, Findings
from conversations.knowledge.documents.passage_retrieval import Found
from conversations.knowledge.likeness import EXACT, gist, likeness

WORDS, MEANING, SAME = "words", "meaning", "same"


def of_answer(findings: Findings, text: str) -> dict[str, Any]:
    """Why the best answer was given: the way it was found, its wording, its nearness, and the next answer."""
    best, *others = findings.matches
    evidence = {**_near(best, findings), "wording": _wording(best.entry, text)}
    return {**evidence, "next": _near(others[0], findings)} if others else evidence


def of_source(match: Found) -> dict[str, Any]:
    """A passage that a language model has cited."""
    return _quoted(match)


def of_passages(matches: Sequence[Found]) -> dict[str, Any]:
    """Why a passage was quoted: its nearness, and the next passage."""
    best, *others = matches
    return {**_quoted(best), "next": _quoted(others[0])} if others else _quoted(best)


def _near(match: Match, findings: Findings) -> dict[str, Any]:
    by_meaning = match.lift is not None and findings.known_from is not None and match.lift >= findings.known_from
    how = MEANING if by_meaning and match.likeness < EXACT else SAME if match.likeness == EXACT else WORDS
    score = match.lift if how == MEANING and match.lift is not None else match.likeness
    least = findings.known_from if how == MEANING and findings.known_from is not None else ALIKE
    return {"answer": match.entry.pk, "how": how, "score": round(score, 2), "least": round(least, 2)}


def _quoted(match: Found) -> dict[str, Any]:
    passage = match.passage
    row = {"document": passage.document_id, "title": passage.document.title, "page": passage.page}
    return {**row, "heading": passage.heading, "score": round(match.nearness, 2)}


def _wording(entry: Entry, text: str) -> str:
    """The wording of an answer that is most like a text."""
    asked = gist(text)
    return max((entry.question, *entry.wordings), key=lambda wording: likeness(asked, gist(wording)))
