"""How alike a question and a wording sound: toneless pinyin, for questions in pinyin and with homophones. Pure."""

from functools import lru_cache
from itertools import pairwise

from conversations.knowledge.likeness import FILLERS, RUN, folded

NEAR = 0.5  # share of the wording's pairs of syllables, and of the question's letters, that must be shared
SHORTEST = 4  # letters of a pair that says something: "ni a" stands in many words of other languages
FILLER_SOUNDS = frozenset({"zenme", "zen", "me", "shenme", "shen", "qingwen", "wo", "xiang", "yao", "you", "duoshao"})
KEPT = 20_000  # wordings whose pairs are kept
CHARACTERS = 8_000  # characters whose syllables are kept


def likeness(asked: str, wording: str) -> float:
    """From 0 to 1; 0 unless most of the question sounds like a part of the wording."""
    letters, pairs = _letters(asked), _pairs(wording)
    shared = [pair for pair in pairs if any(sound in letters for sound in pair)]
    if not shared:
        return 0.0
    heard = set[int]()
    for sound in frozenset().union(*shared):
        if (at := letters.find(sound)) >= 0:
            heard.update(range(at, at + len(sound)))
    theirs, ours = len(shared) / len(pairs), len(heard) / len(letters)
    return (theirs + ours) / 2 if min(theirs, ours) >= NEAR else 0.0


@lru_cache(maxsize=KEPT)
def _pairs(wording: str) -> tuple[frozenset[str], ...]:
    """The neighbouring characters of a wording without fillers, each pair with all the ways to say it."""
    pairs = (pair for part in _chinese(wording) for pair in pairwise(part))
    ways = (frozenset(one + two for one in _syllables(first) for two in _syllables(second)) for first, second in pairs)
    return tuple(way for way in ways if min(map(len, way)) >= SHORTEST)


@lru_cache(maxsize=16)
def _letters(asked: str) -> str:
    """A question as its letters: Chinese without fillers by its sound, other words as they are written."""
    runs = [run for run in RUN.findall(folded(asked)) if run not in FILLER_SOUNDS]
    return "".join(_sound(run) if run[0] >= "\u2e80" else run for run in runs)


def _chinese(text: str) -> list[str]:
    runs = (run for run in RUN.findall(folded(text)) if run[0] >= "\u2e80")
    return [part for run in runs for part in FILLERS.sub(" ", run).split()]


def _sound(run: str) -> str:
    return "".join(next(iter(_syllables(character))) for part in _chinese(run) for character in part)


@lru_cache(maxsize=CHARACTERS)
def _syllables(character: str) -> tuple[str, ...]:
    """The ways to say a character, the usual one first."""
    from pypinyin import Style, pinyin  # its tables cost memory, and only a question without an answer needs them

    return tuple(pinyin(character, style=Style.NORMAL, heteronym=True)[0])
