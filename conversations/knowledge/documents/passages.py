"""Cuts a text into facts: a sentence, a clause, a row of a table or a short list, below its section. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.knowledge.documents.extraction import BELOW, Block
from conversations.knowledge.documents.titles import Titles, level_of

LONGEST = 500  # characters of a passage; of Chinese that is a screen of a phone
FULL = 200  # characters of lines without an end, such as those of a table, and of a list, that stay together
SHORTEST = 24  # letters of a passage; a Chinese character counts as two
LONGEST_LEAD = 60  # characters of the sentence before a list
LONGEST_HEADING = 200  # as `Passage.heading`
SENTENCE = re.compile(r"(?<=[。！？])|(?<=[!?])(?=\s)|(?<=\.)\s+(?=[^a-z])|\n")
BLANKS = re.compile(r"[ \t\u3000\xa0]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
END = re.compile(r"[。！？!?.][”’」』）)\"']?$")
OPEN = (":", "：", ";", "；", ",", "，", "、")
ITEM = re.compile(r"[•·●▪–*-]\s*\S|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-zA-Z])[)）.、．]\s*\S")
CLAUSE = re.compile(r"第[一二三四五六七八九十百零\d]{1,6}条|\d{1,2}(?:\.\d{1,2}){1,3}(?![\d%])")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A passage before it is stored."""

    page: int | None
    heading: str
    text: str


def cut(blocks: Iterable[Block]) -> Iterator[Cut]:
    """The passages of a document. None crosses a page, a heading or a clause."""
    cutter = _Cutter()
    for block in blocks:
        yield from cutter.enter(block)
        for piece, begins in _pieces(block.text):
            yield from cutter.add(piece, begins=begins)
        cutter.is_at_end = True
    yield from cutter.close()


def text_of_meaning(heading: str, text: str) -> str:
    """What the vector of a passage is of: the innermost heading and its words. Outer ones make it broader."""
    return f"{heading.rpartition(BELOW)[2]} {text}".strip()


class _Cutter:
    """What is held back until it is known whether the next words belong to it."""

    def __init__(self) -> None:
        self.page: int | None = None
        self.heading = ""
        self.titles = Titles()
        self.held, self.lead, self.its_lead = "", "", ""
        self.is_at_end = False

    def enter(self, block: Block) -> Iterator[Cut]:
        """Another block; a page and a heading end what is held."""
        if (block.page, block.heading) == (self.page, self.heading):
            return
        yield from self._let_go()
        self.lead = ""
        if block.heading != self.heading:
            yield from self._lone(self.titles.clear())
        self.page, self.heading = block.page, block.heading

    def add(self, piece: str, *, begins: bool) -> Iterator[Cut]:
        """A sentence or a part of it; `begins` says that it is the first of a line."""
        level = level_of(piece) if begins else None
        if level is not None:
            yield from self._let_go()
            yield from self._lone(self.titles.enter(level, piece))
            return
        if self.held and not self._goes_on(piece, begins=begins):
            yield from self._let_go()
        if not self.held:
            self.its_lead = self.lead = self.lead if ITEM.match(piece) else ""
        self.held = f"{self.held}{_joint(self.held, piece)}{piece}"
        self.titles.are_told()
        self.is_at_end = False
        if piece.endswith((":", "：")):
            self.lead = piece[-LONGEST_LEAD:].rstrip(":：")

    def close(self) -> Iterator[Cut]:
        """The end of the document."""
        yield from self._let_go()
        yield from self._lone(self.titles.clear())

    def _goes_on(self, piece: str, *, begins: bool) -> bool:
        long = len(self.held) + len(piece)
        if long > LONGEST or (begins and CLAUSE.match(piece)):
            return False
        if _weight(self.held) < SHORTEST:
            return True
        if long > FULL:
            return not (self.is_at_end or END.search(self.held) or len(self.held) >= FULL)
        if self.held.endswith(OPEN) or (self.lead and begins and ITEM.match(piece)):
            return True
        return not self.is_at_end and not END.search(self.held)

    def _let_go(self) -> Iterator[Cut]:
        text, self.held = self.held, ""
        if text:
            parts = (self.heading, *self.titles.path(), self.its_lead)
            yield self._passage(BELOW.join(part for part in parts if part), text)

    def _lone(self, titles: Iterable[str]) -> Iterator[Cut]:
        """Titles with nothing below them are text."""
        for title in titles:
            yield self._passage(self.heading, title)

    def _passage(self, heading: str, text: str) -> Cut:
        return Cut(page=self.page, heading=heading[-LONGEST_HEADING:], text=text)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and parts of those that are too long for a passage; and whether each is the first of its line."""
    for line in CONTROL.sub("", text).split("\n"):
        begins = True
        for sentence in SENTENCE.split(line):
            shown = BLANKS.sub(" ", sentence or "").strip()
            for start in range(0, len(shown), LONGEST):
                yield shown[start : start + LONGEST], begins
                begins = False


def _weight(text: str) -> int:
    return sum(2 if char >= "\u2e80" else 1 for char in text)


def _joint(before: str, after: str) -> str:
    """No blank between Chinese sentences, and lines that a PDF has broken go on."""
    if ITEM.match(after) and before:
        return "\n"
    if not before or before[-1] >= "\u2e80" or after[:1] >= "\u2e80":
        return ""
    return " "
