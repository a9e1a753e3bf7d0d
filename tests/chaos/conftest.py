"""A stack for tests that kill its parts; the emulator's ledger says what a member received."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.support.emulator import Emulator
from tests.support.stack import SMALL_ENGINES, Stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    # What a dead process leaves is found by a sweep: here tests wait for it.
    with Stack.running(settings.RUN_FOLDER, settings=SMALL_ENGINES, sweep_seconds=2) as stack:
        yield stack


@pytest.fixture
def emulator(stack: Stack) -> Emulator:
    """The stack's emulator, without the faults of another test."""
    stack.emulator.api("DELETE", "faults")
    return stack.emulator
