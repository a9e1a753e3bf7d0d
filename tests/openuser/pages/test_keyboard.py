"""The admin without a mouse: where the keys lead, and what a screen reader says."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.openuser.support.chromium_pages import Site, in_browser, opened, session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server) -> Site:
    return Site(url=live_server.url, boss=session_of(User.objects.create_superuser("boss")))


def test_the_first_tab_leads_past_the_sidebar(site: Site):
    def look(browser: Browser) -> tuple[str, bool]:
        page = opened(browser, site, site.boss, locale="en")
        # A page without a form: in one for a new row Django puts the caret into the first field, sooner or later.
        page.goto(site.url + reverse("admin:conversations_answer_changelist"), wait_until="networkidle")
        page.evaluate("getSelection().collapse(document.body, 0)")  # the tab's own beginning, whatever a script did
        page.keyboard.press("Tab")
        words = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('#content').contains(document.activeElement)")
        return words, inside

    assert in_browser(look) == ("Skip to main content", True)


def test_links_are_announced_without_the_names_of_icons(site: Site):
    """Else a screen reader says “account_tree Flows”."""

    def look(browser: Browser) -> list[str]:
        page = opened(browser, site, site.boss, locale="en")
        page.goto(site.url + reverse("admin:conversations_answer_changelist"))
        expect(page.get_by_role("button", name="Sidebar")).to_have_count(1)
        links = ("Overview", "Flows", "Operators' desk", "Import YAML")
        return [name for name in links if page.get_by_role("link", name=name, exact=True).count() == 1]

    assert in_browser(look) == ["Overview", "Flows", "Operators' desk", "Import YAML"]


def test_the_sidebar_of_a_phone_and_its_menu_open_by_the_keyboard(site: Site):
    def look(browser: Browser) -> None:
        page = opened(browser, site, site.boss, locale="en")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(site.url + reverse("admin:conversations_answer_changelist"))
        flows, button = page.get_by_role("link", name="Flows", exact=True), page.get_by_role("button", name="Sidebar")
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(flows).to_be_hidden()
        button.press("Enter")
        expect(flows).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        page.locator("[aria-controls=account-menu]").press("Enter")
        page.get_by_role("button", name="Dark", exact=True).press("Enter")
        expect(page.locator("html")).to_have_class(re.compile("dark"))
        page.get_by_role("button", name="Dark", exact=True).press("Escape")
        expect(page.get_by_role("button", name="Log out")).to_be_hidden()
        page.get_by_role("button", name="Close", exact=True).press("Enter")
        expect(flows).to_be_hidden()

    in_browser(look)
