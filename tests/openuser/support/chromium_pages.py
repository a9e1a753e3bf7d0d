"""Pages of Django's live server in Chromium, as seen by an account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from openuser.servers import chromium
from tests.browser.support.chromium_flags import BROWSER_FLAGS

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site with rows: its address, its pages by path, and the sessions of those who look at them."""

    url: str
    boss: str
    guest: str = ""
    paths: list[str] = field(default_factory=list)


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def in_browser(look: Callable[[Browser], Found]) -> Found:
    """What is seen in headless Chromium, driven by a thread of its own: its event loop would keep Django from rows."""

    def drive() -> Found:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find_or_install(), args=BROWSER_FLAGS)
            try:
                return look(browser)
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(drive).result()


def opened(browser: Browser, site: Site, session: str, **options: Any) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    return context.new_page()
