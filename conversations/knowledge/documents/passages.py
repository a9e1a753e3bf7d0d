"""Cuts a text into passages: long enough to answer, short enough to quote. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.knowledge.documents.extraction import Block

LONGEST, WANTED = 500, 300  # characters of a passage; of Chinese that is a screen of a phone
SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s+|\n")
BLANKS = re.compile(r"[ \t\u3000\xa0]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A passage before it is stored."""

    page: int | None
    heading: str
    text: str


def cut(blocks: Iterable[Block]) -> Iterator[Cut]:
    """The passages of a document. None crosses a page or a heading; paragraphs stay whole where they fit."""
    page: int | None = None
    heading, held = "", ""
    for block in blocks:
        if held and (block.page, block.heading) != (page, heading):
            yield Cut(page=page, heading=heading, text=held)
            held = ""
        page, heading = block.page, block.heading
        for piece in _pieces(block.text):
            if held and (len(held) + len(piece) > LONGEST or len(held) >= WANTED):
                yield Cut(page=page, heading=heading, text=held)
                held = ""
            held = f"{held}{_joint(held, piece)}{piece}"
    if held:
        yield Cut(page=page, heading=heading, text=held)


def _pieces(text: str) -> Iterator[str]:
    """Sentences, and parts of those that are too long for a passage."""
    for sentence in SENTENCE.split(CONTROL.sub("", text)):
        shown = BLANKS.sub(" ", sentence or "").strip()
        for start in range(0, len(shown), LONGEST):
            yield shown[start : start + LONGEST]


def _joint(before: str, after: str) -> str:
    """No blank between Chinese sentences, and lines that a PDF has broken go on."""
    if not before or before[-1] >= "\u2e80" or after[:1] >= "\u2e80":
        return ""
    return " "
