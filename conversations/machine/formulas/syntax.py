"""A formula that was read, as a tree of values."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Literal:
    """A number, a text, true or false."""

    value: Decimal | str | bool


@dataclass(frozen=True, kw_only=True)
class Name:
    """An answer like `days`, its label, or a fact like `member.city`."""

    name: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Values:
    """Several values in brackets, for `in`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operator with its two sides; `not` and a minus sign have one."""

    operator: str
    sides: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple["Expression", ...]


Expression: TypeAlias = Literal | Name | Values | Operation | Call


def names(expression: Expression) -> Iterator[Name]:
    """All names in it, from left to right."""
    match expression:
        case Name():
            yield expression
        case Values(items=parts) | Operation(sides=parts) | Call(arguments=parts):
            for part in parts:
                yield from names(part)


def calls(expression: Expression) -> Iterator[str]:
    """All functions that it calls."""
    match expression:
        case Call(function=function, arguments=parts):
            yield function
            for part in parts:
                yield from calls(part)
        case Values(items=parts) | Operation(sides=parts):
            for part in parts:
                yield from calls(part)
