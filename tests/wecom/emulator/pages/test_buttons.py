"""Presses on the phone: cards, the menu, and the tiles behind the plus, in a real browser."""

import io
import wave
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.cards import press, replace, send
from tests.wecom.emulator.support.clients import Application, Listener, Open
from tests.wecom.emulator.support.media_samples import AMR, MP4, PNG

pytestmark = pytest.mark.browser

MENU: list[dict[str, Any]] = [
    {"type": "click", "name": "帮助", "key": "/help"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "click", "name": "入职流程", "key": "onboarding"},
            {"type": "view", "name": "官网", "url": "https://example.com/a"},
        ],
    },
    {"type": "scancode_push", "name": "扫码", "key": "scan"},
]


def next_event(application: Application, listener: Listener) -> dict[str, Any]:
    """The next callback but for the opening of the chat."""
    while True:
        event = decrypt(application, listener.next())
        if event.get("Event") != "enter_agent":
            return event


def make_menu(application: Application, buttons: list[dict[str, Any]]) -> None:
    assert application.post("menu/create", {"button": buttons}, agentid=application.agent_id)["errcode"] == 0


def sound() -> bytes:
    """A second of silence as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 16000, 0, "NONE", ""))
        writer.writeframes(bytes(32000))
    return file.getvalue()


def bar(page: Page, name: str) -> Locator:
    """A button of the menu's bar."""
    return page.get_by_test_id("menu-row").get_by_role("button", name=name)


def tray(page: Page) -> Page:
    page.get_by_test_id("more").click()
    return page


def test_a_card_is_pressed_and_then_shows_what_was_chosen(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page()
    send(application, member)
    buttons = page.get_by_test_id("card-button")
    expect(buttons).to_have_text(["标清", "高清"])
    expect(page.locator(".template-card .card-title")).to_have_text("要什么画质？")
    buttons.nth(1).click()
    event = next_event(application, listener)
    assert (event["Event"], event["EventKey"]) == ("template_card_event", "hd")
    assert replace(application, event["ResponseCode"], member) == 0
    expect(buttons).to_have_count(0)
    expect(page.get_by_test_id("replaced")).to_have_text("已选择：高清")
    expect(page.get_by_test_id("replaced")).to_be_disabled()


def test_a_card_that_nobody_changes_can_be_pressed_again(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page()
    send(application, member)
    for _ in range(2):
        page.get_by_test_id("card-button").first.click()
        assert next_event(application, listener)["EventKey"] == "sd"
        expect(page.get_by_test_id("card-button").first).to_be_enabled()


def test_a_card_that_was_changed_meanwhile_says_so(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page(lambda page: page.route_web_socket("**/emulator/ws/", lambda socket: None))
    code = send(application, member)["response_code"]
    page.reload()
    expect(page.get_by_test_id("card-button")).to_have_count(2)
    page.wait_for_load_state("networkidle")  # the page reads the chat once more when its socket opens
    replace(application, code, member)
    page.get_by_test_id("card-button").first.click()
    expect(page.get_by_test_id("toast")).to_have_text("按钮已失效")


def test_a_press_from_elsewhere_is_seen_on_the_phone(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page()
    send(application, member)
    expect(page.get_by_test_id("card-button")).to_have_count(2)
    press(application, member)
    replace(application, next_event(application, listener)["ResponseCode"], member, "好")
    expect(page.get_by_test_id("replaced")).to_have_text("好")


def test_the_menu_is_at_the_bottom_and_gives_way_to_the_keyboard(chat_page: Open, application: Application) -> None:
    page = chat_page()
    expect(page.get_by_test_id("to-menu")).to_be_hidden()
    make_menu(application, MENU)
    expect(page.get_by_test_id("menu-row")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    page.get_by_test_id("to-keyboard").click()
    expect(page.get_by_test_id("composer")).to_be_focused()
    expect(page.get_by_test_id("menu-row")).to_be_hidden()
    page.get_by_test_id("to-menu").click()
    expect(page.get_by_test_id("menu-row")).to_be_visible()
    application.emulator.get("menu/delete", access_token=application.access_token(), agentid=application.agent_id)
    expect(page.get_by_test_id("composer")).to_be_visible()


def test_a_button_of_the_menu_tells_the_application(
    chat_page: Open, application: Application, listener: Listener
) -> None:
    page = chat_page()
    make_menu(application, MENU)
    bar(page, "帮助").click()
    event = next_event(application, listener)
    assert (event["Event"], event["EventKey"]) == ("click", "/help")
    bar(page, "更多").click()
    page.get_by_test_id("submenu").get_by_text("入职流程").click()
    assert next_event(application, listener)["EventKey"] == "onboarding"
    expect(page.get_by_test_id("submenu")).to_be_hidden()
    bar(page, "扫码").click()
    expect(page.get_by_test_id("scan-code")).to_be_focused()


def test_a_menu_closes_when_one_presses_beside_it(chat_page: Open, application: Application) -> None:
    page = chat_page()
    make_menu(application, MENU)
    for leave in (lambda: page.get_by_test_id("chat-title").click(), lambda: page.keyboard.press("Escape")):
        bar(page, "更多").click()
        expect(page.get_by_test_id("submenu")).to_be_visible()
        leave()
        expect(page.get_by_test_id("submenu")).to_be_hidden()


def test_a_link_of_the_menu_opens_and_tells(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    make_menu(application, MENU)
    page.context.route("https://example.com/**", lambda route: route.fulfill(body="<title>there</title>"))
    bar(page, "更多").click()
    with page.expect_popup() as opened:
        page.get_by_test_id("submenu").get_by_text("官网").click()
    assert opened.value.url == "https://example.com/a"
    event = next_event(application, listener)
    assert (event["Event"], event["EventKey"]) == ("view", "https://example.com/a")


@pytest.mark.parametrize(
    ("tile", "file", "kind", "shown"),
    [
        ("image-file", ("a.png", "image/png", PNG), "image", ".image-bubble"),
        ("video-file", ("a.mp4", "video/mp4", MP4), "video", ".video-bubble"),
        ("voice-file", ("a.amr", "audio/amr", AMR), "voice", ".voice"),
        ("voice-file", ("a.wav", "audio/wav", sound()), "voice", ".voice"),
    ],
)
def test_a_file_of_each_kind_is_sent_from_the_phone(
    chat_page: Open,
    application: Application,
    listener: Listener,
    tile: str,
    file: tuple[str, str, bytes],
    kind: str,
    shown: str,
) -> None:
    page = chat_page()
    name, mime, data = file
    tray(page).get_by_test_id(tile).set_input_files({"name": name, "mimeType": mime, "buffer": data})
    event = next_event(application, listener)
    assert (event["MsgType"], bool(event["MediaId"])) == (kind, True)
    expect(page.get_by_test_id("bubble-out").locator(shown)).to_be_visible()


def test_what_is_no_sound_is_not_sent(chat_page: Open) -> None:
    page = chat_page()
    tray(page).get_by_test_id("voice-file").set_input_files(
        {"name": "a.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound at all"}
    )
    expect(page.get_by_test_id("failed")).to_be_visible()


def test_a_file_for_the_application_is_explained(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page()
    tray(page).get_by_test_id("send-file").click()
    expect(page.get_by_test_id("toast")).to_contain_text("文件消息")
    who = {"member": member, "agentid": application.agent_id}
    refused = application.emulator.control("POST", "send", **who, type="file", expect=400)
    assert "no file messages" in refused["error"]


def test_somebody_leaves_the_visible_range_and_comes_back(
    chat_page: Open, application: Application, listener: Listener
) -> None:
    page = chat_page()
    tray(page).get_by_test_id("leave-range").click()
    expect(page.get_by_test_id("return-to-range")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    assert next_event(application, listener)["Event"] == "unsubscribe"
    page.get_by_test_id("return-to-range").click()
    expect(page.get_by_test_id("composer")).to_be_visible()
    # A busy machine may be slow to take “unsubscribe”, which then comes again.
    later = iter(lambda: next_event(application, listener)["Event"], "subscribe")
    assert set(later) <= {"unsubscribe"}


def test_the_chat_can_be_entered_again(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    assert decrypt(application, listener.next())["Event"] == "enter_agent"
    tray(page).get_by_test_id("reopen-chat").click()
    assert decrypt(application, listener.next())["Event"] == "enter_agent"
