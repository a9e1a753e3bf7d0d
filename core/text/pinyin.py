"""Pinyin as people write it: céng, ceng2 zhi4wei3. Pure."""

import re
import unicodedata
from collections.abc import Iterator

MARKED = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
DIAERESIS = "\u0308"
TONELESS = "5"
_TONES = {"0": TONELESS} | {digit: digit for digit in "12345"}
_VOWELS = "aeo"
_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
_LONGEST = 6  # letters: zhuang
_BETWEEN = re.compile(r"[\s'’-]+")
_DIGITS = re.compile(r"(?<=[0-5])(?=[a-zü])")


class UnknownSyllable(ValueError):
    """`part` is no pinyin."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def parts(reading: str) -> list[str]:
    """The pieces of a reading between blanks, hyphens and apostrophes, in small letters."""
    return [part for part in _BETWEEN.split(unicodedata.normalize("NFC", reading).strip().lower()) if part]


def is_toned(part: str) -> bool:
    """Whether a piece has a tone, as a digit or a mark."""
    return bool(re.fullmatch(r"(?:[a-zü:]+[0-5])+", part)) or any(
        mark in unicodedata.normalize("NFD", part) for mark in MARKED
    )


def syllables(reading: str) -> tuple[str, ...]:
    """The syllables, each with a digit for its tone, 5 for none: "Céng zhi4wei3" is ceng2 zhi4 wei3.

    Raises `UnknownSyllable`.
    """
    return tuple(letters + (tone or TONELESS) for letters, tone in _read(reading))


def toneless(reading: str) -> list[str]:
    """The syllables that are written without a tone. Raises `UnknownSyllable`."""
    return [letters for letters, tone in _read(reading) if not tone]


def _read(reading: str) -> Iterator[tuple[str, str]]:
    for part in parts(reading):
        for piece in _DIGITS.split(part):
            yield from _split(piece)


def _split(piece: str) -> tuple[tuple[str, str], ...]:
    """The fewest syllables that make a piece, each with its tone or "": none has two, few begin with a vowel."""
    letters, tones = _letters_and_tones(piece)
    best: list[tuple[int, tuple[tuple[str, str], ...]] | None] = [None] * len(letters) + [(0, ())]
    for start in range(len(letters) - 1, -1, -1):
        for end in range(start + 1, min(len(letters), start + _LONGEST) + 1):
            rest, marks = best[end], "".join(tones[start:end])
            if rest is None or letters[start:end] not in SYLLABLES or len(marks) > 1:
                continue
            cost = rest[0] + 2 + (start > 0 and letters[start] in _VOWELS)
            known = best[start]
            if known is None or cost < known[0]:
                best[start] = (cost, ((letters[start:end], marks), *rest[1]))
    whole = best[0]
    if whole is None or not letters:
        raise UnknownSyllable(piece)
    return whole[1]


def _letters_and_tones(piece: str) -> tuple[str, list[str]]:
    """The letters, v for ü, and the tone that is written at each of them, "" for none."""
    letters, tones = "", list[str]()
    for char in unicodedata.normalize("NFD", piece.replace("u:", "v")):
        if tone := MARKED.get(char) or _TONES.get(char):
            if not tones:
                raise UnknownSyllable(piece)
            tones[-1] += tone
        elif char == DIAERESIS and letters:
            letters = letters[:-1] + "v"
        else:
            letters += char
            tones.append("")
    return letters, tones
