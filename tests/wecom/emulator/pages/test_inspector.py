"""The inspector beside the phone: the calls that follow each callback."""

import pytest
from playwright.sync_api import expect

from tests.wecom.emulator.support.clients import Application, Emulator, Listener, Open

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 860}


def test_a_call_leads_to_the_callback_that_it_follows(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page(lambda page: page.set_viewport_size(WIDE))
    expect(page.locator("#panel-callbacks .record", has_text=f"enter_agent{member}")).to_be_visible()
    page.get_by_test_id("composer").fill("问题")
    page.get_by_test_id("send").click()
    asked = page.locator("#panel-callbacks .record", has_text="text").first
    expect(asked.locator(".pill")).to_have_text("200")
    callbacks = application.control("GET", "callbacks", member=member)["callbacks"]
    (number,) = [row["id"] for row in callbacks if row["kind"] == "text"]
    expect(asked.locator(".record-numbers")).to_have_text(f"#{number}")
    application.say(member, "回答")
    application.say("lisi", "was anybody asked?")
    page.get_by_role("tab", name="接口调用").click()
    calls = page.locator("#panel-calls .record", has_text="message/send")
    link = calls.nth(1).get_by_test_id("related-callback")
    expect(link).to_have_text(f"↩ #{number}")
    link.click()
    expect(asked).to_have_attribute("open", "")
    expect(asked.locator("pre").first).to_contain_text("问题")
    page.reload()  # a reload gives the same page
    page.get_by_role("tab", name="接口调用").click()
    expect(calls.nth(1).get_by_test_id("related-callback")).to_have_text(f"↩ #{number}")


def test_a_call_that_is_not_emulated_is_marked(chat_page: Open, application: Application, emulator: Emulator) -> None:
    page = chat_page(lambda page: page.set_viewport_size(WIDE))
    emulator.get("batch/syncparty", access_token=application.access_token())
    page.get_by_role("tab", name="接口调用").click()
    call = page.locator("#panel-calls .record", has_text="batch/syncparty")
    expect(call.locator(".record-name")).to_contain_text("模拟器没有此接口")
