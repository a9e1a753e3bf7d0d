"""The last line of optional messages: on every kind of card, where there is room, and never in the way of sending."""

import pytest

from scheduling.campaigns.content import compose, has_room_for_way_out
from scheduling.content_kinds.content_kind_registry import kind_named
from tests.scheduling.admin.cards.test_card_field import CARDS, URL

WORDS = {"way_out": "回复“设置”，选择接收哪些消息。", "way_out_link": "消息设置"}


@pytest.mark.parametrize("site", ["", "https://openuser.example"])
@pytest.mark.parametrize("kind", CARDS)
def test_every_kind_of_card_has_a_way_out(settings, kind, site):
    settings.SITE_URL = site
    card = {"kind": kind, **CARDS[kind]}
    assert has_room_for_way_out(card, WORDS)
    told = str(compose(kind_named("card"), {"card": card, **WORDS}, {}).payload())
    assert told.count(WORDS["way_out"]) + told.count(f"{site}/preferences") >= 1
    assert WORDS["way_out"] not in str(compose(kind_named("card"), {"card": card}, {}).payload())


def test_of_several_articles_the_last_leads_to_the_settings(settings):
    settings.SITE_URL = "https://openuser.example"
    articles = compose(kind_named("card"), {"card": {"kind": "news", **CARDS["news"]}, **WORDS}, {}).payload()[
        "articles"
    ]
    assert [one["title"] for one in articles] == ["一", "二", "消息设置"]


def test_one_article_says_it_below_its_words():
    card = {"kind": "news", "articles": [{"title": "一", "description": "内容", "url": URL}]}
    (article,) = compose(kind_named("card"), {"card": card, **WORDS}, {}).payload()["articles"]
    assert article["description"] == f"内容\n{WORDS['way_out']}"


def test_a_card_without_room_is_sent_without_it_and_told_before():
    card = {"kind": "textcard", "title": "通知", "description": "长" * 165, "url": URL}
    assert not has_room_for_way_out(card, WORDS)
    assert compose(kind_named("card"), {"card": card, **WORDS}, {}).payload()["description"] == card["description"]
