"""Captions: the author's words, as they are spoken, in SubRip form.

Lines end at punctuation where they can, and hold at most 16 Chinese characters or 42 Latin ones.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from avatars.speech.base import Token

LINE = 16
"""The width of a line in Chinese characters."""

_LATIN = 16 / 42
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6“”‘’…—]"
)
_SENTENCE = re.compile(r"(?:[。！？!?…]+|(?<!\d)\.+(?=[\s”’)\"]|$)|\.+$)[”’」』）)》】\"]*|\n+")
_CLAUSE_ENDS = frozenset("，、；：,;:…—。！？!?.")
_NEVER_FIRST = frozenset("，、；：,;:。！？!?.…—”’」』）)》】%")
_NEVER_LAST = frozenset("“‘「『（(《【$¥€£#@")
_SHORT_PAUSE = 1.0


@dataclass(frozen=True, kw_only=True)
class _Cue:
    text: str
    start: float
    end: float


def srt(text: str, tokens: Sequence[Token]) -> str:
    """Return SubRip captions of the whole `text`, timed by the `tokens` of its speech; "" where there are none.

    The captions together are `text` but for white space; what is not spoken is shown with the words beside it.
    Times are in order, do not overlap, and end with the last token.
    """
    cues = _timed(text, list(_lines(text, tokens)), tokens)
    numbered = enumerate(cues, start=1)
    return "\n".join(f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n" for number, cue in numbered)


def _timed(text: str, lines: list[tuple[int, int]], tokens: Sequence[Token]) -> list[_Cue]:
    """Give every line the time of its tokens; a line without any goes with the one before it, or with the first."""
    cues: list[_Cue] = []
    unspoken: list[str] = []
    for start, end in lines:
        words = " ".join(text[start:end].split())
        spoken = [token for token in tokens if start <= token.offset < end]
        if spoken:
            cues.append(_Cue(text="\n".join([*unspoken, words]), start=spoken[0].start, end=spoken[-1].end))
            unspoken = []
        elif cues:
            cues[-1] = replace(cues[-1], text=f"{cues[-1].text}\n{words}")
        else:
            unspoken.append(words)
    return _held(cues)


def _held(cues: list[_Cue]) -> list[_Cue]:
    """Keep a caption up through a short pause, so that nothing flickers."""
    held = [
        replace(cue, end=following.start) if following.start - cue.end < _SHORT_PAUSE else cue
        for cue, following in pairwise(cues)
    ]
    return [*held, *cues[-1:]]


def _lines(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each line: a sentence, or where it is too long, its parts."""
    inside = {place for token in tokens for place in range(token.offset + 1, token.offset + token.length)}
    start = 0
    for end in [*(match.end() for match in _SENTENCE.finditer(text) if match.end() not in inside), len(text)]:
        if text[start:end].strip():
            yield from _parts(text, start, end, inside)
            start = end


def _parts(text: str, start: int, end: int, inside: set[int]) -> Iterator[tuple[int, int]]:
    """Halve at the punctuation nearest the middle, else between words, else anywhere, until the parts fit a line."""
    if _width(text[start:end].strip()) <= LINE or end - start < 2:
        yield start, end
        return
    places = range(start + 1, end)
    words = [place for place in places if place not in inside and _is_gap(text, place)]
    clauses = [place for place in words if text[start:place].rstrip()[-1:] in _CLAUSE_ENDS]
    middle = (start + end) / 2
    cut = min(clauses or words or places, key=lambda place: abs(place - middle))
    yield from _parts(text, start, cut, inside)
    yield from _parts(text, cut, end, inside)


def _is_gap(text: str, place: int) -> bool:
    """Tell whether a line may end before `place`: after a space, or beside a Chinese character."""
    before, after = text[place - 1], text[place]
    if after.isspace() or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return before.isspace() or bool(_WIDE.match(before) or _WIDE.match(after))


def _width(line: str) -> float:
    """Return the width in Chinese characters."""
    return sum(1.0 if _WIDE.match(char) else _LATIN for char in line)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02},{milliseconds % 1000:03}"
