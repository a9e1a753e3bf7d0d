"""Headless Chromium before a running stack: the phone, the admin, and what neither may do."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

from tests.support.emulator import ROOT
from tests.support.stack import Stack

PASSWORD = "browser-password-1"
PHONE: ViewportSize = {"width": 375, "height": 812}
DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    stack = Stack(settings.RUN_FOLDER)
    try:
        stack.start()
        make_admin(stack)
        yield stack
    finally:
        stack.close()


def make_admin(stack: Stack) -> None:
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username", "boss", "--email", "a@b.cn"]
    env = {**stack.env, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Watched:
    """A window whose errors and requests are noted."""

    def __init__(self, context: BrowserContext, stack: Stack) -> None:
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self._known = (stack.url, stack.emulator.url, "data:", "blob:")
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self._known):
            self.strangers.append(request.url)


def opened(browser: Browser, stack: Stack, size: ViewportSize, *, locale: str = "zh-CN") -> Iterator[Page]:
    context = browser.new_context(viewport=size, locale=locale, timezone_id="Asia/Shanghai")
    watched = Watched(context, stack)
    yield watched.page
    context.close()
    assert watched.errors == []
    assert watched.strangers == []


@pytest.fixture
def phone_page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The phone's list of members, at the size of a phone."""
    for page in opened(browser, stack, PHONE):
        page.goto(f"{stack.emulator.url}/emulator/")
        yield page


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The admin's home, logged in."""
    for page in opened(browser, stack, DESK):
        sign_in(page, stack)
        yield page


def sign_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/admin/login/")
    page.locator("#id_username").fill("boss")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{stack.url}/admin/")


@pytest.fixture
def picture(request: pytest.FixtureRequest):
    """Keeps a screenshot under OPENUSER_SCREENSHOTS, where somebody asked for them."""
    folder = os.environ.get("OPENUSER_SCREENSHOTS", "")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            test = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=Path(folder) / f"{test}-{name}.png", animations="disabled")

    return take


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failing test shows what the processes said."""
    report = yield
    stack = item.funcargs.get("stack") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and stack is not None:
        for name in stack.parts:
            report.sections.append((f"log of {name}", stack.log(name)[-4000:]))
    return report
