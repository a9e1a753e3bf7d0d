"""A script cut into runs of the network, every phoneme knowing the author's word it reads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from avatars.speech.base import SENTENCE_PAUSE, Place
from avatars.speech.text.g2p import MARKS, NOWHERE, Given, Phoneme, aspirate, mandarin_syllable, phonemes, syllables_of
from avatars.speech.text.normalisation import Normaliser, Reading
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.pronunciations import Form, Pronunciation, symbols
from avatars.speech.text.script import HAN, LATIN, Language, Sentence, clean, sentences
from avatars.speech.text.speaking_style import PLAIN, Mood, Style, styles

TOKEN_LIMIT = 180
"""Phonemes per run of the network: memory grows with them (540 MB at 180), and its own limit is 510."""

CLAUSE_SHARE = 0.4  # of the pause between sentences: 0.12 s of the usual 0.3
PARAGRAPH = 2.0  # times the pause between sentences
_FINAL = frozenset(".!?…:;,—”)")
_WORD = re.compile(rf"[{HAN}]|[{LATIN}]+(?:['\-][{LATIN}]+)*")


@dataclass(frozen=True, kw_only=True)
class Utterable:
    """One run: `phonemes` point into `places` by index or are `NOWHERE`; `pause` is the silence after it in seconds.

    `mixed`: its sentence has words of both languages. `style` is the speaking style.
    """

    phonemes: tuple[Phoneme, ...]
    places: tuple[Place, ...]
    pause: float
    mixed: bool = False
    style: Style = PLAIN


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A sentence in words: per character of `text` the index of its place (or `NOWHERE`), then facts by place."""

    text: str
    owners: tuple[int, ...]
    places: tuple[Place, ...]
    readings: tuple[Reading, ...]
    given: tuple[Given, ...]


def plan(
    text: str,
    normaliser: Normaliser,
    knows: Callable[[str], bool],
    *,
    lexicon: Lexicon | None = None,
    pause: float = SENTENCE_PAUSE,
    mood: Mood = Mood.NEUTRAL,
    automatic: bool = False,
) -> list[Utterable]:
    """Return the runs for `text`, each of 1 to `TOKEN_LIMIT` phonemes that the network `knows`; empty if none.

    `pause` seconds are between sentences, less between the parts of a long one, more between paragraphs.
    """
    runs: list[Utterable] = []
    cleaned = clean(text)
    for sentence, style in styled(text, sentences(cleaned), mood=mood, automatic=automatic):
        spoken = spell_out(sentence, normaliser, lexicon or Lexicon())
        known = [
            replace(phoneme, at=spoken.owners[phoneme.at] if phoneme.at != NOWHERE else NOWHERE)
            for phoneme in phonemes(spoken.text, sentence.language, spoken.given)
            if knows(phoneme.symbol)
        ]
        if all(phoneme.at == NOWHERE for phoneme in known):
            continue
        parts = list(split(_ended(known)))
        after = pause * (PARAGRAPH if ends_paragraph(cleaned, sentence) else 1.0)
        runs += [
            Utterable(
                phonemes=tuple(part),
                places=spoken.places,
                pause=round(pause * CLAUSE_SHARE, 3) if index + 1 < len(parts) else round(after, 3),
                mixed=is_mixed(spoken.text),
                style=style,
            )
            for index, part in enumerate(parts)
        ]
    return runs


def styled(
    text: str, script_sentences: list[Sentence], *, mood: Mood = Mood.NEUTRAL, automatic: bool = False
) -> list[tuple[Sentence, Style]]:
    """The sentences of a script, each with its speaking style."""
    ends, texts = [each.offset + len(each.text) for each in script_sentences], [each.text for each in script_sentences]
    return list(zip(script_sentences, styles(text, ends, texts, mood=mood, automatic=automatic), strict=True))


def is_mixed(text: str) -> bool:
    """Whether it has words of both languages."""
    return bool(re.search(f"[{HAN}]", text) and re.search(f"[{LATIN}]", text))


def spell_out(sentence: Sentence, normaliser: Normaliser, lexicon: Lexicon) -> Spoken:
    """A sentence as it is spoken: the lexicon first, then numbers and abbreviations in words."""
    own = [
        _reading(match.entry, match.offset, sentence.text[match.offset : match.end], sentence.language)
        for match in lexicon.find(sentence.text)
    ]
    masked = sentence.text
    for reading in own:
        start, end = reading.offset, reading.offset + reading.length
        masked = masked[:start] + re.sub(r"\d", "x", masked[start:end]) + masked[end:]
    rest = [
        reading
        for reading in normaliser.readings(masked, sentence.language)
        if not any(reading.overlaps(mine.offset, mine.offset + mine.length) for mine in own)
    ]
    return _spoken(sentence, sorted([*own, *rest], key=lambda reading: reading.offset))


def _reading(entry: Pronunciation, offset: int, written: str, language: Language) -> Reading:
    if entry.form is Form.WORDS:
        return Reading(offset=offset, length=len(written), spoken=entry.reading.strip())
    if entry.form is Form.PINYIN:
        said = "".join(mandarin_syllable(syllable) for syllable in syllables_of(entry))
    else:
        said = symbols(entry.reading)
        said = aspirate(said) if language is Language.CHINESE else said
    return Reading(offset=offset, length=len(written), spoken=written, symbols=said)


def ends_paragraph(text: str, sentence: Sentence) -> bool:
    """Whether an empty line follows a sentence of a cleaned text."""
    end = sentence.offset + len(sentence.text)
    blanks = re.match(r"\s*", text[end:])
    return (sentence.text[len(sentence.text.rstrip()) :] + (blanks.group() if blanks else "")).count("\n") > 1


def split(run: list[Phoneme]) -> Iterator[list[Phoneme]]:
    """Halve a run that is too long at the mark nearest its middle, else between words, else between sounds."""
    if len(run) <= TOKEN_LIMIT:
        if any(phoneme.at != NOWHERE for phoneme in run):
            yield run
        return
    middle = len(run) // 2
    for is_end in (_after_mark, _after_space, _always):
        ends = [index for index in range(len(run) // 4, len(run) * 3 // 4) if is_end(run, index)]
        if ends:
            cut = min(ends, key=lambda index: abs(index - middle))
            break
    yield from split(run[:cut])
    yield from split(run[cut:])


def _after_mark(run: list[Phoneme], index: int) -> bool:
    return run[index - 1].symbol == " " and run[index - 2].symbol in MARKS


def _after_space(run: list[Phoneme], index: int) -> bool:
    return run[index - 1].symbol == " "


def _always(run: list[Phoneme], index: int) -> bool:
    return run[index].at != run[index - 1].at or index == len(run) // 2


def _ended(run: list[Phoneme]) -> list[Phoneme]:
    """Close a sentence without a mark with a full stop, which lets the voice fall."""
    return run if run[-1].symbol in _FINAL else [*run, Phoneme(symbol=".", at=NOWHERE)]


def _spoken(sentence: Sentence, readings: list[Reading]) -> Spoken:
    spoken = ""
    owners: list[int] = []
    places: list[Place] = []
    given: list[Given] = []
    position = 0
    for reading in [*readings, Reading(offset=len(sentence.text), length=0, spoken="")]:
        between = sentence.text[position : reading.offset]
        owners += [NOWHERE] * len(between)
        for word in _WORD.finditer(between):
            owners[len(spoken) + word.start() : len(spoken) + word.end()] = [len(places)] * len(word.group())
            places.append(Place(offset=sentence.offset + position + word.start(), length=len(word.group())))
        owners += [len(places)] * len(reading.spoken)
        places.append(Place(offset=sentence.offset + reading.offset, length=reading.length))
        spoken += between
        if reading.symbols:
            given.append(Given(start=len(spoken), end=len(spoken) + len(reading.spoken), symbols=reading.symbols))
        spoken += reading.spoken
        position = reading.offset + reading.length
    return Spoken(text=spoken, owners=tuple(owners), places=tuple(places), readings=tuple(readings), given=tuple(given))
