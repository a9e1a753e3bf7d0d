"""Ready files that come with the product: their purpose, and the gaps to fill in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One of them. Title, purpose and `left`, which only the company knows, are in the reader's language."""

    key: str
    title: Any
    purpose: Any
    left: Any
    icon: str


def ready_of(known: Iterable[Ready], key: str) -> Ready | None:
    """The one of this key."""
    return next((ready for ready in known if ready.key == key), None)
