"""The places of the lexicon's words in a text: as words, never as letters inside of others.

Chinese has no blanks, so a token counts where the likeliest way to cut the text into words has it: 行长 in 找行长 and
not in 银行长期. The dictionary is jieba's; the tokens are as likely in it as the words that they are made of.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import jieba

from avatars.speech.text.polyphones import is_word
from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.script import HAN
from core.text import chinese_words

_ALPHABETIC = re.compile(r"[^\W_]")
_HAN = re.compile(f"[{HAN}]")
_EPSILON = 1e-9  # weight added to an entry: it wins over the same words of the dictionary


@dataclass(frozen=True, kw_only=True)
class Found:
    """An entry that stands at `offset`."""

    offset: int
    entry: Pronunciation

    @property
    def end(self) -> int:
        return self.offset + len(self.entry.token)


class Lexicon:
    """Entries to look for; of two with equal letters, the entry in the same case is taken."""

    def __init__(self, entries: Sequence[Pronunciation] = ()) -> None:
        self._entries = sorted(entries, key=lambda entry: (not entry.match_case, entry.token))
        self._weights = {entry.token: _weight(entry.token) for entry in entries}

    def find(self, text: str) -> list[Found]:
        """The entries that occur in a cleaned text, in order of place and without overlap."""
        if not self._entries:
            return []
        starting: dict[int, list[Found]] = {}
        for entry in self._entries:
            for match in re.finditer(re.escape(entry.token), text, 0 if entry.match_case else re.I):
                if _is_whole(text, match) and not (entry.unread and is_word(entry.token)):
                    starting.setdefault(match.start(), []).append(Found(offset=match.start(), entry=entry))
        return self._likeliest(text, starting) if starting else []

    def _likeliest(self, text: str, starting: dict[int, list[Found]]) -> list[Found]:
        """The entries on the likeliest way through the text: from each place on, by dynamic programming."""
        size = len(text)
        best = [0.0] * (size + 1)
        step: list[tuple[int, Found | None]] = [(0, None)] * size
        for start in range(size - 1, -1, -1):
            choices: list[tuple[float, int, Found | None]] = [
                (weight + best[end], end, None) for end, weight in _words(text, start)
            ]
            choices += [
                (self._weights[match.entry.token] + _EPSILON + best[match.end], match.end, match)
                for match in starting.get(start, ())
            ]
            best[start], end, chosen = max(choices, key=lambda choice: choice[0])
            step[start] = (end, chosen)
        place, path = 0, []
        while place < size:
            place, found_here = step[place]
            if found_here is not None:
                path.append(found_here)
        return path


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Whether letters and digits end where the token ends; between Chinese characters words decide."""
    start, end = match.span()
    return not (
        (start > 0 and _joined(text[start - 1], text[start])) or (end < len(text) and _joined(text[end - 1], text[end]))
    )


def _joined(before: str, after: str) -> bool:
    return all(_ALPHABETIC.match(char) and not _HAN.match(char) for char in (before, after))


def _words(text: str, start: int) -> list[tuple[int, float]]:
    """The words that begin here with how likely each is, and in any case the one character."""
    counts, total = jieba.dt.FREQ, math.log(jieba.dt.total or 1)
    ends = [(start + 1, math.log(counts.get(text[start]) or 1) - total)]
    end = start + 2
    while end <= len(text) and text[start:end] in counts:
        if counts[text[start:end]]:
            ends.append((end, math.log(counts[text[start:end]]) - total))
        end += 1
    return ends


def _weight(token: str) -> float:
    """As likely as the words that it is made of, or as the dictionary says, or as a word seen once."""
    chinese_words.load()
    best = [0.0] * (len(token) + 1)
    for start in range(len(token) - 1, -1, -1):
        best[start] = max(weight + best[end] for end, weight in _words(token, start))
    return max(best[0], -math.log(jieba.dt.total or 1))
