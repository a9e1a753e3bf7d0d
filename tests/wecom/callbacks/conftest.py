"""The stage of handlers of other apps."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support import factories
from wecom.callbacks.router import router


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture
def register() -> Iterator[Callable[..., None]]:
    """Registers handlers of other apps, and forgets them."""
    registered: list[Any] = []

    def add(decorator: Any, handler: Any) -> None:
        registered.append(decorator(handler))

    yield add
    for handler in registered:
        router.remove(handler)
