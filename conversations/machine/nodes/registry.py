"""The kinds of steps by name. Each module of `kinds` registers one; an app registers its own when it is ready."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from conversations.machine.nodes.node import Node

KINDS: dict[str, type[Node]] = {}
FOLLOWERS: list[Callable[[type[Node]], object]] = []
KindOfNode = TypeVar("KindOfNode", bound=type[Node])


def register(node_class: KindOfNode) -> KindOfNode:
    """Make a kind known under its name."""
    KINDS[node_class.kind] = node_class
    for follow in FOLLOWERS:
        follow(node_class)
    return node_class


def each_kind(follow: Callable[[type[Node]], object]) -> None:
    """Call this with every kind: with those that are known now, and with later ones when they are registered."""
    for kind in kinds():
        follow(kind)
    FOLLOWERS.append(follow)


def kinds() -> list[type[Node]]:
    """All kinds, in the order of lists."""
    _find()
    return sorted(KINDS.values(), key=lambda one: one.order)


def kind_named(name: str) -> type[Node]:
    """The kind with this name. Raises `ValueError` if there is none."""
    _find()
    if name not in KINDS:
        raise ValueError(f"There is no kind of step “{name}”.")
    return KINDS[name]


def new_node(kind: str, **fields: Any) -> Node:
    """A step of the kind with this name."""
    return kind_named(kind)(**fields)


def usual_kind() -> type[Node]:
    """The kind of a new step: the first one of lists."""
    return kinds()[0]


def ending_kind() -> type[Node]:
    """The kind that ends a flow."""
    return next(one for one in kinds() if not one.leads_on)


def kinds_with(column: str) -> list[str]:
    """The names of the kinds whose form has this field of the row."""
    return [one.kind for one in kinds() if any(column == own.name for own in one.columns())]


def asks(name: str) -> bool:
    """Whether a step of this kind waits for an answer; False for a kind that is not known."""
    _find()
    return name in KINDS and KINDS[name].asks


def has_answer(name: str) -> bool:
    """Whether a step of this kind keeps an answer under a name; False for a kind that is not known."""
    _find()
    return name in KINDS and KINDS[name].keeps


@cache
def _find() -> None:
    package = import_module("conversations.machine.kinds")
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
