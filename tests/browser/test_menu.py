"""The menu below the chat: edited by forms, published, pressed on the phone."""

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.support.chat import open_chat
from tests.support.emulator import KEYS
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def no_other_menu(stack: Stack):
    """None before, where an installation brings one; none after: other tests find the keyboard on their phones."""
    stack.manage("shell", "-c", "from wecom.models import MenuButton; MenuButton.objects.all().delete()")
    yield
    url, agent = f"{stack.emulator.url}/cgi-bin", KEYS["AGENT_ID"]
    query = {"corpid": KEYS["CORP_ID"], "corpsecret": KEYS["SECRET"]}
    token = requests.get(f"{url}/gettoken", params=query, timeout=60).json()["access_token"]
    requests.get(f"{url}/menu/delete", params={"access_token": token, "agentid": agent}, timeout=60)


def add(desk: Page, stack: Stack, name: str, kind: str, **fields: str) -> None:
    desk.goto(f"{stack.url}/admin/wecom/menubutton/add/")
    desk.locator("#id_name").fill(name)
    desk.locator("#id_kind").select_option(kind)
    for field, value in fields.items():
        if field == "parent":
            desk.locator("#id_parent").select_option(label=value)
        else:
            desk.locator(f"#id_{field}").fill(value)
    desk.locator("[name=_save]").click()
    expect(desk.locator("#result_list")).to_contain_text(name)


def test_a_menu_is_made_by_forms_published_and_pressed(desk, phone_page, stack, picture, no_other_menu):
    add(desk, stack, "帮助", "click", key="/help", position="1")
    add(desk, stack, "更多", "menu", position="2")
    add(desk, stack, "我的视频", "click", key="/status", parent="更多")
    expect(desk.locator("#id_menu, [data-testid=menu]")).to_contain_text("我的视频")
    picture(desk, "unpublished")
    desk.locator("a[hx-get$='/publish/']").click()
    picture(desk, "question")
    desk.locator("#dialog [type=submit]").click()
    expect(desk.get_by_test_id("menu").locator(".ou-badge-good")).to_be_visible(timeout=30_000)
    picture(desk, "published")
    open_chat(phone_page, stack.emulator.hire())
    phone_page.get_by_test_id("menu-row").get_by_role("button", name="帮助").click()
    expect(phone_page.get_by_test_id("bubble-in")).to_have_count(2)
    expect(phone_page.get_by_test_id("bubble-in").last).to_contain_text("/status")
    phone_page.get_by_test_id("menu-row").get_by_role("button", name="更多").click()
    picture(phone_page, "menu")
    phone_page.get_by_test_id("submenu").get_by_text("我的视频").click()
    expect(phone_page.get_by_test_id("bubble-in")).to_have_count(3)
