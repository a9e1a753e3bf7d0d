"""Long texts in parts: where a reader pauses, and never within a character that a reader sees as one."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

TEXT = 2048  # bytes of UTF-8 that a text message may have
# Where a long text may be cut, the best first: paragraph, line, sentence, clause, word.
CUTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n(?:[ \t\r]*\n)+",
        r"\n",
        r"(?:[。！？!?；;…]+|\.(?=\s))[”’」』）)\"']*[ \t\u3000]?",
        r"[，、：,:](?!\d)[ \t]?",
        r"\s+",
    )
)
TINY = 4  # a part that is less than this fraction of another looks lost
JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def size(text: str) -> int:
    """Its bytes in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def columns(text: str) -> int:
    """How wide it is shown, in Latin letters: a Chinese character is two."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide


def split_text(text: str, limit: int = TEXT, *, whole: re.Pattern[str] | None = None) -> list[str]:
    """Parts of at most `limit` (≥ 4) bytes that join to the text exactly, cut where a reader pauses; [] for "".

    A match of `whole` is not cut unless it is longer than a part.
    """
    if limit < 4:
        raise ValueError("A part must have room for one character.")
    ends = list(accumulate((size(character) for character in text), initial=0))
    if ends[-1] <= limit:
        return [text] if text else []
    spans = [match.span() for match in whole.finditer(text)] if whole is not None else []
    cuts = [[end for end in _ends(pattern, text) if not _inside(spans, end)] for pattern in CUTS]
    parts, start = [], 0
    while start < len(text):
        farthest = bisect_right(ends, ends[start] + _room(ends[-1] - ends[start], limit)) - 1
        end = farthest if farthest == len(text) else _cut(text, start, _before(spans, start, farthest), cuts)
        parts.append(text[start:end])
        start = end
    return parts


def split_numbered(text: str, limit: int = TEXT, *, whole: re.Pattern[str] | None = None) -> list[str]:
    """The same, and where there are several each begins with a line like "(2/3)"; without those they join exactly."""
    parts = split_text(text, limit, whole=whole)
    digits = 1
    while len(parts) > 1:
        parts = split_text(text, limit - len(f"({'9' * digits}/{'9' * digits})\n"), whole=whole)
        if len(str(len(parts))) <= digits:
            return [f"({number}/{len(parts)})\n{part}" for number, part in enumerate(parts, 1)]
        digits = len(str(len(parts)))
    return parts


def truncate(text: str, limit: int) -> str:
    """The text in at most `limit` bytes; where it is cut, "…" ends it if that fits."""
    if size(text) <= limit:
        return text
    ellipsis = "…" if limit >= size("…") else ""
    ends = list(accumulate((size(character) for character in text), initial=0))
    end = bisect_right(ends, limit - size(ellipsis)) - 1
    whole = _border_before(text, 0, end)
    return text[: end if whole == 0 else whole].rstrip() + ellipsis


def _room(left: int, limit: int) -> int:
    """How many of the bytes that are left the next part may have, so that the last one is no tiny rest."""
    return limit if left <= limit else min(limit, left - limit // TINY)


def _ends(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (match.end() for match in pattern.finditer(text))


def _inside(spans: list[tuple[int, int]], place: int) -> bool:
    """Whether a cut here would go through one of the spans, which are in order and do not overlap."""
    before = bisect_left(spans, (place, 0)) - 1
    return before >= 0 and spans[before][0] < place < spans[before][1]


def _before(spans: list[tuple[int, int]], start: int, place: int) -> int:
    """The place, or the beginning of the span that it is in, if that is after the start."""
    before = bisect_left(spans, (place, 0)) - 1
    if before >= 0 and start < spans[before][0] and place < spans[before][1]:
        return spans[before][0]
    return place


def _cut(text: str, start: int, farthest: int, cuts: list[list[int]]) -> int:
    """The best place up to `farthest`: the strongest pause in the second half, else the last but no tiny part."""
    lasts = [ends[bisect_right(ends, farthest) - 1] if ends and ends[0] <= farthest else start for ends in cuts]
    tiny = start + (farthest - start) // TINY
    places = [place for place in lasts if place > tiny and _is_border(text, place)]
    middle = (start + farthest) // 2
    late = [place for place in places if place > middle]
    if places:
        return late[0] if late else max(places)
    whole = _border_before(text, start, farthest)
    return farthest if whole == start else whole


def _border_before(text: str, start: int, end: int) -> int:
    while end > start and not _is_border(text, end):
        end -= 1
    return end


def _is_border(text: str, place: int) -> bool:
    """Whether a reader sees two characters here, and not the two halves of one."""
    if place <= 0 or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if before == "\u200d" or before + after == "\r\n" or after in JOINERS:
        return False
    if "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff":
        return _flags_before(text, place) % 2 == 0
    modifier = "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f"
    return not modifier and not unicodedata.category(after).startswith("M")


def _flags_before(text: str, place: int) -> int:
    """How many regional indicators end here; two make a flag."""
    start = place
    while start > 0 and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    return place - start
