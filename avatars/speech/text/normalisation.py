"""Numbers, dates, money and abbreviations put into words, each remembering which of the author's characters it reads.

The `wetext` grammars do the rest, clause by clause, after the rules for text that they misread:
`chinese_numbers` and `english_numbers`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wetext import Normalizer

from avatars.speech.text import chinese_numbers, english_numbers
from avatars.speech.text.numerals import Rule, chinese_digits, english_digits
from avatars.speech.text.script import HAN, Language

_CLAUSE = re.compile(
    rf"[，。；！？、]|[,;!?：:](?=\s|$)(?! \d{{4}}\b)|\.(?=\s*$)|\s+(?=[{HAN}])|(?<=[{HAN}])\s+",
)
RULES: dict[Language, tuple[Rule, ...]] = {
    Language.CHINESE: chinese_numbers.RULES,
    Language.ENGLISH: english_numbers.RULES,
}
_WORTH_READING = {
    Language.CHINESE: re.compile(r"\d"),
    Language.ENGLISH: re.compile(r"[\d$¥€£%℃°&+]|\b(?:[A-Z]\.)+|\b[A-Z][a-z]{1,4}\."),
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`spoken` is read where `length` characters stand at `offset`; as `symbols` of Kokoro's alphabet where given."""

    offset: int
    length: int
    spoken: str
    symbols: str = ""

    def overlaps(self, start: int, end: int) -> bool:
        return start < self.offset + self.length and self.offset < end


class Normaliser:
    """Puts written clauses into spoken words."""

    def __init__(self) -> None:
        self._grammars = {language: Normalizer(lang=language.value, operator="tn") for language in Language}

    def readings(self, text: str, language: Language) -> list[Reading]:
        """Return the readings that differ from the written text, in order of place and without overlap."""
        by_rules = _by_rules(text, language)
        starts = [0, *(reading.offset + reading.length for reading in by_rules)]
        ends = [*(reading.offset for reading in by_rules), len(text)]
        for gap_start, gap_end in zip(starts, ends, strict=True):
            for start, end in _clauses(text, gap_start, gap_end):
                by_rules += self._by_grammar(text[start:end], start, language)
        return sorted(by_rules, key=lambda reading: reading.offset)

    def _by_grammar(self, clause: str, offset: int, language: Language) -> list[Reading]:
        if not _WORTH_READING[language].search(clause):
            return []
        try:
            mappings = self._grammars[language].normalize_with_mapping(clause).mappings
        except (RuntimeError, AssertionError):  # no path through the grammar, which says so in two ways
            return [_digit_by_digit(match, offset, language) for match in re.finditer(r"\d+", clause)]
        return [
            Reading(
                offset=offset + mapping.input_start,
                length=mapping.input_end - mapping.input_start,
                spoken=_polish(mapping.output_text, language),
            )
            for mapping in mappings
        ]


def _by_rules(text: str, language: Language) -> list[Reading]:
    """Apply the rules in their order; characters that an earlier rule took are not read again."""
    readings: list[Reading] = []
    for pattern, read in RULES[language]:
        group = "n" if "n" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            start, end = match.span(group)
            spoken = "" if any(reading.overlaps(start, end) for reading in readings) else read(match)
            if spoken:
                readings.append(Reading(offset=start, length=end - start, spoken=spoken))
    return sorted(readings, key=lambda reading: reading.offset)


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at punctuation: across a comma the grammars join unrelated parts."""
    for match in _CLAUSE.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _digit_by_digit(match: re.Match[str], offset: int, language: Language) -> Reading:
    read = chinese_digits if language is Language.CHINESE else english_digits
    return Reading(offset=offset + match.start(), length=len(match.group()), spoken=read(match.group()))


def _polish(spoken: str, language: Language) -> str:
    """Spell AM: a dictionary reads it as the verb."""
    return re.sub(r"\bAM\b", "A.M.", spoken) if language is Language.ENGLISH else spoken
