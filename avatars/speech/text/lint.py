"""A preview of a script's reading as values: every word with its reading, and remarks for the author."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.speaking_style import Mood, inner_marks, unknown_marks


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The text to examine, with readings of the author's own."""

    text: str
    lexicon: tuple[Pronunciation, ...] = ()


class Source(StrEnum):
    LEXICON = "lexicon"
    RULE = "rule"
    DICTIONARY = "dictionary"
    LETTERS = "letters"
    GUESS = "guess"
    NOTHING = "nothing"


class Code(StrEnum):
    """Kinds of remarks for the author."""

    UNKNOWN_WORD = "unknown_word"
    POLYPHONE = "polyphone"
    LEFT_OUT = "left_out"
    LINK = "link"
    LONG_NUMBER = "long_number"
    TWO_DATES = "two_dates"
    LONG_SENTENCE = "long_sentence"
    UNKNOWN_MARK = "unknown_mark"
    INNER_MARK = "inner_mark"
    NOTHING_TO_SAY = "nothing_to_say"


@dataclass(frozen=True, kw_only=True)
class Word:
    """`length` characters at `offset` of the script are read as `spoken`, which sounds like `reading`.

    The reading is pinyin with marks for Chinese, IPA for English, as the lexicon has it where it has it.
    """

    offset: int
    length: int
    spoken: str
    reading: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence and its spoken form; `pace` is a factor that a mark in the script gives it."""

    offset: int
    length: int
    language: str
    spoken: str
    words: tuple[Word, ...]
    mood: str = Mood.NEUTRAL
    pace: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to look at."""

    code: Code
    offset: int
    length: int


def mark_remarks(text: str) -> Iterator[Remark]:
    """Marks of moods and paces that are none, or that stand elsewhere than before a sentence."""
    for offset, length in unknown_marks(text):
        yield Remark(code=Code.UNKNOWN_MARK, offset=offset, length=length)
    for mark in inner_marks(text):
        yield Remark(code=Code.INNER_MARK, offset=mark.offset, length=mark.length)


@dataclass(frozen=True, kw_only=True)
class Lint:
    """A script as it will be read; `seconds` is about how long that takes at the voice's own speed."""

    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...]
    seconds: float
