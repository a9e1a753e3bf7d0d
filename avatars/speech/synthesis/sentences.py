"""A script as sentences to be read aloud by an engine: the words as spoken, and the sounds that will be heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avatars.exceptions import ScriptError
from avatars.speech.base import Place
from avatars.speech.synthesis.plan import PARAGRAPH, ends_paragraph, spell_out, styled
from avatars.speech.text.g2p import MARKS, NOWHERE, Phoneme, phonemes
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.script import Language, clean, sentences
from avatars.speech.text.speaking_style import PLAIN, Mood, Style

# Marks that colour the sound before or after them and are no sounds themselves.
_COLOURS = frozenset("↓→↗↘ːʰʲ̃ᵝˌ")
_STRESS = "ˈ"
PAUSE = " "


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A sound to be heard, or `PAUSE`, where there may be silence. `place` is an index of the passage's, or `NOWHERE`;
    `at` is a place in its words."""

    symbol: str
    place: int
    at: int


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A sentence: `words` as they are spoken, `language` of most of them, and their places in the script.

    `pauses` is how many pauses long the silence after it is.
    """

    words: str
    language: Language
    units: tuple[Unit, ...]
    places: tuple[Place, ...]
    pauses: float = 1.0
    style: Style = PLAIN

    @property
    def line(self) -> str:
        """The words on one line, for the reader."""
        return " ".join(self.words.split())


def passages(
    text: str,
    normaliser: Normaliser,
    lexicon: Lexicon | None = None,
    *,
    mood: Mood = Mood.NEUTRAL,
    automatic: bool = False,
) -> list[Passage]:
    """The sentences of a script that can be spoken. Raises `ScriptError` where there are none."""
    if not text.strip():
        raise ScriptError("There is nothing to say.", code="script_empty", remedy="Write a script.", field="text")
    spoken = list(_passages(text, normaliser, lexicon or Lexicon(), mood, automatic))
    if not spoken:
        raise ScriptError(
            "Nothing in this text can be spoken.",
            code="script_unspeakable",
            remedy="Write Chinese or English words or numbers.",
            field="text",
        )
    return spoken


def _passages(text: str, normaliser: Normaliser, lexicon: Lexicon, mood: Mood, automatic: bool) -> Iterator[Passage]:
    cleaned = clean(text)
    for sentence, style in styled(text, sentences(cleaned), mood=mood, automatic=automatic):
        spoken = spell_out(sentence, normaliser, lexicon)
        units = tuple(_units(phonemes(spoken.text, sentence.language, spoken.given), spoken.owners))
        if any(unit.place != NOWHERE for unit in units):
            yield Passage(
                words=spoken.text,
                language=sentence.language,
                units=units,
                places=spoken.places,
                pauses=PARAGRAPH if ends_paragraph(cleaned, sentence) else 1.0,
                style=style,
            )


def _units(sounds: list[Phoneme], owners: Sequence[int]) -> Iterator[Unit]:
    stress = ""
    for phoneme in sounds:
        if phoneme.symbol == _STRESS:
            stress = _STRESS
        elif phoneme.symbol == " " or phoneme.symbol in MARKS or phoneme.at == NOWHERE:
            yield Unit(symbol=PAUSE, place=NOWHERE, at=NOWHERE)
        elif phoneme.symbol not in _COLOURS:
            yield Unit(symbol=stress + phoneme.symbol, place=owners[phoneme.at], at=phoneme.at)
            stress = ""
