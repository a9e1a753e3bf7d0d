"""The marks in a script: `[point 1]` stands where the first point of the slide is shown."""

import re
from dataclasses import dataclass

MARK = re.compile(r"[ \t]*[\[【](?:point|指)[ \t]*(\d{1,2})[\]】]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A script without its marks, and for each mark its place in it and the number of its point, from 1."""

    text: str
    points: tuple[tuple[int, int], ...]


def read(script: str) -> Marked:
    """A script and its marks."""
    text, points, end = "", [], 0
    for found in MARK.finditer(script):
        text += script[end : found.start()]
        points.append((len(text), int(found[1])))
        end = found.end()
    whole = text + script[end:]
    blank = len(whole) - len(whole.lstrip())
    return Marked(text=whole.strip(), points=tuple((max(0, place - blank), number) for place, number in points))
