"""The reading of a word where the rules get it wrong: a token and its reading, as people write them in the lexicon.

A reading is pinyin with tones ("chóng qìng", "chong2 qing4"), IPA between strokes ("/wiːˈkɒm/"), or other words that
sound like it ("we com", "欧诶"). Light: nothing here loads a model or a dictionary.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from avatars.exceptions import ScriptError
from avatars.speech.text.script import HAN, LATIN, clean
from core.text import pinyin

LONGEST_TOKEN, LONGEST_READING = 40, 120  # characters: a name or a term with its reading, not a sentence

_VOCABULARY = Path(__file__).resolve().parents[2] / "data" / "kokoro-vocab.json"
# The letters of dictionaries, with Kokoro's letters for them.
_IPA = (
    *(("eɪ", "A"), ("aɪ", "I"), ("oʊ", "O"), ("əʊ", "O"), ("aʊ", "W"), ("ɔɪ", "Y"), ("dʒ", "ʤ"), ("tʃ", "ʧ")),
    *(("ɝ", "ɜɹ"), ("ɚ", "əɹ"), ("r", "ɹ"), ("g", "ɡ"), ("'", "ˈ"), (".", ""), ("͡", "")),
)
_WORDS = re.compile(rf"[{HAN}{LATIN}][{HAN}{LATIN} '\-·]*")


class Form(StrEnum):
    PINYIN = "pinyin"
    IPA = "ipa"
    WORDS = "words"


@dataclass(frozen=True, kw_only=True)
class Pronunciation:
    """`token` is read as `reading`, in any case of its letters unless `match_case`.

    Pinyin of fewer syllables than a Chinese token has characters is a surname's: the dictionary reads the rest.
    """

    token: str
    reading: str
    match_case: bool = False

    @property
    def form(self) -> Form:
        return form_of(self.reading)

    @property
    def unread(self) -> str:
        """The given name, where `reading` is for the surname alone."""
        if self.form is not Form.PINYIN or not re.fullmatch(f"[{HAN}]+", self.token):
            return ""
        return self.token[len(syllables(self.reading)) :]


def form_of(reading: str) -> Form:
    """The form of a reading: pinyin where any part carries a tone, IPA between strokes, else words."""
    if reading.startswith("/") and reading.endswith("/") and len(reading) > 2:
        return Form.IPA
    is_pinyin = any(pinyin.is_toned(part) for part in pinyin.parts(reading))
    return Form.PINYIN if is_pinyin and not re.search(f"[{HAN}]", reading) else Form.WORDS


def syllables(reading: str) -> tuple[str, ...]:
    """Pinyin as syllables with a digit for the tone, 5 for none: "nǐ hǎo ma" is ni3 hao3 ma5. Raises `ScriptError`."""
    try:
        return pinyin.syllables(reading)
    except pinyin.UnknownSyllable as error:
        message = f"“{error.part}” is no syllable of pinyin."
        raise _wrong(message, "pinyin_unknown", "Write like chóng qìng or chong2 qing4.") from error


def symbols(reading: str) -> str:
    """IPA between strokes in the alphabet of the built-in voice. Raises `ScriptError` for a letter it does not have."""
    ipa = unicodedata.normalize("NFC", reading.strip("/"))
    for written, ours in _IPA:
        ipa = ipa.replace(written, ours)
    for letter in ipa:
        if letter not in _vocabulary():
            raise _wrong(f"“{letter}” is no letter of IPA that we can say.", "ipa_unknown", "Use IPA like /ˈoʊpən/.")
    return ipa


def check(token: str, reading: str) -> None:
    """Raise `ScriptError` if a lexicon cannot have this entry; its `field` names the wrong one of the two."""
    cleaned = clean(token).strip()
    if cleaned != token or not re.search(rf"[{HAN}{LATIN}\d]", token) or len(token) > LONGEST_TOKEN:
        raise ScriptError(
            "This cannot be found in a script.",
            code="token_unusable",
            remedy=f"Write one word or name of at most {LONGEST_TOKEN} characters, without signs around it.",
            field="token",
        )
    if re.search(r"[。！？!?\n；;]", token):
        raise ScriptError(
            "This is more than one sentence.", code="token_unusable", remedy="Write one word or name.", field="token"
        )
    if not reading.strip() or len(reading) > LONGEST_READING:
        raise _wrong(
            "There is no reading.",
            "reading_empty",
            f"Write its pronunciation, in at most {LONGEST_READING} characters.",
        )
    form = form_of(reading)
    if form is Form.IPA:
        symbols(reading)
    elif form is Form.PINYIN:
        count, characters = len(syllables(reading)), len(re.findall(f"[{HAN}]", token))
        if characters == len(token) and count != characters:
            raise _wrong(
                f"The word has {characters} characters, its reading {count} syllables.",
                "syllable_count",
                "Write one syllable with its tone for each character.",
            )
    elif not _WORDS.fullmatch(reading.strip()):
        raise _wrong(
            "This is neither pinyin with tones, nor IPA between strokes, nor words.",
            "reading_unusable",
            "Write like chóng qìng, /ˈoʊpən/ or we com.",
        )


def _wrong(message: str, code: str, remedy: str) -> ScriptError:
    return ScriptError(message, code=code, remedy=remedy, field="reading")


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(json.loads(_VOCABULARY.read_text(encoding="utf-8"))["vocab"])
