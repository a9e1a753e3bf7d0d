"""One stack for all journeys; each test has its own member.

Its videos are made by the real engines. On PostgreSQL, where the same journeys go once more with `--both`, small ones
make them in a fraction of the time.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from tests.support.emulator import Emulator, Person
from tests.support.stack import SETTINGS, SMALL_ENGINES, Stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    engines = SMALL_ENGINES if connection.vendor == "postgresql" else SETTINGS
    with Stack.running(settings.RUN_FOLDER, settings=engines) as stack:
        yield stack


@pytest.fixture
def emulator(stack: Stack) -> Emulator:
    """The stack's emulator, without the faults of another test."""
    stack.emulator.api("DELETE", "faults")
    return stack.emulator


@pytest.fixture
def known(person: Person) -> Person:
    """A member who is known here, because they wrote: once the directory was read, an unknown user ID is refused."""
    person.writes("在吗")
    person.reads()
    return person
