"""The marks in a script: `[point 1]` stands where the first point of the slide is shown, `A:` and `B:` where another
digital human begins to speak."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SPEAKER = re.compile(r"^[ \t]*([AB甲乙])[ \t]*[:：][ \t]*", re.IGNORECASE | re.MULTILINE)
MARK = re.compile(r"([ \t]*)[\[【](?:point|指)[ \t]*(\d{1,2})[\]】]", re.IGNORECASE)

WORD = re.compile("[A-Za-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A script without its marks, and for each mark its place in it and the number of its point, from 1."""

    text: str
    points: tuple[tuple[int, int], ...]

    def filled(self, put: Callable[[str], str]) -> "Marked":
        """The same with values put into its text: an apparent mark in a value is none."""
        text, points, end = "", [], 0
        for place, number in self.points:
            text += put(self.text[end:place])
            points.append((len(text), number))
            end = place
        return _trimmed(text + put(self.text[end:]), points)


def read(script: str) -> Marked:
    text, points, end = "", [], 0
    for match in MARK.finditer(script):
        text += script[end : match.start()]
        end = match.end()
        # “at [point 1]this” are two words.
        text += " " if match[1] and text.strip() and WORD.match(script, end) else ""
        points.append((len(text), int(match[2])))
    return _trimmed(text + script[end:], points)


def _trimmed(whole: str, points: Sequence[tuple[int, int]]) -> Marked:
    blank = len(whole) - len(whole.lstrip())
    return Marked(text=whole.strip(), points=tuple((max(0, place - blank), number) for place, number in points))


def lines(script: str) -> list[tuple[int, str]]:
    """The lines of a dialogue: who speaks, 0 or 1, and the words with their marks. Lines without words are left out."""
    parts, speaker, begin = [], 0, 0
    for name in SPEAKER.finditer(script):
        parts.append((speaker, script[begin : name.start()]))
        speaker, begin = int(name[1] in "Bb乙"), name.end()
    parts.append((speaker, script[begin:]))
    return [(who, line) for who, line in parts if read(line).text]
