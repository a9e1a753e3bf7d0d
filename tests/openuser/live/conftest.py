"""Fixtures: a web server for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.openuser.support.live_site import Site
from tests.support.emulator import answers, wait_for


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    site.thread.start()
    wait_for(lambda: answers(f"{site.origin}/healthz/live"), "the web server")
    yield site
    site.server.should_exit = True
    site.thread.join()
