"""Constants of the renderer have a word: their unit, and why they have this value."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "avatars").rglob("*.py") if "migrations" not in path.parts)


def unexplained(source: str) -> list[str]:
    """Names of the numeric constants of a module that no comment and no docstring explains.

    A comment counts on a line of the constant and right above it, one that ends with a colon for all lines up to the
    next blank one; a docstring counts right below.
    """
    lines, body = source.splitlines(), ast.parse(source).body
    following: list[ast.stmt | None] = [*body, None][1:]
    return [
        name
        for statement, after in zip(body, following, strict=True)
        for name in _constants(statement)
        if not _has_comment(statement, lines) and not _has_docstring(statement, after)
    ]


def _constants(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return
    if _is_numeric(value) or (isinstance(value, ast.Call) and _takes_numbers(value)):
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(part, ast.Name) and part.id.isupper():
                    yield part.id


def _is_numeric(value: ast.expr | None) -> bool:
    """Numbers, and tuples, lists, sets and dictionaries of numbers."""
    match value:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int() | float()):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_numeric(operand)
        case ast.BinOp(left=left, right=right):
            return _is_numeric(left) or _is_numeric(right)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            return any(map(_is_numeric, parts))
    return False


def _takes_numbers(call: ast.Call) -> bool:
    return any(map(_is_numeric, (*call.args, *(keyword.value for keyword in call.keywords))))


def _has_comment(statement: ast.stmt, lines: list[str]) -> bool:
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    if any("#" in line for line in lines[first:last]) or _is_comment(lines[first - 1]):
        return True
    for line in reversed(lines[:first]):
        if not line.strip() or _is_comment(line):
            return _is_comment(line) and line.endswith(":")
    return False


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _has_docstring(statement: ast.stmt, after: ast.stmt | None) -> bool:
    return (
        isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
        and after.lineno == (statement.end_lineno or 0) + 1
    )


def test_each_constant_of_the_renderer_has_unit_and_reason() -> None:
    bare = {str(path.relative_to(ROOT)): names for path in MODULES if (names := unexplained(path.read_text()))}
    assert bare == {}, "Say the unit of each, and why it has this value, in a comment beside it."


def test_the_renderer_is_read_whole() -> None:
    count = sum(len(list(_constants(row))) for path in MODULES for row in ast.parse(path.read_text()).body)
    assert count > 900


@pytest.mark.parametrize(
    "bare",
    [
        "LEAD = 0.045",
        "LEAD: float = -0.045",
        "_SHORTEST = round(0.03 * RATE)",
        "LOUDNESS, PEAK = -16.0, -1.5",
        "POINTS = ((1, 2), (3, 4))",
        "SHARES = {'zh': 0.15}",
        "SHAPE = Viseme(jaw=0.2)",
        "FIRST = 1  # Hertz\nLEAD = 2",
        "# Of the eye distance.\nFIRST = 1\nLEAD = 2",
        "# Of the eye distance:\nFIRST = 1\n\nLEAD = 2",
        'LEAD = 1\n\n"""Seconds."""',
    ],
)
def test_a_constant_without_a_word_is_caught(bare: str) -> None:
    assert len(unexplained(bare)) >= 1


@pytest.mark.parametrize(
    "explained",
    [
        "LEAD = 0.045  # seconds",
        "# Seconds.\nLEAD = 0.045",
        'LEAD = 0.045\n"""Seconds."""',
        "# Of the eye distance:\nFIRST = 1\nLEAD = 2",
        "NAME = 'kokoro'",
        "IS_ON = True",
        "lead = 1",
    ],
)
def test_a_constant_with_a_word_passes(explained: str) -> None:
    assert unexplained(explained) == []
