"""The API's documentation pages show every operation offline, and signed-in users can try each."""

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.support.windows import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SUMMARIES = {
    ("messages", "messages_create"): "Send a message",
    ("renders", "renders_create"): "Request a video",
    ("sessions", "sessions_create"): "Start a flow for a member",
}


@pytest.fixture
def found(desk, stack):
    """Finds an operation by the page's filter. Of all operations the page draws only those in view."""
    desk.goto(f"{stack.url}/api/v1/docs/")

    def found(tag, name):
        desk.locator(".operation-filter-input").fill(tag)
        operation = desk.locator(f"#operations-{tag}-{name}")
        expect(operation).to_be_visible()
        return operation

    return found


def test_the_documentation_is_shown_and_tried_without_a_foreign_request(found, desk, picture):
    for (tag, name), words in SUMMARIES.items():
        expect(found(tag, name).get_by_text(words, exact=True)).to_be_visible()
    operation = found("voices", "voices_list")
    operation.click()
    picture(desk, "docs")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    live = operation.locator(".live-responses-table .response").first
    expect(live.locator(".response-col_status")).to_contain_text("200")
    expect(live).to_contain_text("kokoro")


def test_a_visitor_logs_in_first_and_then_reads_it(desk, stack):
    desk.context.clear_cookies()
    desk.goto(f"{stack.url}/api/v1/docs/")
    expect(desk.locator("#login-form")).to_be_visible()
    desk.locator("#id_username").fill("boss")
    desk.locator("#id_password").fill(PASSWORD)
    desk.locator("#login-form [type=submit]").click()
    expect(desk.locator(".operation-filter-input")).to_be_visible()
    assert desk.url == f"{stack.url}/api/v1/docs/"


@pytest.mark.thorough
def test_the_filter_leaves_out_the_operations_of_other_subjects(found, desk):
    found("voices", "voices_list")
    expect(desk.locator("#operations-applications-applications_list")).to_have_count(0)


@pytest.mark.thorough
def test_a_post_is_tried_with_the_session_of_who_is_signed_in(found):
    operation = found("members", "members_create")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill('{"user_id": "tried_out", "name": "试"}')
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response .response-col_status").first).to_contain_text("201")


def test_a_client_is_made_by_mouse_and_its_token_copied(desk, stack, picture):
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto(f"{stack.url}/admin/openuser/apiclient/add/")
    desk.locator("#id_name").fill("OA")
    desk.locator("[name=scopes][value='members:read']").check()
    picture(desk, "form")
    desk.locator("[name=_save]").click()
    token = desk.get_by_test_id("token").inner_text()
    assert token.startswith("ou_")
    desk.locator("[data-copy]").click()
    expect(desk.locator("[data-copy]")).to_have_text(desk.locator("[data-copy]").get_attribute("data-done"))
    assert desk.evaluate("navigator.clipboard.readText()") == token
    picture(desk, "token")
    answer = requests.get(f"{stack.url}/api/v1/members/", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == 200
    desk.goto(f"{stack.url}/admin/openuser/apiclient/")
    picture(desk, "list")
    desk.get_by_role("link", name="OA", exact=True).first.click()
    picture(desk, "client")
