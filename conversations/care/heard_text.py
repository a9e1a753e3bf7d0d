"""A message as wordings are looked for in it: plain characters, English words and syllables. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from conversations.knowledge.likeness import plain
from core.text.traditional import simplified

_CHINESE = re.compile("[\u3400-\u9fff]")
_RUN = re.compile("[\u3400-\u9fff]+")
_WORD = re.compile("[a-z]+")
_APOSTROPHES = re.compile("['’`´]")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A text in the forms that are compared.

    Attributes:
        plain: its letters and characters, simplified and folded, without blanks.
        words: its English words, without apostrophes.
        syllables: its Chinese characters in toneless pinyin between blanks.
        letters: its English words joined, if it has no Chinese: pinyin that was typed.
    """

    plain: str
    words: tuple[str, ...]
    syllables: str
    letters: str


@lru_cache(maxsize=512)
def heard(text: str) -> Heard:
    """The forms of a text."""
    folded = _APOSTROPHES.sub("", simplified(unicodedata.normalize("NFKC", text)).casefold())
    words = tuple(_WORD.findall(folded))
    bare = plain(text)
    is_chinese = has_chinese(bare)
    return Heard(
        plain=bare,
        words=words,
        syllables=syllables_of(bare) if is_chinese else "",
        letters="" if is_chinese else "".join(words),
    )


def has_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return bool(_CHINESE.search(text))


def is_all_chinese(text: str) -> bool:
    """Whether a text consists of Chinese characters."""
    return bool(_RUN.fullmatch(text))


@lru_cache(maxsize=4096)
def syllables_of(text: str) -> str:
    """The toneless pinyin of the Chinese in a plain text, each syllable between blanks."""
    return f" {' '.join(lazy_pinyin(''.join(_RUN.findall(text))))} "
