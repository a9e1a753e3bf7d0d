"""The readings for a script: of the lexicon's words, and of the names in it.

Names come from sources that the apps above register, and from templates. A Chinese name needs one if its surname has a
reading of its own, and any name if its owner wrote down a reading.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from avatars.models import LexiconEntry
from avatars.speech.text.pronunciations import Form, Pronunciation, form_of
from avatars.speech.text.script import HAN, clean
from avatars.speech.text.surnames import LONGEST_NAME, surname_reading
from core.text.member_names import chinese_name

# Returns the names of real people among possible names, each with its pinyin, "" where none is known. Names of the
# second collection are also looked for beside notes: 曾丽（人事）.
NameSource = Callable[[Collection[str], Collection[str]], Mapping[str, str]]
_SOURCES: list[NameSource] = []
_RUN = re.compile(f"[{HAN}]+")


def register_names(source: NameSource) -> None:
    if source not in _SOURCES:
        _SOURCES.append(source)


def said_in(text: str, *, names: Iterable[str] = ()) -> tuple[Pronunciation, ...]:
    """The pronunciations of a script, for the engines. The lexicon comes before names, of which `names` are some."""
    own = LexiconEntry.objects.said_in(text)
    known = {entry.token for entry in own}
    return (*own, *(entry for entry in _names_in(clean(text), names) if entry.token not in known))


def _names_in(text: str, names: Iterable[str]) -> Iterator[Pronunciation]:
    names_of = dict.fromkeys((chinese_name(name) for name in names if name in text), "")
    possible = set(_possible(text))
    unusual = {name for name in possible if surname_reading(name)}
    for source in _SOURCES if possible else ():
        names_of |= source(possible, unusual)
    for name, pinyin in sorted(names_of.items()):
        reading = pinyin if form_of(pinyin) is Form.PINYIN else surname_reading(name)
        if reading:
            yield Pronunciation(token=name, reading=reading)


def _possible(text: str) -> Iterator[str]:
    """Every part that could be a whole Chinese name."""
    for run in _RUN.findall(text):
        for size in range(2, LONGEST_NAME + 1):
            yield from (run[start : start + size] for start in range(len(run) - size + 1))
