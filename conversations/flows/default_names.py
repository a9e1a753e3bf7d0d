"""Names that a step gets when its writer leaves them empty."""

import re
import unicodedata

from conversations.flows.succession import free_name

KEY_LENGTH = 36
ANSWER_LENGTH = 20
NAME_LENGTH = 20
ODD_IN_KEYS = re.compile(r"[^a-z0-9_]+")
ODD_IN_ANSWERS = re.compile(r"[^a-z0-9_\u3400-\u9fff]+")


def step_name(text: str, otherwise: str) -> str:
    """The beginning of the step's text, without the punctuation at the end."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    short = first if len(first) <= NAME_LENGTH else f"{first[: NAME_LENGTH - 1].rstrip()}…"
    return short.rstrip("?？!！.。:：,， ") or otherwise


def step_key(name: str, kind: str, taken: set[str]) -> str:
    """A free key: from the name if that has Latin letters, else from the kind and a number."""
    stem = _folded(name, ODD_IN_KEYS)[:KEY_LENGTH].rstrip("_")
    return free_name(stem, taken) if stem else free_name(kind or "step", {*taken, kind or "step"})


def answer_name(name: str, text: str, taken: set[str]) -> str:
    """A free name for an answer, from the name of the step or else from its question."""
    stem = _folded(name, ODD_IN_ANSWERS) or _folded(text, ODD_IN_ANSWERS)
    return free_name(stem[:ANSWER_LENGTH].rstrip("_") or "answer", taken)


def _folded(words: str, odd: re.Pattern[str]) -> str:
    folded = unicodedata.normalize("NFKC", words).lower()
    return odd.sub("_", folded).strip("_").lstrip("0123456789_")
