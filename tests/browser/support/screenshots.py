"""Screenshots of every admin page in both languages.

    python -m tests.browser.support.screenshots FOLDER [--dark] [--narrow]

It walks the sidebar: what comes later is found by itself. The stack is seeded, a member has asked for a video, and each
model has a row besides.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from openuser.servers import chromium
from tests.browser.support.chromium_flags import BROWSER_FLAGS
from tests.browser.support.windows import DESK, PASSWORD, PHONE, make_admin
from tests.support.paths import ROOT
from tests.support.stack import Stack

LANGUAGES = ("zh-hans", "en")
# Chromium takes pictures of at most 16,384 pixels.
TALLEST = 6000
# Lists that other pages lead to, but not the sidebar.
HIDDEN = ("/admin/conversations/state/", "/admin/conversations/flowversion/")
# Pages of a row besides its form, where it has them.
PARTS = ("delete/", "history/", "password/", "try_it/")
FILL = """
from django.contrib import admin
from avatars import characters
from tests.support import factories
from tests.support.model_rows import make_row
for model in admin.site._registry:
    make_row(model)
for human in factories.DigitalHuman.objects.filter(name__startswith="human-"):
    human.portrait.save("p.png", factories.ContentFile(characters.png("ran")))
"""


@dataclass(frozen=True, kw_only=True)
class Album:
    """A folder in which pictures get numbers in the order in which they were taken."""

    folder: Path
    numbers: Iterator[int]
    size: ViewportSize

    def take(self, page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        height = page.evaluate(
            "Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll"
            "('#main, #page, #content')].map(part => part.scrollHeight))"
        )
        page.set_viewport_size({"width": self.size["width"], "height": max(self.size["height"], min(height, TALLEST))})
        path = self.folder / f"{next(self.numbers):03d}-{name}.png"
        page.screenshot(path=path, animations="disabled")
        page.set_viewport_size(self.size)
        print(path, flush=True)


def fill(stack: Stack) -> None:
    """A member writes and gets a video, and every list has a row."""
    person = stack.emulator.hire()
    person.writes("你好")
    person.reads()
    person.writes("/video 欢迎来到我们公司。")
    person.reads(2, seconds=180)
    subprocess.run([sys.executable, "manage.py", "shell", "-c", FILL], env=stack.env, cwd=ROOT, check=True)


def log_in(browser: Browser, stack: Stack, size: ViewportSize, language: str, scheme: str) -> Page:
    context = browser.new_context(viewport=size, locale=language, timezone_id="Asia/Shanghai", color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "django_language", "value": language, "url": stack.url}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{stack.url}/admin/login/")
    return page


def walk(page: Page, stack: Stack, album: Album) -> None:
    """Every page that the sidebar leads to, and what each of them leads to."""
    album.take(page, "login")
    page.locator("#id_username").fill("boss")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{stack.url}/admin/")
    album.take(page, "home")
    for address in [*lists(page), *HIDDEN]:
        section(page, stack, album, address)
    page.goto(f"{stack.url}/admin/password_change/")
    album.take(page, "password")


def lists(page: Page) -> list[str]:
    links = page.locator("#nav-sidebar a[href^='/admin/'], aside a[href^='/admin/'], nav a[href^='/admin/']")
    found = links.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return sorted({link for link in found if re.fullmatch(r"/admin/\w+/\w+/", link)}, key=found.index)


def section(page: Page, stack: Stack, album: Album, address: str) -> None:
    """A list, without and with a search that finds nothing; its forms; and the pages of its newest row."""
    name = "-".join(address.strip("/").split("/")[1:])
    visit(page, stack, album, address, f"{name}-list")
    row = first(page, "#result_list tbody a[href*='/change/']")
    add = first(page, f"a[href^='{address}add/']")
    timeline = first(page, "#result_list a[href*='/timeline/']")
    if page.locator("#searchbar").count():
        visit(page, stack, album, f"{address}?q=nothing-like-this", f"{name}-nothing")
    if add:
        visit(page, stack, album, add, f"{name}-add")
    if row:
        visit(page, stack, album, row, f"{name}-row")
        dialogs(page, stack, album, row, name)
        base = row.partition("change/")[0]
        for part in PARTS:
            answer = page.request.get(stack.url + base + part)
            if answer.ok and answer.url.endswith(part):
                visit(page, stack, album, base + part, f"{name}-{part.strip('/')}")
    if timeline:
        visit(page, stack, album, timeline, f"{name}-timeline")


def visit(page: Page, stack: Stack, album: Album, address: str, name: str) -> None:
    page.goto(stack.url + address)
    album.take(page, name)


def dialogs(page: Page, stack: Stack, album: Album, row: str, name: str) -> None:
    """What the buttons of a row's page ask."""
    for index in range(page.locator("a[hx-get]").count()):
        page.goto(stack.url + row)
        button = page.locator("a[hx-get]").nth(index)
        if button.is_visible():
            button.click()
            page.locator("#dialog").wait_for()
            album.take(page, f"{name}-dialog-{index}")


def first(page: Page, selector: str) -> str:
    found = page.locator(selector)
    return (found.first.get_attribute("href") or "").partition("?")[0] if found.count() else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true", help="in the dark dress")
    parser.add_argument("--narrow", action="store_true", help="as wide as a phone")
    options = parser.parse_args()
    size = PHONE if options.narrow else DESK
    stack = Stack()
    try:
        stack.start()
        make_admin(stack)
        fill(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find_or_install(), args=BROWSER_FLAGS)
            for language in LANGUAGES:
                album = Album(folder=options.folder / language, numbers=count(1), size=size)
                page = log_in(browser, stack, size, language, "dark" if options.dark else "light")
                walk(page, stack, album)
    finally:
        stack.close()


if __name__ == "__main__":
    main()
