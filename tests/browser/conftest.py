"""Headless Chromium before a running stack: the phone and the admin."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.support.chromium import launched
from tests.browser.support.windows import DESK, PHONE, make_admin, opened, sign_in
from tests.support.stack import SMALL_ENGINES, Stack


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with Stack.running(settings.RUN_FOLDER, settings=SMALL_ENGINES) as stack:
        make_admin(stack)
        yield stack


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all files: none asks the database in this process, which a running browser forbids."""
    with launched() as browser:
        yield browser


@pytest.fixture
def phone_page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window of the size of a phone, for `chat.open_chat`."""
    yield from opened(browser, stack, PHONE)


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window on the admin, signed in."""
    for page in opened(browser, stack, DESK):
        sign_in(page, stack)
        yield page


@pytest.fixture
def picture(request: pytest.FixtureRequest):
    """Keeps a screenshot in the folder of OPENUSER_SCREENSHOTS, if that is set."""
    folder = os.environ.get("OPENUSER_SCREENSHOTS", "")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            test = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=Path(folder) / f"{test}-{name}.png", animations="disabled")

    return take
