"""A script cut into what is spoken in one run of the network, every phoneme knowing the author's word it reads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from avatars.speech.g2p import MARKS, NOWHERE, Phoneme, phonemes
from avatars.speech.kokoro.model import TOKEN_LIMIT
from avatars.speech.normalise import Normaliser, Reading
from avatars.speech.script import HAN, LATIN, Sentence, clean, sentences

SENTENCE_PAUSE = 0.3
CLAUSE_PAUSE = 0.12
_FINAL = frozenset(".!?…:;,—”)")
_WORD = re.compile(rf"[{HAN}]|[{LATIN}]+(?:['\-][{LATIN}]+)*")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A word, character or number group of the author's text."""

    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Utterable:
    """One run: `phonemes` point into `places` by index or are `NOWHERE`; `pause` is the silence after it in seconds."""

    phonemes: tuple[Phoneme, ...]
    places: tuple[Place, ...]
    pause: float


def plan(text: str, normaliser: Normaliser, knows: Callable[[str], bool]) -> list[Utterable]:
    """Return the runs for `text`, each of 1 to `TOKEN_LIMIT` phonemes that the network `knows`; empty if none."""
    runs: list[Utterable] = []
    for sentence in sentences(clean(text)):
        spoken, owners, places = as_spoken(sentence, normaliser.readings(sentence.text, sentence.language))
        found = [
            replace(phoneme, at=owners[phoneme.at] if phoneme.at != NOWHERE else NOWHERE)
            for phoneme in phonemes(spoken, sentence.language)
            if knows(phoneme.symbol)
        ]
        if all(phoneme.at == NOWHERE for phoneme in found):
            continue
        parts = list(split(_ended(found)))
        runs += [
            Utterable(
                phonemes=tuple(part),
                places=places,
                pause=CLAUSE_PAUSE if index + 1 < len(parts) else SENTENCE_PAUSE,
            )
            for index, part in enumerate(parts)
        ]
    return runs


def split(found: list[Phoneme]) -> Iterator[list[Phoneme]]:
    """Halve what is too long at the mark nearest its middle, else between words, else between sounds."""
    if len(found) <= TOKEN_LIMIT:
        if any(phoneme.at != NOWHERE for phoneme in found):
            yield found
        return
    middle = len(found) // 2
    for is_end in (_after_mark, _after_space, _always):
        ends = [index for index in range(len(found) // 4, len(found) * 3 // 4) if is_end(found, index)]
        if ends:
            cut = min(ends, key=lambda index: abs(index - middle))
            break
    yield from split(found[:cut])
    yield from split(found[cut:])


def _after_mark(found: list[Phoneme], index: int) -> bool:
    return found[index - 1].symbol == " " and found[index - 2].symbol in MARKS


def _after_space(found: list[Phoneme], index: int) -> bool:
    return found[index - 1].symbol == " "


def _always(found: list[Phoneme], index: int) -> bool:
    return found[index].at != found[index - 1].at or index == len(found) // 2


def _ended(found: list[Phoneme]) -> list[Phoneme]:
    """Close a sentence without a mark with a full stop, which lets the voice fall."""
    return found if found[-1].symbol in _FINAL else [*found, Phoneme(symbol=".", at=NOWHERE)]


def as_spoken(sentence: Sentence, readings: list[Reading]) -> tuple[str, list[int], tuple[Place, ...]]:
    """Return the words as spoken, per character the index of its place (or `NOWHERE`), and the places."""
    spoken = ""
    owners: list[int] = []
    places: list[Place] = []
    position = 0
    for reading in [*readings, Reading(offset=len(sentence.text), length=0, spoken="")]:
        between = sentence.text[position : reading.offset]
        owners += [NOWHERE] * len(between)
        for word in _WORD.finditer(between):
            owners[len(spoken) + word.start() : len(spoken) + word.end()] = [len(places)] * len(word.group())
            places.append(Place(offset=sentence.offset + position + word.start(), length=len(word.group())))
        owners += [len(places)] * len(reading.spoken)
        places.append(Place(offset=sentence.offset + reading.offset, length=reading.length))
        spoken += between + reading.spoken
        position = reading.offset + reading.length
    return spoken, owners, tuple(places)
