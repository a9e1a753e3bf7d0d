"""A log-in that expires while a page is open: the page says so, and what is written there is not lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.desk import take_over
from tests.browser.support.windows import PASSWORD
from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIX_MINUTES, SIX_SECONDS = 6 * 60 * 1000, 6 * 1000


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.emulator.hire()


def log_out(desk: Page) -> None:
    desk.context.clear_cookies(name="sessionid")


def log_in_in_another_tab(desk: Page) -> None:
    with desk.context.expect_page() as opened:
        desk.get_by_test_id("signed-out").get_by_role("link").click()
    tab = opened.value
    tab.locator("#id_username").fill("boss")
    tab.locator("#id_password").fill(PASSWORD)
    tab.locator("#login-form [type=submit]").click()
    expect(tab.get_by_test_id("conversations")).to_be_visible()
    tab.close()


def test_a_form_is_kept_until_one_has_logged_in_again(desk: Page, stack: Stack, person: Person, picture) -> None:
    desk.clock.install()
    desk.goto(f"{stack.url}/admin/conversations/answer/add/")
    desk.locator("#id_question").fill(f"宿舍怎么申请 {person.user_id}")
    desk.locator("#id_answer").fill("在审批里选“宿舍”。")
    log_out(desk)
    desk.clock.fast_forward(SIX_MINUTES)
    expect(desk.get_by_test_id("signed-out")).to_be_visible()
    expect(desk.get_by_test_id("signed-out")).to_contain_text("你已退出登录")
    picture(desk, "signed-out")
    desk.locator("[name=_save]").click()
    expect(desk.locator("#id_answer")).to_have_value("在审批里选“宿舍”。")
    log_in_in_another_tab(desk)
    desk.clock.fast_forward(SIX_SECONDS)
    expect(desk.get_by_test_id("signed-out")).to_be_hidden()
    desk.locator("[name=_save]").click()
    desk.wait_for_url(f"{stack.url}/admin/conversations/answer/")
    desk.goto(f"{stack.url}/admin/conversations/answer/?q={person.user_id}")
    expect(desk.locator("#result_list tbody tr")).to_have_count(1)


def test_a_step_is_kept_although_its_form_has_a_field_called_method(desk: Page, stack: Stack) -> None:
    desk.clock.install()
    desk.goto(f"{stack.url}/admin/conversations/state/add/")
    desk.locator("#id_text").fill("请选择日期。")
    log_out(desk)
    desk.clock.fast_forward(SIX_MINUTES)
    expect(desk.get_by_test_id("signed-out")).to_be_visible()
    desk.locator("[name=_save]").click()
    expect(desk.get_by_test_id("signed-out").get_by_role("link")).to_be_focused()
    expect(desk.locator("#id_text")).to_have_value("请选择日期。")


def test_an_answer_at_the_desk_is_sent_after_a_new_log_in(desk: Page, stack: Stack, person: Person) -> None:
    person.writes("你好")
    person.reads()
    take_over(desk, stack, person)
    desk.clock.install()
    box = desk.get_by_test_id("composer").locator("textarea")
    box.fill("我来看看。")
    log_out(desk)
    box.press("Enter")
    expect(desk.get_by_test_id("composer").get_by_role("alert")).to_contain_text("什么都没有发送")
    expect(box).to_have_value("我来看看。")
    log_in_in_another_tab(desk)
    desk.clock.fast_forward(SIX_SECONDS)
    expect(desk.get_by_test_id("signed-out")).to_be_hidden()
    box.press("Enter")
    person.hears("我来看看。")
    expect(desk.get_by_test_id("line").filter(has_text="我来看看。")).to_have_count(1)


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("campaign/add/", "[data-audience] .ou-picker-search >> nth=0"),  # chips.js
        ("segment/add/", "[data-rule] select"),  # rules.js
    ],
)
def test_what_a_form_looks_up_says_that_one_is_logged_out(desk: Page, stack: Stack, page: str, field: str) -> None:
    desk.goto(f"{stack.url}/admin/scheduling/{page}")
    place = desk.locator(field).first
    expect(place).to_be_visible()
    log_out(desk)
    if page == "segment/add/":
        place.select_option(index=1)
    else:
        place.fill("张")
    expect(desk.get_by_test_id("signed-out")).to_be_visible()
    expect(desk.locator("#login-form")).to_have_count(0)  # its page is not put into this one
