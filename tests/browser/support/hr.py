"""HR at work in the admin: accounts with their roles, signing in, and pressing the buttons of a life."""

from collections.abc import Collection, Mapping

from playwright.sync_api import Locator, Page

from tests.browser.support.hands import Mouse
from tests.browser.support.windows import PASSWORD
from tests.support.stack import Stack

ACCOUNTS = """
from django.contrib.auth.models import Group, User
for name, roles in {people!r}.items():
    user, made = User.objects.get_or_create(username=name, defaults={{"is_staff": True}})
    user.set_password({password!r})
    user.save()
    user.groups.set(Group.objects.filter(name__in=roles))
"""


def add_staff(stack: Stack, people: Mapping[str, Collection[str]]) -> None:
    """Accounts with these roles, by name."""
    stack.manage("shell", "-c", ACCOUNTS.format(people=dict(people), password=PASSWORD))


def signed_in(page: Page, stack: Stack, name: str) -> Page:
    page.goto(f"{stack.url}/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{stack.url}/admin/")
    return page


def step(hand: Mouse, name: str) -> None:
    """Press a step's button and confirm its dialog."""
    page = hand.page
    hand.press(page.locator(f"a[hx-get$='/{name}_this/']:visible"))
    with page.expect_navigation():
        hand.press(page.locator("#dialog [type=submit]"))


def follow(hand: Mouse, link: Locator) -> None:
    hand.approach(link)  # to skip the sidebar is a navigation, too
    with hand.page.expect_navigation():
        hand.press(link)
