"""Wordings of a sensitive subject, as the table writes them, and whether a message has one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from conversations.care.heard_text import Heard, has_chinese, is_all_chinese, syllables_of
from conversations.knowledge.likeness import plain

SOUNDS_SURE, SOUNDS_LIKE = 4, 3  # characters from which on the same sound is sure, or suspected
TYPO, MISSING = 6, 8  # letters from which on swapped letters, or one too few or many, are a typo
# English words that a typo of a wording would be, and that mean something else.
REAL_WORDS = frozenset(("compliant", "violet", "layer", "sealing", "insulation", "depression", "sexually"))


class Found(IntEnum):
    """How surely a text has a wording."""

    NOT = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True, kw_only=True)
class Wordings:
    """The wordings of one subject, and those by which a message is not meant."""

    meant: tuple[tuple[str, ...], ...]
    never: tuple[tuple[str, ...], ...]

    def find(self, text: Heard) -> Found:
        """How surely a message has one of them."""
        found = max((_all_parts(parts, text) for parts in self.meant), default=Found.NOT)
        if found and any(_all_parts(parts, text) == Found.SURE for parts in self.never):
            return Found.NOT
        return found


@lru_cache(maxsize=64)
def wordings_of(lines: str) -> Wordings:
    """The wordings in the column of a table, one a line."""
    rows = [line.strip() for line in lines.splitlines() if line.strip()]
    return Wordings(
        meant=tuple(_parts(row) for row in rows if not row.startswith("-")),
        never=tuple(_parts(row[1:]) for row in rows if row.startswith("-")),
    )


def problems_of(lines: str) -> list[str]:
    """The lines that would be found in ordinary messages: a part of one letter, or nothing but a sign."""
    rows = [line.strip() for line in lines.splitlines() if line.strip()]
    return [
        row for row in rows if not _parts(row.removeprefix("-")) or any(map(_is_short, _parts(row.removeprefix("-"))))
    ]


def _is_short(part: str) -> bool:
    return len(plain(part)) < 2 and not has_chinese(part)


def _parts(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split("+") if part.strip())


def _all_parts(parts: Iterable[str], text: Heard) -> Found:
    return min((_part(part, text) for part in parts), default=Found.NOT)


def _part(part: str, text: Heard) -> Found:
    return _chinese(part, text) if has_chinese(part) else _english(part, text)


def _chinese(part: str, text: Heard) -> Found:
    bare = _plain(part)
    if bare in text.plain:
        return Found.SURE
    if len(bare) < SOUNDS_LIKE or not is_all_chinese(bare):
        return Found.NOT
    sound = syllables_of(bare)
    if text.letters:
        typed = sound.replace(" ", "")
        return Found.SURE if typed in text.letters else Found.NOT
    if sound not in text.syllables:
        return Found.NOT
    return Found.SURE if len(bare) >= SOUNDS_SURE else Found.LIKELY


def _english(part: str, text: Heard) -> Found:
    wanted = _tokens(part)
    starts = range(len(text.words) - len(wanted) + 1)
    return Found.SURE if wanted and any(_follows(wanted, text.words[at:]) for at in starts) else Found.NOT


def _follows(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return all(_is_word(one, word) for one, word in zip(wanted, words, strict=False))


@lru_cache(maxsize=16384)
def _is_word(wanted: str, word: str) -> bool:
    """Whether a word is the wanted one, begins with it (`harass*`), or is it with one slip of the keyboard."""
    root = wanted.rstrip("*")
    if wanted.endswith("*"):
        near = (word[: len(root) + more] for more in (-1, 0, 1))
        return word.startswith(root) or (word not in REAL_WORDS and any(_is_slip(root, one) for one in near))
    return word == root or (word not in REAL_WORDS and _is_slip(root, word))


def _is_slip(wanted: str, word: str) -> bool:
    """Whether two letters are swapped, or one is missing or doubled. Another letter makes another word too often."""
    if not word or wanted[0] != word[0]:
        return False
    if len(wanted) == len(word):
        swapped = [at for at, pair in enumerate(zip(wanted, word, strict=True)) if pair[0] != pair[1]]
        is_pair = len(swapped) == 2 and swapped[1] == swapped[0] + 1
        return len(wanted) >= TYPO and is_pair and wanted[swapped[0]] == word[swapped[1]]
    longer, shorter = sorted((wanted, word), key=len, reverse=True)
    if len(wanted) < MISSING or len(longer) != len(shorter) + 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer)))


@lru_cache(maxsize=4096)
def _plain(part: str) -> str:
    return plain(part)


@lru_cache(maxsize=4096)
def _tokens(part: str) -> tuple[str, ...]:
    words = part.casefold().replace("'", "").replace("’", "").replace("-", " ").split()
    return tuple(words)
