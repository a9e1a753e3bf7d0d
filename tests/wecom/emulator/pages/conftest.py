"""One browser for the pages of the emulator, which is a process of its own: no test asks the database in this one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.support.chromium import launched


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser
