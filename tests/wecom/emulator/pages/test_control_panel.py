"""The panel around the phone: a second phone, faults and the clock."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.wecom.emulator.callbacks.test_url_verification import decrypted
from tests.wecom.emulator.support.clients import Application, Emulator, Listener

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(browser: Browser, application: Application) -> Iterator[Callable[[str], Page]]:
    """Opens the page on a desktop, with a member on the phone."""
    with browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB") as context:

        def opened(member: str) -> Page:
            page = context.new_page()
            page.goto(f"{application.emulator.url}/emulator/?agentid={application.agent_id}#{member}")
            expect(page.get_by_test_id("composer")).to_be_visible()
            return page

        yield opened


def test_two_members_have_a_phone_each(desk: Callable[[str], Page], application: Application, member: str) -> None:
    page = desk(member)
    page.get_by_test_id("second-phone-toggle").click()
    other = page.frame_locator("#second-phone-frame")
    expect(other.locator("#chat-note")).to_have_text("as 张三")
    other.get_by_test_id("composer").fill("Hello from there")
    other.get_by_test_id("composer").press("Enter")
    expect(other.get_by_test_id("bubble-out")).to_contain_text("Hello from there")
    application.say(member, "for the first")
    expect(page.get_by_test_id("messages").get_by_test_id("bubble-in")).to_have_text("for the first")
    expect(other.get_by_test_id("messages").get_by_text("for the first")).to_have_count(0)
    page.reload()
    expect(other.locator("#chat-note")).to_have_text("as 张三")
    page.get_by_test_id("second-phone-toggle").click()
    expect(page.locator("#second-phone")).to_be_hidden()


def held_chat(page: Page) -> list[Route]:
    """Open the page anew; its chat waits until the request, the only one in the list, is let through."""
    late: list[Route] = []
    address = page.url
    page.goto("about:blank")  # a request of the page before would be taken for that of the new one
    page.route("**/emulator/api/chat?*", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request("**/emulator/api/chat?*"):
        page.goto(address)
    return late


def test_a_chat_that_opens_leaves_the_caret_in_a_form(
    desk: Callable[[str], Page], application: Application, member: str
) -> None:
    application.say(member, "for the first")
    page = desk(member)
    expect(page.get_by_test_id("bubble-in")).to_be_visible()
    late = held_chat(page)
    page.get_by_role("tab", name="Faults").click()
    seed = page.get_by_label("Seed")
    seed.press_sequentially("12")
    with page.expect_request("**/emulator/api/event"):  # the member has entered the chat
        late[0].continue_()
    page.keyboard.type("34")
    expect(seed).to_have_value("1234")


def test_a_chat_that_opens_leaves_the_focus_where_somebody_put_it(
    desk: Callable[[str], Page], application: Application, member: str
) -> None:
    page = desk(member)
    expect(page.get_by_test_id("composer")).to_be_focused()
    late = held_chat(page)
    chosen = page.locator("#emoji")
    chosen.focus()
    with page.expect_request("**/emulator/api/event"):
        late[0].continue_()
    expect(chosen).to_be_focused()


def test_the_clock_is_moved_step_by_step(
    desk: Callable[[str], Page], application: Application, emulator: Emulator, member: str, clean_clock: None
) -> None:
    page = desk(member)
    token = application.access_token()
    page.get_by_role("tab", name="Time").click()
    expect(page.get_by_test_id("clock-offset")).to_have_text("Real time")
    page.get_by_test_id("step-hours2").click()
    expect(page.get_by_test_id("clock-offset")).to_have_text("02:00:01 ahead of real time")
    assert application.send({"touser": member, "msgtype": "text", "text": {"content": "x"}}, token)["errcode"] == 42001
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_test_id("clock-offset")).to_have_text("Real time")
    assert emulator.control("GET", "clock")["offset"] == 0


def test_a_share_of_any_faults_is_asked_for_and_removed(
    desk: Callable[[str], Page], emulator: Emulator, member: str
) -> None:
    page = desk(member)
    page.get_by_role("tab", name="Faults").click()
    page.locator("#fault-name").select_option("any fault")
    page.get_by_label("Share %").press_sequentially("20")
    expect(page.get_by_label("Times")).to_be_disabled()
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Path").fill("nobody/calls/this")
    page.get_by_role("button", name="Inject").click()
    expect(page.locator("#fault-list li")).to_contain_text("any fault · nobody/calls/this · 20 % · Seed 7")
    (fault,) = emulator.control("GET", "faults")["faults"]
    assert (fault["kind"], fault["share"], fault["seed"], fault["times"]) == ("mix", 0.2, 7, None)
    page.get_by_role("button", name="Remove all").click()
    expect(page.locator("#fault-list li")).to_have_count(0)


def test_an_answer_that_was_overtaken_is_not_shown(desk: Callable[[str], Page], member: str) -> None:
    page = desk(member)
    tab, faults = page.get_by_role("tab", name="Faults"), page.locator("#fault-list li")
    held: list[Route] = []
    late: list[APIResponse] = []
    tab.click()
    expect(page.locator("#fault-name option").first).to_be_attached()

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)
            late.append(route.fetch())

    page.route("**/emulator/api/faults*", hold)
    with page.expect_request("**/emulator/api/faults*"):
        tab.click()
    while not late:  # the answer of before the injection
        page.wait_for_timeout(10)
    page.get_by_label("Path").fill("nobody/calls/this")
    page.get_by_role("button", name="Inject").click()
    expect(faults).to_have_count(1)
    with page.expect_response("**/emulator/api/faults*"):
        held[0].fulfill(response=late[0])
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(faults).to_have_count(1)
    page.get_by_role("button", name="Remove all").click()
    expect(faults).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "right", "words"),
    [(200, True, "Verified"), (301, True, "redirects (301)"), (200, False, "not the decrypted text")],
)
def test_the_callback_url_is_checked_with_a_verdict(
    desk: Callable[[str], Page], application: Application, listener: Listener, member: str, status, right, words
) -> None:
    listener.on_get = lambda path: (status, decrypted(application, path) if right else b"12345")
    page = desk(member)
    page.get_by_test_id("verify-url").click()
    expect(page.get_by_test_id("verify-result")).to_contain_text(words)
    assert ("good" in (page.get_by_test_id("verify-result").get_attribute("class") or "")) == (status == 200 and right)
