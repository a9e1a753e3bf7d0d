"""A stack for tests that kill its parts; what counts is what the emulator's ledger says a person received."""

from tests.journeys.conftest import emulator, person, pytest_runtest_makereport, stack

__all__ = ["emulator", "person", "pytest_runtest_makereport", "stack"]
