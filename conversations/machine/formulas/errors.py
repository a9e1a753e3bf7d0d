"""The error of a formula, and its place."""

from enum import StrEnum


class Fault(StrEnum):
    """A kind of fault."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    CHARACTER = "character"
    OPEN_TEXT = "open_text"
    OPEN_BRACKET = "open_bracket"
    UNEXPECTED = "unexpected"
    ENDS_EARLY = "ends_early"
    FUNCTION = "function"
    ARGUMENTS = "arguments"
    NAME = "name"


class FormulaError(ValueError):
    """A formula cannot be read: `at` counts characters from 1, `word` stands there, `instead` a better word."""

    def __init__(self, fault: Fault, *, at: int, word: str = "", instead: str = "") -> None:
        super().__init__(f"{fault.value} at {at}: {word}")
        self.fault, self.at, self.word, self.instead = fault, at, word, instead
