"""Browser windows whose errors and foreign requests fail the test, and the sign-in to the admin."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

from tests.support.stack import Stack

PASSWORD = "browser-password-1"
ADMIN = f"""
from django.contrib.auth.models import User
User.objects.create_superuser("boss", "a@b.cn", "{PASSWORD}")
"""


SESSIONS: dict[str, Any] = {}


PHONE: ViewportSize = {"width": 375, "height": 812}


DESK: ViewportSize = {"width": 1280, "height": 900}


def make_admin(stack: Stack) -> None:
    stack.manage("shell", "-c", ADMIN)


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
    assert watched.errors == [], watched.errors
    assert watched.strangers == [], watched.strangers


def sign_in(page: Page, stack: Stack) -> None:
    """Be the superuser. The first of a stack fills in the form, the others share its session and open no page yet."""
    if stack.url in SESSIONS:
        page.context.add_cookies(SESSIONS[stack.url])
        return
    page.goto(f"{stack.url}/admin/login/")
    page.locator("#id_username").fill("boss")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{stack.url}/admin/")
    SESSIONS[stack.url] = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
