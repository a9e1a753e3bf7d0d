"""Working days in a real browser: the State Council's notice pasted, looked at, taken over and taken back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.support.windows import DESK, opened, sign_in
from tests.scheduling.day_lists.notices import NOTICES
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW: ViewportSize = {"width": 390, "height": 844}
# Of a year far away, whose weekdays are the same, so that no other test of the stack meets it.
NOTICE = NOTICES[2024].replace("2024年", "2080年")


@pytest.fixture
def english(browser: Browser, stack: Stack) -> Iterator[Page]:
    for page in opened(browser, stack, DESK, locale="en-US"):
        sign_in(page, stack)
        yield page


def paste(page: Page, stack: Stack, notice: str, picture, name: str) -> None:
    page.goto(f"{stack.url}/admin/scheduling/calendarday/import/")
    page.locator("[name=text]").fill(notice)
    page.locator("[name=title]").fill("https://www.gov.cn/")
    picture(page, f"days-paste-{name}-1280")
    page.locator("form .ou-buttons button").click()
    expect(page.locator("[data-date='2080-02-18']")).to_have_class("ou-day-made-up")
    picture(page, f"days-planned-{name}-1280")
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"days-planned-{name}-390")
    page.set_viewport_size(DESK)


def test_a_pasted_notice_is_looked_at_taken_over_and_taken_back(desk, stack, picture):
    wrong = NOTICE.replace("2月18日（星期日）", "2月18日（星期一）")
    paste(desk, stack, wrong, picture, "zh")
    expect(desk.get_by_test_id("doubts")).to_contain_text("2080-02-18 是星期日，通知却写着星期一")
    desk.get_by_role("button", name="采用这些日期").click()
    expect(desk.get_by_test_id("doubts")).to_be_visible()  # the browser asks for the tick
    desk.locator("[name=anyway]").check()
    desk.get_by_role("button", name="采用这些日期").click()
    expect(desk.get_by_test_id("last")).to_contain_text("国务院办公厅关于2080年部分节假日安排的通知")
    picture(desk, "days-imported-zh-1280")
    desk.goto(f"{stack.url}/admin/calendar/?on=2080-02-01")
    expect(desk.get_by_test_id("days-unknown")).to_have_count(0)
    desk.goto(f"{stack.url}/admin/scheduling/calendarday/import/")
    desk.get_by_role("button", name="撤销这次导入").click()
    expect(desk.get_by_test_id("last").filter(has_text="2080")).to_have_count(0)  # an earlier one may be there
    desk.goto(f"{stack.url}/admin/calendar/?on=2080-02-01")
    expect(desk.get_by_test_id("days-unknown")).to_contain_text("2080")
    expect(desk.locator("[data-day='2080-02-12']")).to_contain_text("不明")
    picture(desk, "days-unknown-zh-1280")
    desk.set_viewport_size(NARROW)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(desk, "days-unknown-zh-390")


@pytest.mark.thorough
def test_the_import_of_days_is_read_in_english(english, stack, picture):
    paste(english, stack, NOTICE, picture, "en")
    expect(english.get_by_test_id("planned")).to_contain_text("With it 2080 is known in full.")
