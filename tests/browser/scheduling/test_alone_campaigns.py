"""A campaign without approval, in a real browser: chosen, started by one person, and sent by hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.hands import Mouse
from tests.browser.support.hr import add_staff, follow, signed_in, step
from tests.browser.support.windows import DESK, opened
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def staff(stack: Stack) -> None:
    add_staff(stack, {"hr-zhao": ("operator",)})


@pytest.fixture
def hr(browser: Browser, stack: Stack, staff: None) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "hr-zhao")


def test_one_person_starts_a_campaign_that_nobody_else_approves(hr, stack, picture):
    person = stack.emulator.hire()
    person.writes("你好")
    person.reads()
    hand, page = Mouse(hr), hr
    page.goto(f"{stack.url}/admin/scheduling/campaign/add/")
    hand.write(page.locator("#id_name"), "独自晨会")
    both = page.locator("[name=scheduling_campaign_save_and_start]")
    expect(both).to_be_hidden()
    hand.choose(page.locator("#id_policy"), "alone")
    expect(both).to_be_visible()
    expect(page.locator("#id_urgent_reason")).to_be_hidden()
    hand.choose(page.locator("#id_content_type"), "video")
    for shown in ("#id_a_zh_literal", "#id_a_zh_mode", "#id_a_zh_defaults"):
        expect(page.locator(shown)).to_be_visible()
    hand.choose(page.locator("#id_content_type"), "text")
    expect(page.locator("#id_a_zh_mode")).to_be_hidden()
    hand.write(page.locator("[data-side=audience] input[type=search]"), person.user_id)
    expect(page.locator(".ou-suggestion")).to_have_count(1)
    hand.press(page.locator(".ou-suggestion"))
    hand.write(page.locator("#id_a_zh_text"), "{{原文}} 照发")
    hand.press(page.locator("label:has(#id_a_zh_literal), #id_a_zh_literal").first)
    hand.choose(page.locator("#id_repeat"), "daily")
    hand.choose(page.locator("#id_missed"), "skip")
    expect(page.locator("#id_grace_minutes")).to_be_visible()
    expect(page.locator("#id_unknown_days")).to_be_hidden()
    hand.choose(page.locator("#id_days"), "working")
    expect(page.locator("#id_unknown_days")).to_be_visible()
    hand.write(page.locator("#id_at"), "09:30")
    expect(page.get_by_test_id("next-moments").locator("li")).to_have_count(5)
    expect(page.get_by_test_id("next-moments")).to_contain_text("09:30")
    picture(page, "form")
    follow(hand, page.locator("[name=_continue]"))
    expect(page.get_by_test_id("alone")).to_be_visible()
    picture(page, "draft")
    page.set_viewport_size(NARROW)
    picture(page, "draft-narrow")
    page.set_viewport_size(DESK)
    follow(hand, page.locator("a[href$='/start_alone_this/']:visible"))
    follow(hand, page.get_by_test_id("start"))
    expect(page.locator("a[href$='/start_alone_this/']")).to_have_count(0)
    step(hand, "run_now")
    assert person.reads_text(seconds=60) == "{{原文}} 照发"
    follow(hand, page.get_by_test_id("life").locator(".ou-row"))  # though its end loads the page again
    expect(page.get_by_test_id("by-hand")).to_be_visible()
    picture(page, "run")
    page.go_back()
    hand.press(page.locator("a[hx-get$='/cancel_this/']:visible"))  # or the doctor asks for next year's working days
    hand.write(page.locator("#dialog textarea"), "只试一次")
    with page.expect_navigation():
        hand.press(page.locator("#dialog [type=submit]"))
