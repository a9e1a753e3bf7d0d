"""The lexicon for engines that know only text: other words in place of the author's, and their times put back."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from avatars.speech.base import Speech, Token
from avatars.speech.text.pronunciations import Form, Pronunciation, syllables
from avatars.speech.text.script import clean


@dataclass(frozen=True, kw_only=True)
class _Change:
    """`now` stands at `at` in the new text, for `length` characters at `offset` of the author's."""

    at: int
    now: int
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Respelled:
    """A text to give to an engine, with the changes that made it."""

    text: str
    changes: tuple[_Change, ...]

    def restored(self, speech: Speech) -> Speech:
        """The same speech, its tokens at their places in the author's text."""
        if not self.changes:
            return speech
        tokens: list[Token] = []
        for token in speech.tokens:
            start, length = self._place(token.offset, token.length)
            if tokens and tokens[-1].offset == start:
                tokens[-1] = replace(tokens[-1], end=token.end)
            else:
                tokens.append(replace(token, offset=start, length=length))
        return replace(speech, tokens=tuple(tokens))

    def _place(self, offset: int, length: int) -> tuple[int, int]:
        index = bisect_right(self.changes, offset, key=lambda change: change.at) - 1
        if index < 0:
            return offset, length
        change = self.changes[index]
        if offset < change.at + change.now:
            return change.offset, change.length
        return offset - change.at - change.now + change.offset + change.length, length


def respelled(text: str, entries: Sequence[Pronunciation]) -> Respelled:
    """The text with the readings of a lexicon in place of its words. IPA cannot be written; such words stay."""
    if not entries:
        return Respelled(text=text, changes=())
    # Dictionaries that take half a second, which most texts need not wait for.
    from avatars.speech.text.pronunciation_lexicon import Lexicon

    parts, changes, place, size = [], [], 0, 0
    for match in Lexicon(entries).find(clean(text)):
        spelling = _words(match.entry)
        if not spelling:
            continue
        kept = text[place : match.offset]
        size += len(kept)
        changes.append(_Change(at=size, now=len(spelling), offset=match.offset, length=match.end - match.offset))
        parts += [kept, spelling]
        size += len(spelling)
        place = match.end
    return Respelled(text="".join([*parts, text[place:]]), changes=tuple(changes))


def _words(entry: Pronunciation) -> str:
    if entry.form is Form.WORDS:
        return entry.reading.strip()
    if entry.form is Form.PINYIN:
        characters = [_homophones().get(syllable, "") for syllable in syllables(entry.reading)]
        return "".join([*characters, entry.unread]) if all(characters) else ""
    return ""


@cache
def _homophones() -> dict[str, str]:
    """For each syllable the commonest character that is read in no other way."""
    import jieba
    from pypinyin import Style, pinyin

    from core.text import chinese_words

    chinese_words.load()
    counts = {char: count for char, count in jieba.dt.FREQ.items() if len(char) == 1 and "\u4e00" <= char <= "\u9fff"}
    homophones: dict[str, str] = {}
    for char in sorted(counts, key=lambda char: -counts[char]):
        readings = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
        if len(readings) == 1:
            homophones.setdefault(readings[0].replace("ü", "v"), char)
    return homophones
