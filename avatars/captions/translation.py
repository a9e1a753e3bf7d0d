"""Captions in the language that is not spoken: the same scene in other words, timed by the sentences of its speech."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from avatars.captions import srt
from avatars.captions.srt import Cue
from avatars.speech.base import Token
from avatars.speech.text.speaking_style import blanked

Span = tuple[int, int]


def cues(text: str, tokens: Sequence[Token], translation: str, *, late: float = 0.0) -> list[Cue]:
    """The captions of a scene's `translation`, while `text` is spoken with these tokens; [] where nothing is.

    Where both have as many sentences, each is shown with its own; else they share the time by their lengths.
    """
    translated = []
    for heard, caption in _pairs(text, tokens, blanked(translation)):
        lines = srt.written(caption)
        start, whole = heard[0].start, heard[-1].end - heard[0].start
        ends = [start + whole * share for share in _shares([line.text for line in lines])]
        for line, begin, end in zip(lines, [start, *ends], ends, strict=False):
            translated.append(Cue(text=line.text, start=begin + late, end=end + late, gaps=line.gaps))
    return srt.held(translated)


def cues_of(
    text: str, tokens: Sequence[Token], translations: Sequence[tuple[int, str]], *, late: float = 0.0
) -> list[Cue]:
    """The captions of a text whose scenes begin at these places, each with its translation."""
    translated: list[Cue] = []
    ends = [*(begin for begin, _words in translations[1:]), len(text)]
    for (begin, translation), end in zip(translations, ends, strict=bool(translations)):
        own = [replace(token, offset=token.offset - begin) for token in _between(tokens, begin, end)]
        translated += cues(text[begin:end], own, translation, late=late)
    return srt.held(translated)


def shared(translation: str, lengths: Sequence[int]) -> list[str]:
    """The sentences of a translation, in order, for lines of a dialogue that are so long."""
    sentences = [translation[begin:end].strip() for begin, end in _sentences(translation)]
    places, ends = _shares(sentences), list(accumulate(lengths))
    parts: list[list[str]] = [[] for _length in lengths]
    for sentence, begin, end in zip(sentences, [0.0, *places], places, strict=False):
        middle = (begin + end) / 2 * ends[-1]
        parts[min(bisect_left(ends, middle), len(lengths) - 1)].append(sentence)
    return ["\n".join(part) for part in parts]


def _pairs(text: str, tokens: Sequence[Token], translation: str) -> Iterator[tuple[Sequence[Token], str]]:
    """The tokens of each spoken part, and the translation to show meanwhile."""
    own, other = _sentences(blanked(text)), _sentences(translation)
    heard = [_between(tokens, *span) for span in own]
    if len(own) == len(other) and all(heard):
        yield from zip(heard, (translation[begin:end] for begin, end in other), strict=True)
    elif tokens and other:
        yield tokens, translation


def _between(tokens: Sequence[Token], begin: int, end: int) -> Sequence[Token]:
    first, last = (bisect_left(tokens, place, key=lambda token: token.offset) for place in (begin, end))
    return tokens[first:last]


def _sentences(text: str) -> list[Span]:
    """The sentences in which there are words."""
    return [(begin, end) for begin, end in srt.sentences(text) if any(char.isalnum() for char in text[begin:end])]


def _shares(sentences: Sequence[str]) -> list[float]:
    """The end of each sentence, as a share of all by its length."""
    lengths = [max(srt.width(each), 0.1) for each in sentences]
    return [reached / sum(lengths) for reached in accumulate(lengths)]
