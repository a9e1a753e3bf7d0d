"""Menu buttons that scan, or send pictures and places, over the control API and by hand."""

import hashlib
import json
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.wecom.emulator.pages.test_buttons import bar, make_menu
from tests.wecom.emulator.support.callbacks import opened
from tests.wecom.emulator.support.clients import Application, Listener, Open
from tests.wecom.emulator.support.media_samples import PNG

SCAN = {"type": "scancode_push", "name": "扫码", "key": "scan"}
WAIT = {"type": "scancode_waitmsg", "name": "扫码等候", "key": "wait"}
CAMERA = {"type": "pic_sysphoto", "name": "拍照", "key": "camera"}
ALBUM = {"type": "pic_weixin", "name": "相册", "key": "album"}
EITHER = {"type": "pic_photo_or_album", "name": "拍或选", "key": "either"}
PLACE = {"type": "location_select", "name": "位置", "key": "place"}
PROGRAM = {"type": "view_miniprogram", "name": "小程序", "appid": "wx0123456789abcdef", "pagepath": "pages/index"}
MENU: list[dict[str, Any]] = [
    {"name": "扫码", "sub_button": [SCAN, WAIT]},
    {"name": "图片", "sub_button": [CAMERA, ALBUM, EITHER]},
    {"name": "其他", "sub_button": [PLACE, PROGRAM]},
]
OTHER = PNG + b"another"
DIGESTS = [hashlib.md5(data, usedforsecurity=False).hexdigest() for data in (PNG, OTHER)]


def heard(application: Application, listener: Listener) -> Element:
    """The next callback but for the opening of the chat."""
    while True:
        element = opened(application, listener.next())
        if element.findtext("Event") != "enter_agent":
            return element


def tap(application: Application, member: str, key: str, **given: Any) -> dict[str, Any]:
    return application.control("POST", "tap", member=member, key=key, wait=10, **given)


def tap_with(application: Application, member: str, key: str, *pictures: bytes) -> requests.Response:
    form = {"member": member, "key": key, "agentid": str(application.agent_id)}
    if not pictures:
        return requests.post(f"{application.emulator.url}/emulator/api/tap", json=form, timeout=30)
    files = [("pictures", (f"{number}.png", data)) for number, data in enumerate(pictures)]
    return requests.post(f"{application.emulator.url}/emulator/api/tap", data=form, files=files, timeout=30)


@pytest.mark.parametrize("button", [SCAN, WAIT])
def test_a_scan_brings_what_the_code_says(
    application: Application, listener: Listener, member: str, button: dict[str, str]
) -> None:
    make_menu(application, MENU)
    (callback,) = tap(application, member, button["key"], code="EAN_13,4006381333931", code_type="barcode")["callbacks"]
    assert callback["status"] == "delivered"
    event = heard(application, listener)
    assert (event.findtext("Event"), event.findtext("EventKey")) == (button["type"], button["key"])
    assert event.findtext("ScanCodeInfo/ScanType") == "barcode"
    assert event.findtext("ScanCodeInfo/ScanResult") == "EAN_13,4006381333931"


def test_pictures_follow_the_event_that_names_them(application: Application, listener: Listener, member: str) -> None:
    make_menu(application, MENU)
    done = tap_with(application, member, "album", PNG, OTHER).json()
    assert [callback["kind"] for callback in done["callbacks"]] == ["pic_weixin", "image", "image"]
    event = heard(application, listener)
    assert event.findtext("SendPicsInfo/Count") == "2"
    listed = [item.findtext("PicMd5Sum") for item in event.findall("SendPicsInfo/PicList/item")]
    assert listed == DIGESTS
    sent = [heard(application, listener) for _ in listed]
    token = application.access_token()
    for element, data in zip(sent, (PNG, OTHER), strict=True):
        query = {"access_token": token, "media_id": element.findtext("MediaId")}
        assert requests.get(f"{application.emulator.url}/cgi-bin/media/get", params=query, timeout=60).content == data
    assert [entry["msgtype"] for entry in done["entries"]] == ["image", "image"]


def test_a_place_follows_its_event(application: Application, listener: Listener, member: str) -> None:
    make_menu(application, MENU)
    where = {"latitude": 31.23, "longitude": 121.47, "label": "上海市黄浦区", "name": "人民广场"}
    tap(application, member, "place", **where)
    event, message = heard(application, listener), heard(application, listener)
    info = {child.tag: child.text for child in event.find("SendLocationInfo") or ()}
    assert (info["Location_X"], info["Location_Y"], info["Label"], info["Poiname"]) == (
        *("31.23", "121.47"),
        *("上海市黄浦区", "人民广场"),
    )
    assert (message.findtext("MsgType"), message.findtext("Location_X")) == ("location", "31.23")


def test_buttons_send_events_by_where_they_lead(application: Application, listener: Listener, member: str) -> None:
    make_menu(application, [PROGRAM, {"type": "view", "name": "官网", "url": "https://example.com/a"}])
    for key, name in (("pages/index", "view_miniprogram"), ("https://example.com/a", "view")):
        tap(application, member, key)
        event = heard(application, listener)
        assert (event.findtext("Event"), event.findtext("EventKey")) == (name, key)


@pytest.mark.parametrize(
    ("key", "pictures", "words"),
    [
        ("nothing", [], "no button 'nothing'"),
        ("scan", [], "code is missing"),
        ("place", [], "latitude and longitude are missing"),
        ("camera", [], "takes one picture"),
        ("camera", [PNG, PNG], "takes one picture"),
        ("either", [PNG] * 10, "takes 1 to 9 pictures"),
    ],
)
def test_what_a_button_lacks_is_said(
    application: Application, member: str, key: str, pictures: list[bytes], words: str
) -> None:
    make_menu(application, MENU)
    answer = tap_with(application, member, key, *pictures)
    assert (answer.status_code, words in answer.json()["error"]) == (409, True)


def test_nine_pictures_are_sent_at_once(application: Application, member: str) -> None:
    make_menu(application, MENU)
    done = tap_with(application, member, "either", *[PNG] * 9).json()
    assert [callback["kind"] for callback in done["callbacks"]] == ["pic_photo_or_album", *["image"] * 9]


def test_what_is_no_picture_is_refused_and_tells_nobody(application: Application, member: str) -> None:
    make_menu(application, MENU)
    answer = tap_with(application, member, "album", PNG, b"GIF89a and so on")
    assert (answer.status_code, answer.json()["errcode"]) == (400, 40123)
    assert application.control("GET", "callbacks", member=member)["callbacks"] == []


# ---- by hand


def choose(page: Page, top: str, name: str) -> None:
    bar(page, top).click()
    page.get_by_test_id("submenu").get_by_text(name, exact=True).click()


@pytest.mark.browser
def test_a_code_is_scanned_by_hand(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    make_menu(application, MENU)
    choose(page, "扫码", "扫码等候")
    page.get_by_test_id("scan-send").click()
    expect(page.get_by_test_id("scan-code")).to_be_focused()
    page.get_by_test_id("scan-code").fill("资产 4711")
    page.get_by_test_id("scan-send").click()
    assert heard(application, listener).findtext("ScanCodeInfo/ScanResult") == "资产 4711"
    expect(page.get_by_test_id("toast")).to_have_text("消息接收中…")
    choose(page, "扫码", "扫码")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("scan-code")).to_have_count(0)
    page.context.route("https://example.com/**", lambda route: route.fulfill(body="<title>there</title>"))
    choose(page, "扫码", "扫码")
    page.get_by_test_id("scan-code").fill("https://example.com/code")
    with page.expect_popup() as shown:
        page.get_by_test_id("scan-send").click()
    assert shown.value.url == "https://example.com/code"
    assert heard(application, listener).findtext("Event") == "scancode_push"


@pytest.mark.browser
@pytest.mark.parametrize(("name", "kind", "files"), [("拍照", "pic_sysphoto", 1), ("相册", "pic_weixin", 2)])
def test_pictures_are_taken_by_hand(
    chat_page: Open, application: Application, listener: Listener, name: str, kind: str, files: int
) -> None:
    page = chat_page()
    make_menu(application, MENU)
    with page.expect_file_chooser() as chooser:
        choose(page, "图片", name)
    assert chooser.value.is_multiple() == (files > 1)
    chosen = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": data} for n, data in enumerate((PNG, OTHER))]
    chooser.value.set_files(chosen[:files])  # type: ignore[arg-type]
    event = heard(application, listener)
    assert (event.findtext("Event"), event.findtext("SendPicsInfo/Count")) == (kind, str(files))
    expect(page.locator(".image-bubble img")).to_have_count(files)


@pytest.mark.browser
def test_a_place_is_chosen_by_hand(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    make_menu(application, MENU)
    choose(page, "其他", "位置")
    page.get_by_test_id("location-label").fill("上海市黄浦区")
    page.get_by_test_id("location-latitude").fill("31.23")
    page.get_by_test_id("location-longitude").fill("121.47")
    page.get_by_test_id("location-send").click()
    assert heard(application, listener).findtext("SendLocationInfo/Label") == "上海市黄浦区"
    expect(page.get_by_test_id("bubble-out")).to_contain_text("上海市黄浦区")
    choose(page, "其他", "小程序")
    expect(page.get_by_test_id("toast")).to_have_text("已进入小程序“小程序”")


@pytest.mark.browser
def test_a_place_is_sent_from_the_tray(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    page.get_by_test_id("more").click()
    page.get_by_test_id("send-location").click()
    page.get_by_test_id("location-latitude").fill("95")
    page.get_by_test_id("location-send").click()
    expect(page.get_by_test_id("location-latitude")).to_be_focused()
    page.get_by_test_id("location-latitude").fill("39.9")
    page.get_by_test_id("location-send").click()
    message = heard(application, listener)
    assert (message.findtext("MsgType"), message.findtext("Location_X")) == ("location", "39.9")
    assert json.loads(str(message.findtext("Location_Y"))) == 113.3245
