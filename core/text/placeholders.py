"""Placeholders {{name}}, {{name.label}}, {{member.city}} in the texts of flows and video templates. Pure.

{{name|colleague}} has a default for a slot without a value.
"""

import re
from collections.abc import Iterator, Mapping

from core.text.slot_values import Slot

SLOT_PATTERN = r"[a-z\u3400-\u9fff][a-z0-9_\u3400-\u9fff]*"
MEMBER = "member."
FACT_PATTERN = rf"{re.escape(MEMBER)}(?:facts\.)?[a-z][a-z0-9_]*"
PLACEHOLDER = re.compile(rf"\{{\{{\s*({FACT_PATTERN}|{SLOT_PATTERN})(\.label)?\s*(?:\|([^{{}}|]*))?\}}\}}")
BRACES = re.compile(r"\{\{|\}\}")


def placeholder_names(text: str) -> Iterator[str]:
    """The names of a text's placeholders: of slots, and of facts of the member as `member.city`."""
    return (match[1] for match in PLACEHOLDER.finditer(text))


def needed_names(text: str) -> Iterator[str]:
    """The names of those placeholders that have no default."""
    return (match[1] for match in PLACEHOLDER.finditer(text) if not (match[3] or "").strip())


def split_at_placeholders(text: str) -> list[str]:
    """The parts of a text before, between and after its placeholders."""
    return PLACEHOLDER.sub("\0", text).split("\0")


def has_stray_braces(text: str) -> bool:
    """Whether a text has “{{” or “}}” outside of a placeholder."""
    return BRACES.search("".join(split_at_placeholders(text))) is not None


def parse_values(lines: str) -> dict[str, str]:
    """Values from lines such as `name = value`; the last line of a name counts."""
    pairs = (line.partition("=") for line in lines.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def value_lines(values: Mapping[str, str]) -> str:
    """Values as lines that `parse_values` reads."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def fill_placeholders(text: str, values: Mapping[str, str], slots: Mapping[str, Slot], *, language: str = "") -> str:
    """The text with its placeholders replaced, in one pass: placeholders in values are not replaced.

    A slot without a value becomes the placeholder's default, or empty; `.label` becomes the label of a choice, a moment
    written in this language, or the entry `name.label` of `values`.
    """

    def value(match: re.Match[str]) -> str:
        kept = values.get(match[1], "")
        if not kept.strip():
            return (match[3] or "").strip()
        if match[2] and f"{match[1]}.label" in values:
            return values[f"{match[1]}.label"]
        slot = slots.get(match[1]) if match[2] else None
        return slot.label(kept, language=language) if slot else kept

    return PLACEHOLDER.sub(value, text)
