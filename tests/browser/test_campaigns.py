"""HR's work with a campaign in a real browser, by mouse and by keyboard alone: from the file of facts to the recall."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.hands import Keyboard, Mouse
from tests.browser.support.hr import add_staff, follow, signed_in, step
from tests.browser.support.windows import DESK, opened
from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = {"hr-lin": ("editor", "operator"), "approver-wang": ("approver",)}
GONE = "hr.wangwu"
MAKE = """
import time
from wecom.models import Application, DirectorySync, Member
for _ in range(240):  # the first sync takes members away whom WeChat Work does not know
    if DirectorySync.objects.filter(status="done").exists():
        break
    time.sleep(0.25)
company = Application.objects.get(is_default=True).corporation
fields = {{"name": "王五", "status": "disabled"}}
Member.objects.update_or_create(corporation=company, user_id={gone!r}, defaults=fields)
"""


@pytest.fixture(scope="module")
def staff(stack: Stack) -> list[Person]:
    """Two members who have written before, so that the directory knows them; one is disabled; the accounts of HR."""
    add_staff(stack, PEOPLE)
    stack.manage("shell", "-c", MAKE.format(gone=GONE))
    people = [stack.emulator.hire() for _number in range(2)]
    for one in people:
        one.writes("你好")
        one.reads()
    return people


@pytest.fixture
def hr(browser: Browser, stack: Stack, staff: list[Person]) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "hr-lin")


@pytest.fixture
def approver(browser: Browser, stack: Stack, staff: list[Person]) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "approver-wang")


def campaign(hand: Mouse, stack: Stack, name: str) -> None:
    hand.page.goto(f"{stack.url}/admin/scheduling/campaign/?q={name}")
    follow(hand, hand.page.locator("#result_list tbody a[href*='/change/']"))


def import_facts(hand: Mouse, stack: Stack, staff: list[Person], city: str) -> None:
    hand.page.goto(f"{stack.url}/admin/wecom/factdefinition/import/")
    rows = "".join(f"{user_id},{city}\n" for user_id in (*(one.user_id for one in staff), GONE))
    data = f"userid,city\n{rows}".encode()
    hand.attach(hand.page.locator("#id_file"), {"name": "facts.csv", "mimeType": "text/csv", "buffer": data})
    follow(hand, hand.page.get_by_role("button", name="预览"))
    follow(hand, hand.page.locator(".ou-fact-confirm"))
    expect(hand.page.locator("body")).to_contain_text("已导入 3 名成员的")


def make_segment(hand: Mouse, stack: Stack, name: str, city: str) -> None:
    page = hand.page
    page.goto(f"{stack.url}/admin/scheduling/segment/add/")
    hand.write(page.locator("#id_name"), name)
    row = page.locator("[data-condition='rule-0']")
    hand.choose(row.locator("[data-subject]"), "fact:city")
    hand.write(row.locator("[data-drawn] input"), city)
    expect(page.get_by_test_id("segment-preview")).to_contain_text("王五")
    follow(hand, page.locator("[name=_save]"))


def write(hand: Mouse, stack: Stack, name: str, segment: str, words: str) -> None:
    page = hand.page
    page.goto(f"{stack.url}/admin/scheduling/campaign/add/")
    hand.write(page.locator("#id_name"), name)
    hand.write(page.locator("[data-side=audience] input[type=search]"), segment)
    expect(page.locator(".ou-suggestion")).to_have_count(1)
    hand.press(page.locator(".ou-suggestion"))
    expect(page.get_by_test_id("audience-preview")).to_contain_text("2 位成员会收到")
    expect(page.get_by_test_id("left-out")).to_contain_text("王五")
    text = page.locator("#id_a_zh_text")
    hand.press(page.locator(".field-a_zh_text .ou-variables button, .ou-variables button").first)
    text.press("End")
    page.keyboard.type(words)
    expect(text).to_have_value(f"{{{{name|同事}}}}{words}")
    follow(hand, page.locator("[name=_save]"))


def rehearse(hand: Mouse, stack: Stack, name: str, person: Person, words: str) -> None:
    """Go through 60 days for one member."""
    page = hand.page
    campaign(hand, stack, name)
    follow(hand, page.locator("a[href$='/rehearse_this/']:visible"))
    expect(page.locator("#id_days")).to_have_value("60")
    hand.write(page.locator("#id_members"), person.user_id)
    follow(hand, page.get_by_test_id("rehearse"))
    expect(page.get_by_test_id("timeline")).to_contain_text(words, timeout=60_000)  # a worker goes through the days


# By keyboard is the harder way to the same pages.
@pytest.mark.parametrize("kind", [pytest.param(Mouse, marks=pytest.mark.thorough), Keyboard])
def test_hr_goes_from_the_file_of_facts_to_the_recall(hr, approver, stack, staff, picture, kind):
    hand, other, tag = kind(hr), kind(approver), kind.__name__
    name, city, words = f"周会{tag}", f"{tag}城", f"：{tag}下午三点开会。"
    import_facts(hand, stack, staff, city)
    make_segment(hand, stack, f"{city}的人", city)
    write(hand, stack, name, f"{city}的人", words)
    campaign(hand, stack, name)
    picture(hr, "draft")
    follow(hand, hr.locator("a[href$='/preview_this/']:visible"))
    for user_id, who in ((staff[0].user_id, "同事"), (staff[1].user_id, "同事"), (GONE, "王五")):
        hand.write(hr.locator("#find-member"), user_id)
        follow(hand, hr.locator(".ou-find button"))
        follow(hand, hr.get_by_test_id("members").locator("a", has_text=user_id))
        expect(hr.get_by_test_id("phone")).to_contain_text(f"{who}{words}")
    hr.goto(f"{hr.url.partition('?')[0]}?q={staff[0].user_id}")
    tester = hr.get_by_test_id("test").locator("select")
    hand.choose(tester, tester.locator("option").nth(1).get_attribute("value") or "")
    follow(hand, hr.get_by_test_id("test").locator("button"))
    expect(hr.locator("body")).to_contain_text("测试消息正在发给")
    rehearse(hand, stack, name, staff[0], words)
    picture(hr, "rehearsal")
    campaign(hand, stack, name)
    step(hand, "ask")
    campaign(other, stack, name)
    other.press(approver.locator("a[hx-get$='/approve_this/']:visible"))
    expect(approver.get_by_test_id("approve")).to_contain_text(words)
    picture(approver, "approve")
    with approver.expect_navigation():
        other.press(approver.locator("#dialog [type=submit]"))
    hr.reload()
    follow(hand, hr.locator("a[href$='/start_this/']:visible"))
    expect(hr.get_by_test_id("reach")).to_contain_text("2 位成员会收到")
    picture(hr, "start")
    hand.pick(hr.locator("[name=when]"), "")  # now, at night and on a day off too, for which the page offers another
    with stack.paused("worker"):  # so that there is time to pause it
        follow(hand, hr.get_by_test_id("start"))
        expect(hr.get_by_test_id("sent")).to_have_text("0")
        run = hr.url
        campaign(hand, stack, name)
        step(hand, "pause")
        expect(hr.locator("body")).to_contain_text("已暂停")
        campaign(hand, stack, name)
        step(hand, "resume")
    hr.goto(run)
    expect(hr.get_by_test_id("sent")).to_have_text("2", timeout=60_000)
    expect(hr.get_by_test_id("chart")).to_be_visible(timeout=30_000)
    picture(hr, "run")
    follow(hand, hr.locator("#run-table a", has_text="王五"))
    expect(hr.get_by_test_id("evidence")).to_contain_text("王五 没有收到")
    picture(hr, "evidence")
    for one in staff:
        assert sum(words in text and "测试" not in text for text in one.texts()) == 1
    hr.goto(run)
    step(hand, "recall")
    expect(hr.get_by_test_id("recalled")).to_have_text("2", timeout=60_000)
    picture(hr, "recalled")
