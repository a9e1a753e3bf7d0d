"""A member chooses on the phone and on the settings page, by mouse and by keyboard, and campaigns honour it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.support.chat import answers, open_chat, press, reads, write
from tests.browser.support.windows import opened
from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW: ViewportSize = {"width": 390, "height": 844}
CAMPAIGNS = """
from conversations.models import Topic
from tests.scheduling.support.campaigns import launch
to = {{"members": ["{user_id}"]}}
events = Topic.objects.get(name="活动")
launch("周六去爬山。", name="爬山", topic=events, audience=to)
launch("消防演习，请所有人参加。", name="演习", topic=events, audience=to, message_class="mandatory")
launch("各位同事，新的休假制度开始实行了。", name="制度", content_type="video", audience=to)
"""
REASONS = """
from scheduling.models import Delivery
for row in Delivery.objects.filter(member__user_id="{user_id}").select_related("run__campaign").order_by("pk"):
    print(row.run.campaign.name, row.status, row.reason)
"""


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.emulator.hire()


@pytest.fixture
def chat(browser: Browser, stack: Stack, person: Person) -> Iterator[Page]:
    """The chat of a new member on a phone of 390 pixels."""
    for page in opened(browser, stack, NARROW):
        page.goto(f"{stack.emulator.url}/emulator/")
        open_chat(page, person)
        yield page


@pytest.fixture
def settings_page(chat: Page, picture) -> Page:
    """The page that the card leads to."""
    write(chat, "/设置")
    card = chat.locator(".template-card").last
    expect(card).to_contain_text("你的消息设置")
    with chat.context.expect_page() as opening:
        card.get_by_text("打开设置页面").click()
    page = opening.value
    expect(page.get_by_role("heading", name="消息设置")).to_be_visible()
    return page


def state(page: Page):
    return page.get_by_test_id("saved")


def test_what_is_chosen_on_the_card_holds_for_campaigns(chat: Page, stack: Stack, person: Person, picture):
    write(chat, "/设置")
    card = chat.locator(".template-card").last
    card.get_by_role("button", name="改发文字").click()
    reads(chat, "以后我只发视频里的文字")
    expect(card).to_contain_text("恢复视频")
    picture(chat, "card")
    card.get_by_role("button", name="选择主题").click()
    boxes = chat.locator(".template-card").last
    boxes.get_by_text("活动", exact=True).click()
    picture(chat, "topics")
    press(chat, "保存")
    reads(chat, "以后不再发：活动。")
    stack.manage("shell", "-c", CAMPAIGNS.format(user_id=person.user_id))
    expect(answers(chat).filter(has_text="新的休假制度")).to_have_count(1)
    expect(answers(chat).filter(has_text="消防演习")).to_have_count(1)
    expect(answers(chat).filter(has_text="爬山")).to_have_count(0)
    expect(chat.get_by_test_id("video")).to_have_count(0)
    picture(chat, "campaigns")
    lines = set(stack.manage("shell", "-c", REASONS.format(user_id=person.user_id)).splitlines())
    assert {"爬山 skipped opted_out", "制度 sent prefers_text"} <= lines


def test_the_page_saves_each_change_at_once_and_undoes_it(settings_page: Page, picture):
    page = settings_page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_test_id("save")).to_be_hidden()
    picture(page, "opened")
    page.get_by_role("switch", name="活动").click()
    expect(state(page)).to_have_text("已保存")
    picture(page, "saved")
    page.reload()
    expect(page.get_by_role("switch", name="活动")).not_to_be_checked()
    page.get_by_role("radio", name="文字代替视频").check()
    expect(state(page)).to_have_text("已保存")
    page.get_by_test_id("undo").click()
    expect(page.get_by_role("radio", name="照常发视频")).to_be_checked()
    expect(page.get_by_role("switch", name="活动")).not_to_be_checked()


def test_the_keyboard_alone_chooses_and_keeps_its_place(settings_page: Page, picture):
    page = settings_page
    page.get_by_role("radio", name="照常发视频").focus()
    page.keyboard.press("ArrowDown")
    expect(state(page)).to_have_text("已保存")
    expect(page.get_by_role("radio", name="文字代替视频")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("switch", name="公司新闻")).not_to_be_checked()
    expect(page.get_by_role("switch", name="公司新闻")).to_be_focused()
    page.get_by_role("radio", name="跟随我使用的语言").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", name="Message settings")).to_be_visible()
    expect(page.get_by_role("switch", name="Company news")).not_to_be_checked()
    picture(page, "english")


def test_without_javascript_the_button_saves(browser: Browser, stack: Stack, settings_page: Page, picture):
    kept = settings_page.context.storage_state()
    context = browser.new_context(viewport=NARROW, storage_state=kept, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stack.url}/preferences/")
    page.get_by_role("switch", name="学习与培训").uncheck()
    page.get_by_test_id("save").click()
    expect(state(page)).to_have_text("已保存")
    expect(page.get_by_role("switch", name="学习与培训")).not_to_be_checked()
    picture(page, "saved")
    page.get_by_test_id("undo").click()
    expect(page.get_by_role("switch", name="学习与培训")).to_be_checked()
    context.close()
