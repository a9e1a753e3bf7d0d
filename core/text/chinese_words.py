"""The Chinese words that jieba knows, with the frequency and the part of speech of each.

jieba reads all 349,000 before the first text: half a second and 60 MB in each process. Here those that begin with a
character are read when a text has it; the dictionary has them in one place, or in two.
"""

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

import jieba

jieba.setLogLevel(logging.ERROR)

Entry = TypeVar("Entry")

_SOURCE = Path(jieba.__file__).with_name("dict.txt")
TOTAL = 60_101_967
"""The sum of all counts in jieba 0.42."""

_BLOCK = re.compile(r"(.)[^\n]*\n(?:\1[^\n]*\n)*")
_LINE = re.compile(r"(?m)^(\S+) (\d+) (\S+)$")


class Words(Mapping[str, Entry]):
    """The words that `read` takes from the lines of each first character, as one dictionary."""

    def __init__(self, lines: Mapping[str, str], read: Callable[[str], dict[str, Entry]]) -> None:
        self._unread = dict(lines)
        self._read = read
        self._known: dict[str, Entry] = {}

    def get(self, word: str, default: Entry | None = None) -> Entry | None:  # type: ignore[override]
        """As of any mapping, without an exception for each word that there is not."""
        return self._with(word).get(word, default)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._with(word)

    def __getitem__(self, word: str) -> Entry:
        return self._with(word)[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def _with(self, word: str) -> dict[str, Entry]:
        if word[:1] in self._unread:
            self._take(word[0])
        return self._known

    def _whole(self) -> dict[str, Entry]:
        for first in list(self._unread):
            self._take(first)
        return self._known

    def _take(self, first: str) -> None:
        # Threads that meet here read the same.
        if (lines := self._unread.get(first)) is not None:
            self._known.update(self._read(lines))
            self._unread.pop(first, None)


def load() -> None:
    """Give jieba its dictionary, unless it has it."""
    if not jieba.dt.initialized:
        jieba.dt.FREQ, jieba.dt.total = Words(_blocks(), _counts), TOTAL
        jieba.dt.initialized = True


def cut(text: str) -> list[str]:
    """The words of a text, in order."""
    load()
    words: list[str] = jieba.lcut(text)
    return words


def tagger() -> ModuleType:
    """jieba's module that cuts a text into words with their kinds."""
    load()
    # On import it would read the kinds of all words.
    jieba.dt.get_dict_file = io.BytesIO
    try:
        from jieba import posseg
    finally:
        del jieba.dt.get_dict_file
    if not posseg.dt.word_tag_tab:
        posseg.dt.word_tag_tab = Words(_blocks(), _kinds)
    return cast(ModuleType, posseg)


@cache
def _blocks() -> Mapping[str, str]:
    """The lines of the dictionary by the first character of their words."""
    blocks: dict[str, str] = {}
    for block in _BLOCK.finditer(_SOURCE.read_text(encoding="utf-8")):
        blocks[block[1]] = blocks.get(block[1], "") + block[0]
    return blocks


def _counts(lines: str) -> dict[str, int]:
    """The frequency of each word; 0 for a mere prefix of a word, as jieba has it."""
    counts: dict[str, int] = {}
    for word, count, _kind in _LINE.findall(lines):
        counts[word] = int(count)
        for end in range(1, len(word)):
            counts.setdefault(word[:end], 0)
    return counts


def _kinds(lines: str) -> dict[str, str]:
    return {word: kind for word, _count, kind in _LINE.findall(lines)}
