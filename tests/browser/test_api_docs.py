"""The pages of the API's description: they show every operation, offline, and can be tried by who is signed in."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.once]
VOICES = "#operations-voices-voices_list"


def test_the_documentation_is_shown_and_tried_without_a_foreign_request(desk, stack):
    desk.goto(f"{stack.url}/api/v1/docs/")
    expect(desk.locator(".opblock")).not_to_have_count(0)
    for words in ("Send a message", "Have a video made", "Start a flow for a member"):
        expect(desk.get_by_text(words, exact=True)).to_be_visible()
    operation = desk.locator(VOICES)
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    live = operation.locator(".live-responses-table .response").first
    expect(live.locator(".response-col_status")).to_contain_text("200")
    expect(live).to_contain_text("kokoro")


def test_a_post_is_tried_with_the_session_of_who_is_signed_in(desk, stack):
    desk.goto(f"{stack.url}/api/v1/docs/")
    operation = desk.locator("#operations-members-members_create")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill('{"user_id": "tried_out", "name": "试"}')
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response .response-col_status").first).to_contain_text("201")
