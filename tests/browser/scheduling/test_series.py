"""A series in a real browser: HR makes it from an empty list, a second person approves, and a member gets its steps."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.hands import Mouse
from tests.browser.support.hr import add_staff, follow, signed_in, step
from tests.browser.support.windows import DESK, opened
from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW = {"width": 390, "height": 844}
WORDS = {0: "欢迎加入！今天请到前台领取工牌。", 1: "第二天：认识你的团队。", 3: "一切还顺利吗？"}


# The demonstration comes with one.
REMOVE = (
    "from scheduling import models, services; [services.remove_mailing(row) for row in models.Series.objects.all()]"
)


@pytest.fixture(scope="module")
def newcomer(stack: Stack) -> Person:
    """A member whom the directory knows, because they have written; HR, an approver, and no series."""
    stack.manage("shell", "-c", REMOVE)
    add_staff(stack, {"series-hr": ("editor", "operator"), "series-approver": ("approver",)})
    person = stack.emulator.hire()
    person.writes("你好")
    person.reads()
    return person


@pytest.fixture
def hr(browser: Browser, stack: Stack, newcomer: Person) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "series-hr")


@pytest.fixture
def approver(browser: Browser, stack: Stack, newcomer: Person) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "series-approver")


def add_step(hand: Mouse, day: int, at: str) -> None:
    """Add a step on the page of the series, and write what it says."""
    page = hand.page
    page.locator("#new-day").fill(str(day))
    page.locator("#new-at").fill(at)
    follow(hand, page.get_by_test_id("add-step").locator("button"))
    hand.write(page.locator("#id_a_zh_text"), WORDS[day])
    follow(hand, page.locator("[name=_save]"))


def test_hr_makes_a_series_and_a_member_gets_its_steps(hr, approver, stack, newcomer, picture):
    hand, other = Mouse(hr), Mouse(approver)
    hr.goto(f"{stack.url}/admin/scheduling/series/")
    expect(hr.get_by_test_id("empty")).to_be_visible()
    picture(hr, "empty")
    follow(hand, hr.get_by_test_id("empty").locator("a[href$='/series/add/']"))
    hand.write(hr.locator("#id_name"), "新员工入职")
    hr.locator("#id_late").select_option("latest")
    hr.locator("[name=audience-everyone]").check()
    follow(hand, hr.locator("[name=_save]"))
    for day, at in ((0, "00:01"), (1, "09:00"), (3, "09:00")):
        add_step(hand, day, at)
    expect(hr.get_by_test_id("step")).to_have_count(3)
    picture(hr, "timeline")
    address = hr.url
    step(hand, "ask")
    approver.goto(address)
    other.press(approver.locator("a[hx-get$='/approve_this/']:visible"))
    expect(approver.get_by_test_id("approve")).to_contain_text(WORDS[3])
    picture(approver, "approve")
    with approver.expect_navigation():
        other.press(approver.locator("#dialog [type=submit]"))
    hr.reload()
    step(hand, "start")
    hr.get_by_test_id("members").locator("summary").click()
    hand.write(hr.locator("#member-user_id"), newcomer.user_id)
    follow(hand, hr.get_by_test_id("members").locator("form button"))
    assert newcomer.reads_text() == WORDS[0]
    follow(hand, hr.locator("a[href*='/enrolment/'][href$='/change/']").first)
    steps = hr.get_by_test_id("member-steps").locator("li")
    expect(steps).to_have_count(3)
    hr.reload()
    expect(steps.nth(0)).to_contain_text("已发送")
    expect(steps.nth(1)).to_contain_text("09:00")
    picture(hr, "member")
    hr.set_viewport_size(NARROW)
    assert hr.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hr.set_viewport_size(DESK)
    hr.goto(address)
    hr.locator("a[hx-get$='/cancel_this/']:visible").click()
    hr.locator("#dialog textarea").fill("改用新的流程")
    with hr.expect_navigation():
        hr.locator("#dialog [type=submit]").click()
    expect(hr.get_by_test_id("life")).to_contain_text("已取消")
    assert [text for text in newcomer.texts() if text in WORDS.values()] == [WORDS[0]]
