"""Variables in the words of a campaign: {{name}}, or {{name|colleague}} with a default for an unknown value."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.text.placeholders import SLOT_PATTERN

VARIABLE = re.compile(rf"\{{\{{\s*({SLOT_PATTERN})\s*(?:\|([^{{}}|]*))?\}}\}}")
BRACES = re.compile(r"\{\{|\}\}|\{\0|\0\}")  # \0 stands for a variable


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of a text; `default` is None where it has none."""

    name: str
    default: str | None = None


def variables_of(texts: Iterable[str]) -> Iterator[Variable]:
    """The variables of texts, in their order."""
    for text in texts:
        for match in VARIABLE.finditer(text):
            yield Variable(name=match[1], default=None if match[2] is None else match[2].strip())


def needed_in(texts: Iterable[str]) -> list[str]:
    """The names of variables that must have a value, because one of their places has no default."""
    return sorted({variable.name for variable in variables_of(texts) if not variable.default})


def has_stray_braces(text: str) -> bool:
    """Whether a text has “{{” or “}}” that belong to no variable, or a brace right before or behind one."""
    return BRACES.search(VARIABLE.sub("\0", text)) is not None


def without_default(text: str) -> str:
    """The text with {{name}} in the place of {{name|colleague}}, as video templates write it."""
    return VARIABLE.sub(lambda match: f"{{{{{match[1]}}}}}", text)


def name_variables(text: str, labels: Mapping[str, str]) -> str:
    """A text with the words for unknown values, or the labels of the facts, in the place of variables."""
    return VARIABLE.sub(lambda match: (match[2] or "").strip() or labels.get(match[1], match[1]), text)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its variables replaced, in one pass: braces in values stay as they are."""
    return VARIABLE.sub(lambda match: facts.get(match[1]) or (match[2] or "").strip(), text)
