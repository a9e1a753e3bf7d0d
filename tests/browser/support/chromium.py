"""Headless Chromium, driven from this thread: meanwhile no other starts here, and the database cannot be asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from openuser.servers import chromium
from tests.browser.support.chromium_flags import BROWSER_FLAGS


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_or_install(), args=BROWSER_FLAGS)
        yield browser
        browser.close()
