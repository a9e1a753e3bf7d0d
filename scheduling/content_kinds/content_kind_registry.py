"""The kinds of content by name. The modules of this folder register them."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from scheduling import content_kinds
from scheduling.content_kinds.content_kind import ContentKind

KINDS: dict[str, ContentKind] = {}
KindOfContent = TypeVar("KindOfContent", bound=type[ContentKind])


def register(kind: KindOfContent) -> KindOfContent:
    """Make a kind known under its name."""
    KINDS[kind.name] = kind()
    return kind


def kinds() -> list[ContentKind]:
    """All kinds, in the order of lists."""
    _find()
    return sorted(KINDS.values(), key=lambda kind: kind.order)


def kind_named(name: str) -> ContentKind:
    """The kind with this name. Raises `ValueError` if there is none."""
    _find()
    if name not in KINDS:
        raise ValueError(f"There is no kind of content “{name}”.")
    return KINDS[name]


@cache
def _find() -> None:
    for module in iter_modules(content_kinds.__path__, f"{content_kinds.__name__}."):
        import_module(module.name)
