"""{{name}} and {{name.label}} in texts that people write: what flows and video templates put in their places. Pure."""

import re
from collections.abc import Iterator, Mapping

from core.text.slot_values import Slot

PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)(\.label)?\s*\}\}")
BRACES = re.compile(r"\{\{|\}\}")


def placeholders(text: str) -> Iterator[str]:
    """The names of the slots that a text shows."""
    return (found[1] for found in PLACEHOLDER.finditer(text))


def apart(text: str) -> list[str]:
    """What stands before, between and after the placeholders."""
    return PLACEHOLDER.sub("\0", text).split("\0")


def has_stray_braces(text: str) -> bool:
    """Whether somebody would see “{{” or “}}”, which stand around no name."""
    return BRACES.search("".join(apart(text))) is not None


def parse_values(lines: str) -> dict[str, str]:
    """Values from lines like `name = value`; of a name that comes twice the last counts."""
    pairs = (line.partition("=") for line in lines.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def value_lines(values: Mapping[str, str]) -> str:
    """Values as lines that `parse_values` reads."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def filled(text: str, values: Mapping[str, str], slots: Mapping[str, Slot]) -> str:
    """The text with its placeholders replaced, once: what people wrote is never read as a placeholder.

    A slot without a value leaves nothing; `.label` are the words of a choice.
    """

    def value(found: re.Match[str]) -> str:
        kept = values.get(found[1], "")
        slot = slots.get(found[1]) if found[2] else None
        return slot.label(kept) if slot else kept

    return PLACEHOLDER.sub(value, text)
