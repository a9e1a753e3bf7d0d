"""The operators' desk in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.support.emulator import Person
from tests.support.stack import Stack


def take_over(desk: Page, stack: Stack, employee: Person) -> None:
    """From the list of conversations. The desk is ready when its scripts are: before them, Enter begins a new line."""
    desk.goto(f"{stack.url}/admin/conversations/conversation/?q={employee.user_id}")
    desk.locator("#result_list tbody a").first.click()
    desk.get_by_test_id("take-over").get_by_role("button").click()
    expect(desk).to_have_url(re.compile(r"/admin/desk/\d+/"))
    desk.wait_for_load_state()
