"""Answers from the table of questions and answers: exact, then contained, then similar."""

import unicodedata

from conversations.models import Answer
from conversations.providers.base import ReplyProvider


class Knowledge(ReplyProvider):
    """Compares character pairs, which needs no word list and works for Chinese and English."""

    def __init__(self, *, alike: float = 0.62) -> None:
        self.alike = alike

    def reply(self, text: str, *, language: str) -> str | None:
        asked = plain(text)
        if not asked:
            return None
        best, score = None, 0.0
        for row in Answer.objects.filter(enabled=True):
            likeness = max((_likeness(asked, plain(wording)) for wording in row.wordings), default=0.0)
            if likeness > score:
                best, score = row.answer, likeness
        return best if score >= self.alike else None


def plain(text: str) -> str:
    """Lower case, full-width forms folded, without punctuation and blanks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def _likeness(asked: str, wording: str) -> float:
    """1 for equal texts; near 1 if the question contains a wording of some length; else Dice of the pairs."""
    if asked == wording:
        return 1.0
    short = 2 if any(ord(char) > 0x2E7F for char in wording) else 4
    if len(wording) >= short and wording in asked:
        return 0.7 + 0.29 * len(wording) / len(asked)
    ours, theirs = _pairs(asked), _pairs(wording)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
