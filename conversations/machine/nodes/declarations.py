"""The declaration of a kind of step: its look, its fields and its faults, as plain values.

Words are English and for `gettext` at the edges: this package imports no framework.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


def gettext_noop(words: str) -> str:
    """Mark words for `makemessages`."""
    return words


class Shape(StrEnum):
    """The outline of a box: kinds that decide have points at their sides, kinds that end or wait are round."""

    BOX = "box"
    POINTED = "pointed"
    ROUND = "round"
    SQUARE = "square"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The look of a kind: its colour on light and on dark, and the lines and areas in its circle of 24 by 24.

    `glyph` is drawn with a pen, `solid` is filled; both are data of an SVG path.
    """

    light: str
    dark: str
    glyph: str = ""
    solid: str = ""
    shape: Shape = Shape.BOX


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of a step. `words` get the `values` once they are translated."""

    code: str
    words: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_error: bool = True


class Holds(StrEnum):
    """The type of a field that a kind of step declares."""

    LINES = "lines"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field of the form of a step. `only` has the values of other fields beside which it is shown.

    A field that the row has not yet says what it `holds`, its name in `words`, and what to know `about` it.
    """

    name: str
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holds: Holds | None = None
    words: str = ""
    about: str = ""


def named(words: str, read: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """The metadata of a field of a node: its name in differences, and the function that reads its plain values."""
    return {"words": words, **({"read": read} if read else {})}
