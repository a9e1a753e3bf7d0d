"""Titles of sections in documents without styles: numbered lines, and the path of those that one is below. Pure."""

import re
from collections.abc import Iterable

LONGEST = 40  # characters of a title
NUMERAL = "[一二三四五六七八九十百零\\d]{1,4}"
LEVELS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(f"(?:第{NUMERAL}[章编篇部]|附[录件]\\s*{NUMERAL}?|(?:Chapter|Part|Appendix)\\s+\\w{{1,4}}\\b)"), 1),
    (re.compile(f"(?:第{NUMERAL}节|[一二三四五六七八九十]{{1,3}}、)"), 2),
    (re.compile(r"\d{1,2}\s+(?=[A-Z]|[\u4e00-\u9fff]{2})"), 2),
    (re.compile(r"\d{1,2}\.\d{1,2}\s+(?=[A-Z]|[\u4e00-\u9fff]{2})"), 3),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}\s+(?=[A-Z]|[\u4e00-\u9fff]{2})"), 4),
)
OF_SENTENCES = re.compile(r"[。！？；;，,:：!?.…]$|[。！？；]")


def level_of(line: str) -> int | None:
    """The level of a line that is a title, 1 for a chapter; None for others."""
    if len(line) > LONGEST or OF_SENTENCES.search(line):
        return None
    return next((level for pattern, level in LEVELS if pattern.match(line)), None)


class Titles:
    """The titles that the words after them are below, outermost first."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []
        self._untold = False

    def path(self) -> Iterable[str]:
        """The titles, outermost first."""
        return [title for _level, title in self._path]

    def enter(self, level: int, title: str) -> list[str]:
        """Go below a title. Returns the one before if it had nothing below it, not even this."""
        lone = self._path[-1:] if self._untold and self._path[-1][0] >= level else []
        self._path = [*(pair for pair in self._path if pair[0] < level), (level, title)]
        self._untold = True
        return [before for _level, before in lone]

    def are_told(self) -> None:
        """The last title has words below it."""
        self._untold = False

    def clear(self) -> list[str]:
        """Leave all. Returns the last one if it had nothing below it."""
        lone = [self._path[-1][1]] if self._untold else []
        self._path, self._untold = [], False
        return lone
