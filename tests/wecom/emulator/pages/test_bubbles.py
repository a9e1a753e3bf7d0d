"""Every message and card on the phone: small and large, light and dark, without overflow."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.wecom.emulator.messages.test_card_types import CARDS, send_card
from tests.wecom.emulator.messages.test_contents import ARTICLE, NOTICE, send_notice, send_pages
from tests.wecom.emulator.support.clients import Application
from tests.wecom.emulator.support.media_samples import AMR, MP4, PNG

pytestmark = pytest.mark.browser

LONG = "很长的一句话" * 30 + " " + "unbreakable" * 12
WORDS: dict[str, dict[str, Any]] = {
    "text": {"content": f"{LONG}\nhttps://example.com/a?b=1"},
    "markdown": {"content": f"# 标题\n> 引用\n**{LONG[:60]}** `code` [链接](https://example.com)"},
    "textcard": {"title": LONG[:40], "description": LONG[:150], "url": "https://example.com", "btntxt": "更多"},
    "news": {"articles": [ARTICLE, {**ARTICLE, "title": LONG[:40]}]},
}
MEDIA = {
    "image": ("a.png", PNG),
    "voice": ("a.amr", AMR),
    "video": ("a.mp4", MP4),
    "file": (f"{LONG[:60]}.pdf", b"123456"),
}
OVERFLOW = """() => {
  const wall = document.getElementById("messages");
  const right = wall.getBoundingClientRect().right;
  const beyond = (node) => node.getBoundingClientRect().right > right + 1;
  const out = [...wall.querySelectorAll(".bubble-column, .bubble-column *")].filter(beyond);
  return [wall.scrollWidth > wall.clientWidth, out.map((node) => node.className || node.tagName).slice(0, 5)];
}"""


def send_everything(application: Application, member: str) -> int:
    """One of each kind; how many there are."""
    for kind, part in WORDS.items():
        assert application.send({"touser": member, "msgtype": kind, kind: part})["errcode"] == 0
    for kind, (name, data) in MEDIA.items():
        media_id = application.upload(kind, data, name)["media_id"]
        assert application.send({"touser": member, "msgtype": kind, kind: {"media_id": media_id}})["errcode"] == 0
    assert send_pages(application, member, 2)["errcode"] == 0
    assert send_notice(application, member, **NOTICE)["errcode"] == 0
    for kind in CARDS:
        assert send_card(application, member, kind)["errcode"] == 0
    return len(WORDS) + len(MEDIA) + 2 + len(CARDS)


@pytest.mark.parametrize(("width", "scheme", "locale"), [(375, "light", "zh-CN"), (1280, "dark", "en-GB")])
def test_everything_has_a_bubble_that_fits(
    browser: Browser, application: Application, member: str, width: int, scheme: Any, locale: str
) -> None:
    count = send_everything(application, member)
    complaints: list[str] = []
    size: Any = {"width": width, "height": 900}
    with browser.new_context(viewport=size, color_scheme=scheme, locale=locale) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{application.emulator.url}/emulator/?agentid={application.agent_id}#{member}")
        expect(page.get_by_test_id("bubble-in")).to_have_count(count)
        kinds = page.get_by_test_id("bubble-in").evaluate_all("(all) => all.map((node) => node.dataset.msgtype)")
        cards = page.locator("[data-card-type]").evaluate_all("(all) => all.map((node) => node.dataset.cardType)")
        assert set(kinds) == {*WORDS, *MEDIA, "mpnews", "miniprogram_notice", "template_card"}
        assert cards == list(CARDS)
        assert page.evaluate(OVERFLOW) == [False, []]
        assert readable(page)
    assert complaints == []


def readable(page: Page) -> bool:
    """Whether each bubble shows something: a picture, a video, a button or words."""
    shows = "(all) => all.every((node) => node.innerText.trim() || node.querySelector('img, video, button'))"
    return bool(page.locator(".messages .bubble").evaluate_all(shows))
