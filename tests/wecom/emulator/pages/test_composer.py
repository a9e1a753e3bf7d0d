"""The composer beyond typing: recordings, dropped or pasted files, links, and what is shown of them."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.wecom.emulator.pages.test_buttons import next_event
from tests.wecom.emulator.support.clients import Application, Listener, Open
from tests.wecom.emulator.support.media_samples import PNG

pytestmark = pytest.mark.browser

DROP = """([event, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type }));
  const target = document.getElementById(event === "drop" ? "messages" : "composer");
  const happens = event === "drop"
    ? new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true });
  target.dispatchEvent(happens);
}"""


def gives(page: Page, way: str, name: str, kind: str, data: bytes) -> None:
    page.evaluate(DROP, [way, name, kind, base64.b64encode(data).decode()])


def talk(page: Page, *, milliseconds: int, released_at: tuple[float, float] | None = None) -> None:
    """Hold the button for as long, and let go of it there."""
    page.get_by_test_id("voice-toggle").click()
    box = page.get_by_test_id("record-voice").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    expect(page.locator(".record-voice.recording")).to_be_visible()
    if not milliseconds:  # however long the test's own steps take
        page.evaluate("performance.now = () => 0")
    page.wait_for_function(
        "(until) => performance.now() >= until", arg=page.evaluate("performance.now()") + milliseconds
    )
    if released_at is not None:
        page.mouse.move(*released_at)
    page.mouse.up()
    expect(page.locator(".record-voice.recording")).to_have_count(0)


def test_a_recording_becomes_a_voice_message(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    talk(page, milliseconds=1500)
    said = next_event(application, listener)
    assert (said["MsgType"], said["Format"]) == ("voice", "amr")
    expect(page.get_by_test_id("bubble-out").locator(".voice")).to_have_text(re.compile("^[12]″$"))


@pytest.mark.parametrize(
    ("milliseconds", "released_at", "words"), [(0, None, "说话时间太短"), (700, (180.0, 200.0), "")]
)
def test_a_short_or_cancelled_recording_is_not_sent(
    chat_page: Open, milliseconds: int, released_at: Any, words: str
) -> None:
    page = chat_page()
    talk(page, milliseconds=milliseconds, released_at=released_at)
    expect(page.get_by_test_id("toast")).to_have_text(words)
    page.get_by_test_id("voice-toggle").click()
    page.get_by_test_id("composer").fill("danach")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("bubble-out")).to_have_count(1)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(
    chat_page: Open, application: Application, listener: Listener, way: str
) -> None:
    page = chat_page()
    gives(page, way, "a.png", "image/png", PNG)
    assert next_event(application, listener)["MsgType"] == "image"
    expect(page.locator(".image-bubble img")).to_be_visible()


def test_a_dropped_file_of_another_kind_is_refused_in_words(chat_page: Open) -> None:
    page = chat_page()
    gives(page, "drop", "a.pdf", "application/pdf", b"%PDF-1.4")
    expect(page.get_by_test_id("toast")).to_have_text("自建应用不支持接收文件消息")
    expect(page.get_by_test_id("bubble-out")).to_have_count(0)


def test_a_link_is_sent_from_a_sheet(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    page.get_by_test_id("more").click()
    page.get_by_test_id("send-link").click()
    page.get_by_test_id("link-name").fill("员工手册")
    page.get_by_test_id("link-url").fill("no address")
    page.get_by_test_id("link-send").click()
    expect(page.get_by_test_id("link-url")).to_be_focused()
    page.get_by_test_id("link-url").fill("https://example.com/handbook")
    page.get_by_test_id("link-send").click()
    said = next_event(application, listener)
    assert (said["MsgType"], said["Title"], said["Url"]) == ("link", "员工手册", "https://example.com/handbook")
    expect(page.get_by_test_id("bubble-out").locator(".card-title")).to_have_text("员工手册")


def test_the_application_seems_to_type_until_it_answers(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page()
    listener.next()
    page.get_by_test_id("composer").fill("你好")
    page.get_by_test_id("send").click()
    note = page.locator("#chat-note")
    expect(note).to_have_text("对方正在输入…")
    application.say(member, "你好！")
    expect(note).to_have_text("以 测试员 的身份")


def test_sound_is_off_until_it_is_wanted_and_stays_so(chat_page: Open, application: Application, member: str) -> None:
    count = """() => {
      window.rang = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...rest) { window.rang += 1; return start.apply(this, rest); };
    }"""
    page = chat_page(lambda page: page.set_viewport_size({"width": 1280, "height": 860}))
    page.evaluate(count)
    bell = page.get_by_test_id("sound-toggle")
    expect(bell).to_have_attribute("aria-pressed", "false")
    application.say(member, "leise")
    expect(page.get_by_test_id("bubble-in")).to_have_count(1)
    assert page.evaluate("window.rang") == 0
    bell.click()
    application.say(member, "laut")
    expect(page.get_by_test_id("bubble-in")).to_have_count(2)
    page.wait_for_function("() => window.rang === 2")  # once to show how it sounds
    page.reload()
    expect(bell).to_have_attribute("aria-pressed", "true")
