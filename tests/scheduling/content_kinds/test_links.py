"""Links in the words of campaigns: which there are, and the same words with short ones."""

import pytest

from scheduling.content_kinds import links
from scheduling.content_kinds.content_kind_registry import kind_named

WRITTEN = kind_named("text")
TEXT = (
    '报名：https://hr.example.cn/a?x=1&y=2，或看（http://b.cn/）。<a href="https://hr.example.cn/a?x=1&y=2">这里</a>!'
)


def text(words: str) -> dict[str, object]:
    return {"text": words, "card": {}}


def test_each_address_of_a_text_is_found_once():
    assert links.targets_of(WRITTEN, text(TEXT)) == ["https://hr.example.cn/a?x=1&y=2", "http://b.cn/"]


def test_only_the_addresses_change():
    short = {"https://hr.example.cn/a?x=1&y=2": "S1", "http://b.cn/": "S2"}
    assert links.with_links(WRITTEN, text(TEXT), short)["text"] == '报名：S1，或看（S2）。<a href="S1">这里</a>!'


@pytest.mark.parametrize("words", ["https://a.cn/{{user_id}}", "weixin://dl/x", "没有链接", "javascript:alert(1)"])
def test_what_differs_by_member_or_is_no_web_page_stays(words):
    assert links.targets_of(WRITTEN, text(words)) == []


def test_an_address_is_part_of_a_longer_one():
    found = links.with_links(WRITTEN, text("https://a.cn/b https://a.cn"), {"https://a.cn": "S"})
    assert found["text"] == "https://a.cn/b S"


def test_links_of_a_card_are_found_and_its_pictures_are_not():
    card = {
        "kind": "news_notice",
        "picture": {"url": "https://img.cn/p.png"},
        "link": {"url": "https://a.cn"},
        "jumps": [{"text": "看", "link": {"url": "https://b.cn"}}],
        "rows": [{"title": "https://c.cn", "icon_url": "https://d.cn"}],
    }
    own = {"text": "", "card": card}
    assert links.targets_of(kind_named("card"), own) == ["https://a.cn", "https://b.cn"]
    changed = links.with_links(kind_named("card"), own, {"https://a.cn": "S"})["card"]
    assert (changed["link"], changed["picture"]) == ({"url": "S"}, card["picture"])
