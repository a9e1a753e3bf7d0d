"""One stack for all journeys; each test has its own member.

Small engines make its videos in a fraction of the time. Real ones make those of test_production,
which has a stack of its own, and with TEST_ENGINES=real, as `manage.py test --thorough` sets it, all of them.
"""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.support.emulator import Emulator, Person
from tests.support.stack import SETTINGS, SMALL_ENGINES, Stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    engines = SETTINGS if os.environ.get("TEST_ENGINES") == "real" else SMALL_ENGINES
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
