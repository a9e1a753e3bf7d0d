"""Answers from the table of questions and answers: the same words, one within the other, then similar words."""

from dataclasses import dataclass

from conversations.models import Answer
from conversations.providers.base import ReplyProvider
from conversations.providers.likeness import EXACT, Gist, gist, likeness

NEAR = 0.2  # a question as near as this is worth suggesting
NEAREST = 3
CERTAIN = 0.9  # of an answer as good as this we do not ask whether it was meant
CLOSE = 0.03  # two answers that are nearer to each other than this are both meant


@dataclass(frozen=True, kw_only=True)
class Match:
    """An answer of the table, and how well a question fits it: 1 is the same words."""

    answer: Answer
    score: float


class Knowledge(ReplyProvider):
    """Compares words and pairs of characters, which needs no word list and works for Chinese and English."""

    def __init__(self, *, alike: float = 0.62) -> None:
        self.alike = alike

    def reply(self, text: str, *, language: str) -> str | None:
        found = matches(text, language=language)
        best = _best(found, language, self.alike)
        if best is None or best.score < self.alike or _is_ambiguous(best, found):
            return None
        return best.answer.answer


def matches(text: str, *, language: str) -> list[Match]:
    """The answers that a text may ask for, best first; among equals those of this language."""
    asked = gist(text)
    if not asked.plain:
        return []
    rows = [Match(answer=row, score=_score(asked, row)) for row in Answer.objects.filter(enabled=True)]
    near = [row for row in rows if row.score >= NEAR]
    return sorted(near, key=lambda row: (-row.score, not row.answer.is_in(language), row.answer.pk))


def nearest(text: str, *, language: str) -> list[Answer]:
    """The few questions that are most like a text, only in this language."""
    found = matches(text, language=language)
    return [row.answer for row in found if row.answer.is_in(language)][:NEAREST]


def has_exactly(text: str) -> bool:
    """Whether the table has this very question, in any language."""
    return any(row.score == EXACT for row in matches(text, language=""))


def _score(asked: Gist, row: Answer) -> float:
    return max((likeness(asked, gist(wording)) for wording in row.wordings), default=0.0)


def _best(found: list[Match], language: str, alike: float) -> Match | None:
    """The best of this language; one of another only if none of this language fits."""
    ours = next((row for row in found if row.answer.is_in(language)), None)
    return ours if ours is not None and ours.score >= alike else next(iter(found), None)


def _is_ambiguous(best: Match, found: list[Match]) -> bool:
    """Whether a short question, like 工资, is part of several of the same language that say different things."""
    if best.score >= CERTAIN:
        return False
    others = [row for row in found if row.answer.pk != best.answer.pk and row.answer.language == best.answer.language]
    return any(best.score - row.score < CLOSE for row in others)
