"""Captions: the author's words, as they are spoken, in SubRip form.

Lines end at punctuation where they can, and hold at most 16 Chinese characters or 42 Latin ones.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from avatars.speech.base import Place, Token
from avatars.speech.text.script import HAN
from avatars.speech.text.speaking_style import blanked

LINE = 16
"""The width of a line in Chinese characters."""

_LATIN = 16 / 42  # of a Chinese character's width: lines hold 16 of those or 42 letters, as subtitlers count
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6“”‘’…—]"
)
_SENTENCE = re.compile(r"(?:[。！？!?…]+|(?<!\d)\.+(?=[\s”’)\"]|$)|\.+$)[”’」』）)》】\"]*|\n+")
_CLAUSE_ENDS = frozenset("，、；：,;:…—。！？!?.")
_NEVER_FIRST = frozenset("，、；：,;:。！？!?.…—”’」』）)》】%")
_NEVER_LAST = frozenset("“‘「『（(《【$¥€£#@")
_HAN = re.compile(f"[{HAN}]{{2,}}")
SHORT_PAUSE = 0.6
"""Seconds: through a shorter pause a caption stays up, so that nothing flickers."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """The words spoken between two moments: `begin` to `end` of its caption's text. Seconds."""

    begin: int
    end: int
    start: float
    finish: float


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A caption and when it is shown, in seconds. `gaps` are the places of its text before which a line may end.

    A line feed in it stands before a part that is not spoken.
    """

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()
    gaps: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A piece of the script with its white space reduced: `places` says where each of its characters went."""

    start: int
    text: str
    places: list[int]
    gaps: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A caption that has no times yet: its spoken part stands between `begin` and `end` of the text, at `last` latest;
    nothing of `before` and `after` is spoken."""

    begin: int
    end: int
    last: int
    line: Line
    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()

    def cue(self, tokens: Sequence[Token], *, late: float = 0.0) -> Cue:
        """The caption, shown while these tokens are spoken."""
        cue = _joined([*self.before, self.line], Cue(text="", start=tokens[0].start + late, end=tokens[-1].end + late))
        shift = len(cue.text) - len(self.line.text)
        words = tuple(_word(token, self.line, shift, late) for token in tokens)
        return _joined(self.after, replace(cue, words=words))


def srt(text: str, tokens: Sequence[Token], *, late: float = 0.0) -> str:
    """Return SubRip captions of the whole `text`, timed by the `tokens` of its speech; "" where there are none.

    The captions together are `text` but for white space; unspoken signs are shown with the words beside them.
    Times are in order, do not overlap, and end with the last token; all are `late` seconds after the speech's own.
    """
    return subrip(cues(text, tokens, late=late))


def subrip(captions: Sequence[Cue]) -> str:
    """Captions as SubRip."""
    numbered = enumerate(captions, start=1)
    return "\n".join(f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n" for number, cue in numbered)


def webvtt(captions: Sequence[Cue]) -> str:
    """Captions as WebVTT, without a gap across short pauses."""
    shown = (f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{cue.text}\n" for cue in held(list(captions)))
    return "\n".join(["WEBVTT\n", *shown])


def cues(text: str, tokens: Sequence[Token], *, late: float = 0.0) -> list[Cue]:
    """The same captions, with the words in them."""
    offsets = [token.offset for token in tokens]
    return held(
        [
            slot.cue(tokens[bisect_left(offsets, slot.begin) : bisect_left(offsets, slot.end)], late=late)
            for slot in slots(text, tokens)
        ]
    )


def slots(text: str, places: Sequence[Place | Token]) -> list[Slot]:
    """The captions of a text in which these places are spoken, before their times are known."""
    text = blanked(text)
    slots_of: list[Slot] = []
    unspoken: list[Line] = []
    inside = _inside(text, places)
    offsets = [place.offset for place in places]
    for start, end in _lines(text, inside):
        line = _collapsed(text, start, end, inside)
        spoken = bisect_left(offsets, end) - bisect_left(offsets, start)
        if spoken:
            last = offsets[bisect_left(offsets, end) - 1]
            slots_of.append(Slot(begin=start, end=end, last=last, line=line, before=tuple(unspoken)))
            unspoken = []
        elif slots_of:
            slots_of[-1] = replace(slots_of[-1], after=(*slots_of[-1].after, line))
        else:
            unspoken.append(line)
    return slots_of


def sentences(text: str, inside: Container[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """The begin and end of each sentence of a text; none ends `inside` of a word."""
    start = 0
    for end in [*(match.end() for match in _SENTENCE.finditer(text) if match.end() not in inside), len(text)]:
        if text[start:end].strip():
            yield start, end
            start = end


def written(text: str) -> list[Line]:
    """The lines of a text that is only read."""
    inside = _inside(text, ())
    return [_collapsed(text, start, end, inside) for start, end in _lines(text, inside)]


def ends_clause(text: str, place: int) -> bool:
    """Tell whether a clause ends before this place."""
    return text[:place].rstrip()[-1:] in _CLAUSE_ENDS


def _joined(lines: Iterable[Line], cue: Cue) -> Cue:
    """A caption with more lines after its own."""
    text, gaps = cue.text, set(cue.gaps)
    for line in lines:
        text += "\n" if text else ""
        gaps |= {len(text) + gap for gap in line.gaps}
        text += line.text
    return replace(cue, text=text, gaps=frozenset(gaps))


def _word(token: Token, line: Line, shift: int, late: float) -> Word:
    first = token.offset - line.start
    begin, end = line.places[first], line.places[min(first + token.length, len(line.places) - 1)]
    return Word(begin=begin + shift, end=end + shift, start=token.start + late, finish=token.end + late)


def _collapsed(text: str, start: int, end: int, inside: set[int]) -> Line:
    """A piece of the script in which all white space is a single blank."""
    line, places, gaps = "", [], set()
    for place in range(start, end):
        char = text[place]
        places.append(len(line))
        if char.isspace():
            line += " " if line and not line.endswith(" ") else ""
            continue
        if line and place not in inside and _is_gap(text, place):
            gaps.add(len(line))
        line += char
    line = line.rstrip()
    return Line(
        start=start,
        text=line,
        places=[min(place, len(line)) for place in [*places, len(line)]],
        gaps=frozenset(gap for gap in gaps if gap < len(line)),
    )


def _inside(text: str, places: Sequence[Place | Token]) -> set[int]:
    """The places within units that are spoken as one, and within Chinese words of several characters."""
    inside = {place for each in places for place in range(each.offset + 1, each.offset + each.length)}
    for match in _HAN.finditer(text):
        place = match.start()
        for word in _chinese_words(match.group()):
            inside.update(range(place + 1, place + len(word)))
            place += len(word)
    return inside


def _chinese_words(text: str) -> list[str]:
    # Only the studio's child has captions to make, and only it is to load a dictionary.
    from core.text import chinese_words

    return chinese_words.cut(text)


def held(captions: list[Cue]) -> list[Cue]:
    """Keep captions up through short pauses."""
    longer = [
        replace(cue, end=following.start) if following.start - cue.end < SHORT_PAUSE else cue
        for cue, following in pairwise(captions)
    ]
    return [*longer, *captions[-1:]]


def _lines(text: str, inside: set[int]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each line: a sentence, or where it is too long, its parts."""
    for start, end in sentences(text, inside):
        yield from _parts(text, start, end, inside)


def _parts(text: str, start: int, end: int, inside: set[int]) -> Iterator[tuple[int, int]]:
    """Halve at the punctuation nearest the middle, else between words, else anywhere, until the parts fit a line."""
    if width(text[start:end].strip()) <= LINE or end - start < 2:
        yield start, end
        return
    places = range(start + 1, end)
    between = [place for place in places if place not in inside and _is_gap(text, place)]
    clauses = [place for place in between if text[start:place].rstrip()[-1:] in _CLAUSE_ENDS]
    middle = (start + end) / 2
    cut = min(clauses or between or places, key=lambda place: abs(place - middle))
    yield from _parts(text, start, cut, inside)
    yield from _parts(text, cut, end, inside)


def _is_gap(text: str, place: int) -> bool:
    """Tell whether a line may end before `place`: after a space, or beside a Chinese character."""
    before, after = text[place - 1], text[place]
    if after.isspace() or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return before.isspace() or bool(_WIDE.match(before) or _WIDE.match(after))


def width(line: str) -> float:
    """Return the width in Chinese characters."""
    return sum(1.0 if _WIDE.match(char) else _LATIN for char in line)


def _clock(seconds: float, point: str = ",") -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
