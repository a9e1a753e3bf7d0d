"""Admin pages refresh themselves by websocket, or without one, and never disturb typing."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Takes long enough for a bar to move.
LONG = "欢迎来到我们公司，很高兴认识你。" + "".join(
    f"第{number}天我们一起去看看新的办公室。" for number in "一二三四五"
)
# Notes every state of the bars.
WATCH = """() => {
    window.bars = [];
    new MutationObserver(() => {
        for (const bar of document.querySelectorAll("progress"))
            if (window.bars.at(-1) !== bar.value) window.bars.push(bar.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.emulator.hire()


def test_the_home_follows_a_video_until_it_is_made(desk, stack, person, picture):
    sockets: list[str] = []
    asked: list[str] = []
    desk.on("websocket", lambda socket: sockets.append(socket.url))
    desk.on("request", lambda request: asked.append(request.url) if request.url.endswith("/admin/home/") else None)
    desk.goto(f"{stack.url}/admin/")
    newest = desk.get_by_test_id("videos").locator("a").first
    before = newest.get_attribute("href") or "" if newest.count() else ""
    desk.evaluate(WATCH)
    person.writes(f"/video {LONG}")
    expect(desk.get_by_test_id("conversations")).to_contain_text(person.user_id)
    expect(desk.get_by_test_id("unfinished-renders").locator("progress")).to_have_count(1)
    picture(desk, "unfinished-renders")
    person.reads(2, seconds=120)
    expect(newest).not_to_have_attribute("href", before)
    expect(desk.get_by_test_id("home")).not_to_contain_text(LONG[:12])  # what a member said stays off this page
    expect(desk.get_by_test_id("unfinished-renders").locator("progress")).to_have_count(0)
    bars = desk.evaluate("window.bars")
    assert len(bars) >= 3
    assert bars == sorted(bars)
    assert set(sockets) == {f"{stack.url.replace('http', 'ws')}/ws/v1/home/"}
    assert asked
    picture(desk, "made")


def test_the_home_asks_where_it_cannot_be_told(desk, stack, person):
    desk.route_web_socket(re.compile(r".*/ws/v1/home/"), lambda socket: socket.close())
    desk.goto(f"{stack.url}/admin/")
    person.writes("没有网络套接字也行")
    expect(desk.get_by_test_id("conversations")).to_contain_text(person.user_id)


def test_a_list_shows_what_is_said_while_one_looks(desk, stack, person):
    desk.goto(f"{stack.url}/admin/conversations/message/")
    person.writes("列表自己会更新")
    expect(desk.locator("#result_list")).to_contain_text("列表自己会更新")


def test_a_list_does_not_move_under_somebody_who_has_ticked_a_row(desk, stack, person):
    person.writes("第一句")
    person.reads()
    desk.goto(f"{stack.url}/admin/wecom/callback/?q={person.user_id}")
    rows = desk.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    tick = desk.locator("#result_list input.action-select")
    tick.check()
    other = desk.context.new_page()
    other.goto(f"{stack.url}/admin/")
    messages = other.locator(".ou-card .ou-figure").nth(1)
    before = messages.inner_text()
    person.writes("第二句")
    expect(messages).not_to_have_text(before)  # what this page was told, that one was too
    person.reads()
    assert rows.count() == 1
    tick.uncheck()
    expect(rows).to_have_count(2)


def test_focus_and_scrolling_stay_where_they_are(desk, stack, person):
    desk.goto(f"{stack.url}/admin/")
    card = desk.locator(".ou-card").nth(1)
    before = card.locator(".ou-figure").inner_text()
    card.focus()
    person.writes("焦点留在原处")
    expect(card.locator(".ou-figure")).not_to_have_text(before)
    assert card.evaluate("card => card === document.activeElement")
