"""The words of a formula. Marks of a Chinese keyboard count like those of an English one."""

import re
from dataclasses import dataclass
from enum import StrEnum

from conversations.machine.formulas.errors import Fault, FormulaError
from core.text.placeholders import SLOT_PATTERN

MOST_CHARACTERS = 500
QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」"}
WIDE = str.maketrans("（）［］，＝！＜＞＋－＊／≠≤≥×÷", "()[],=!<>+-*/≠≤≥*/")
SAME = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
WORDS = ("and", "or", "not", "in", "true", "false")
# No alternative of this pattern can match the same characters in two ways, so it takes linear time.
TOKEN = re.compile(
    rf"(?P<number>\d{{1,12}}(?:\.\d{{1,6}})?(?![\w.]))"
    rf"|(?P<name>{SLOT_PATTERN}(?:\.{SLOT_PATTERN}){{0,3}})"
    r"|(?P<mark>==|<>|!=|<=|>=|[≠≤≥=<>+\-*/(),\[\]])"
)


class Kind(StrEnum):
    """The kind of a token."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    WORD = "word"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word of a formula; `at` counts from 1."""

    kind: Kind
    text: str
    at: int


def tokens(formula: str) -> list[Token]:
    """The tokens, with an `END` at the end. Raises `FormulaError`."""
    if not formula.strip():
        raise FormulaError(Fault.EMPTY, at=1)
    if len(formula) > MOST_CHARACTERS:
        raise FormulaError(Fault.TOO_LONG, at=MOST_CHARACTERS, word=str(MOST_CHARACTERS))
    read, place = list[Token](), 0
    while place < len(formula):
        if formula[place].isspace():
            place += 1
            continue
        token, place = _quoted(formula, place) if formula[place] in QUOTES else _bare(formula, place)
        read.append(token)
    return [*read, Token(kind=Kind.END, text="", at=len(formula) + 1)]


def _quoted(formula: str, place: int) -> tuple[Token, int]:
    """A text in quotes, which has no escapes: one that holds a quote stands in quotes of another kind."""
    end = formula.find(QUOTES[formula[place]], place + 1)
    if end < 0:
        raise FormulaError(Fault.OPEN_TEXT, at=place + 1, word=formula[place])
    return Token(kind=Kind.TEXT, text=formula[place + 1 : end], at=place + 1), end + 1


def _bare(formula: str, place: int) -> tuple[Token, int]:
    match = TOKEN.match(formula.translate(WIDE), place)
    if match is None:
        raise FormulaError(Fault.CHARACTER, at=place + 1, word=formula[place])
    text = match[0]
    kind = Kind(str(match.lastgroup))
    if kind == Kind.NAME and text in WORDS:
        kind = Kind.WORD
    return Token(kind=kind, text=SAME.get(text, text), at=place + 1), match.end()
