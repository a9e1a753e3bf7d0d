"""The doctor in the admin: one line per check, in order, each repeatable."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_everything_is_checked_line_by_line(desk, stack, picture):
    desk.goto(f"{stack.url}/admin/doctor/")
    picture(desk, "before")
    lines = desk.locator("[data-check]")
    desk.locator("[data-all]").click()
    expect(desk.locator('[data-check][data-level=""]')).to_have_count(0, timeout=60_000)
    picture(desk, "after")
    levels = lines.evaluate_all("all => Object.fromEntries(all.map(one => [one.dataset.check, one.dataset.level]))")
    # There may be callbacks already: both are in order here.
    assert {level for key, level in levels.items() if not key.startswith("callbacks")} == {"good"}, levels
    again = desk.locator('[data-check="database"]')
    again.get_by_role("button").click()
    expect(again).to_have_attribute("data-level", "good")


def test_an_application_shows_what_wechat_work_says_of_it(desk, stack, picture):
    stack.emulator.fault("untrusted-ip", path="agent/get")
    desk.goto(f"{stack.url}/admin/wecom/application/")
    desk.locator("#result_list a[href*='/change/']").first.click()
    connection = desk.get_by_test_id("connection")
    connection.get_by_role("button").click()
    expect(connection.locator('[data-code="untrusted_ip"]')).to_contain_text("127.0.0.1")
    expect(connection.locator('[data-check^="visible-range"]')).to_have_attribute("data-level", "skipped")
    picture(desk, "untrusted")
    connection.locator("[data-all]").click()
    expect(connection.locator('[data-level="good"]')).to_have_count(4)
    picture(desk, "in-order")
