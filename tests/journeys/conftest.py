"""One stack for all journeys; each test has a member of its own."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.support.emulator import Emulator, Person
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    stack = Stack(settings.RUN_FOLDER)
    try:
        yield stack.start()
    finally:
        stack.close()


@pytest.fixture
def emulator(stack: Stack) -> Emulator:
    """With no faults left from another test."""
    stack.emulator.api("DELETE", "faults")
    return stack.emulator


@pytest.fixture
def person(emulator: Emulator) -> Person:
    return emulator.hire()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failing journey shows what the processes said."""
    report = yield
    stack = item.funcargs.get("stack") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and stack is not None:
        for name in stack.parts:
            report.sections.append((f"log of {name}", stack.log(name)[-4000:]))
    return report
