"""Wordings of a sensitive subject, as the table writes them, and whether a message has one. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache, reduce

from conversations.care.heard_text import Heard, has_chinese, is_all_chinese, syllables_of
from conversations.knowledge.likeness import plain

SOUNDS_SURE, SOUNDS_LIKE = 4, 3  # characters from which on the same sound is sure, or suspected
TYPO, MISSING = 6, 8  # letters from which on swapped letters, or one too few or many, are a typo
# English words that a typo of a wording would be, and that mean something else.
REAL_WORDS = frozenset(("compliant", "violet", "layer", "sealing", "insulation", "sexually"))
NEVER, PERHAPS = "-", "?"  # before a line
BLOT = "·"
TYPED = "(typed pinyin)"  # the key of wordings that a message in Latin letters may have


class Found(IntEnum):
    """How surely a text has a wording."""

    NOT = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a wording: Chinese with its sound, or English words. A `*` after one stands for its ending."""

    bare: str = ""
    sound: str = ""
    typed: str = ""
    words: tuple[str, ...] = ()

    def find(self, text: Heard) -> Found:
        """How surely a text has it."""
        return self._find_chinese(text) if self.bare else self._find_english(text)

    def _find_chinese(self, text: Heard) -> Found:
        if self.bare in text.plain:
            return Found.SURE
        if not self.sound:
            return Found.NOT
        if text.letters:
            return Found.SURE if self.typed in text.letters else Found.NOT
        if self.sound not in text.syllables:
            return Found.NOT
        return Found.SURE if len(self.bare) >= SOUNDS_SURE else Found.LIKELY

    def _find_english(self, text: Heard) -> Found:
        first, count = self.words[0], len(self.words)
        starts = (at for at, word in enumerate(text.words) if word[0] == first[0] and _is_word(first, word))
        found = any(_are_words(self.words, text.words[at : at + count]) for at in starts)
        return Found.SURE if found else Found.NOT


Parts = tuple[Part, ...]


class Index:
    """Wordings by what a message with their first part has: a character, a syllable, a word or its first letter."""

    def __init__(self, wordings: Iterable[Parts]) -> None:
        self._by_key: dict[str, list[Parts]] = {}
        for parts in wordings:
            for key in _keys(parts[0]):
                self._by_key.setdefault(key, []).append(parts)

    def near(self, text: Heard) -> Iterator[Parts]:
        """Those that a message may have."""
        keys = {*text.plain, *text.syllables.split(), *text.words, *(f"{word[0]}*" for word in text.words)}
        keys |= {TYPED} if text.letters else set()
        return (parts for key in keys for parts in self._by_key.get(key, ()))


def _keys(part: Part) -> set[str]:
    if not part.bare:
        first = part.words[0]
        return {first if len(first) < TYPO and not first.endswith("*") else f"{first[0]}*"}
    return {part.bare[0], *([part.sound.split()[0], TYPED] if part.sound else ())}


@dataclass(frozen=True, kw_only=True)
class Wordings:
    """The wordings of one subject, those that are only suspected, and those by which a message is not meant."""

    meant: Index
    perhaps: Index
    never: Index

    def find(self, text: Heard) -> Found:
        """How surely a message has one of them."""
        found = self._find(text)
        never = [parts for parts in self.never.near(text) if _all_parts(parts, text) == Found.SURE] if found else []
        if any(len(parts) > 1 for parts in never):
            return Found.NOT
        return self._find(reduce(_without, (parts[0] for parts in never), text)) if never else found

    def _find(self, text: Heard) -> Found:
        found = max((_all_parts(parts, text) for parts in self.meant.near(text)), default=Found.NOT)
        if not found and any(_all_parts(parts, text) for parts in self.perhaps.near(text)):
            return Found.LIKELY
        return found


@lru_cache(maxsize=64)
def wordings_of(lines: str) -> Wordings:
    """The wordings in the column of a table, one a line."""
    rows = _rows(lines)
    return Wordings(
        meant=Index(filter(None, (_parts(row) for row in rows if row[0] not in (NEVER, PERHAPS)))),
        perhaps=Index(filter(None, (_parts(row[1:]) for row in rows if row[0] == PERHAPS))),
        never=Index(filter(None, (_parts(row[1:]) for row in rows if row[0] == NEVER))),
    )


def problems_of(lines: str) -> list[str]:
    """The lines that no message or any message has: without letters, or with a part of a single Latin letter."""
    return [
        row for row in _rows(lines) if not (parts := _texts(row.lstrip(NEVER + PERHAPS))) or any(map(_short, parts))
    ]


def _short(part: str) -> bool:
    return len(plain(part)) < 2 and not has_chinese(part)


def _rows(lines: str) -> list[str]:
    return [line.strip() for line in lines.splitlines() if line.strip()]


def _texts(row: str) -> list[str]:
    return [part.strip() for part in row.split("+") if part.strip()]


def _parts(row: str) -> Parts:
    return tuple(map(_part, _texts(row)))


def _part(text: str) -> Part:
    bare = plain(text)
    if not has_chinese(bare):
        words = text.casefold().replace("'", "").replace("’", "").replace("-", " ").split()
        return Part(words=tuple(words))
    if len(bare) < SOUNDS_LIKE or not is_all_chinese(bare):
        return Part(bare=bare)
    sound = syllables_of(bare)
    return Part(bare=bare, sound=sound, typed=sound.replace(" ", ""))


def _all_parts(parts: Iterable[Part], text: Heard) -> Found:
    least = Found.SURE
    for part in parts:
        least = min(least, part.find(text))
        if least == Found.NOT:
            break
    return least


def _without(text: Heard, part: Part) -> Heard:
    """The text where a part that is not meant is blotted out: the rest may be meant all the same."""
    if part.bare:
        rest = text.plain.replace(part.bare, BLOT)
        sounds = text.syllables.replace(part.sound, f" {BLOT} ") if part.sound and part.bare in text.plain else None
        return replace(text, plain=rest, syllables=text.syllables if sounds is None else sounds)
    count, words = len(part.words), list(text.words)
    for at in range(len(words) - count + 1):
        if _are_words(part.words, words[at : at + count]):
            words[at : at + count] = [BLOT] * count
    return replace(text, words=tuple(words))


def _are_words(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return len(words) == len(wanted) and all(map(_is_word, wanted, words))


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
        differ = [at for at, pair in enumerate(zip(wanted, word, strict=True)) if pair[0] != pair[1]]
        is_pair = len(differ) == 2 and differ[1] == differ[0] + 1
        return len(wanted) >= TYPO and is_pair and wanted[differ[0]] == word[differ[1]]
    longer, shorter = sorted((wanted, word), key=len, reverse=True)
    if len(wanted) < MISSING or len(longer) != len(shorter) + 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer)))
