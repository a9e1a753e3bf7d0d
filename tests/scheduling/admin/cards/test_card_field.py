"""A card written in a form: the same JSON as over REST, errors at its parts, and the phone beside it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.urls import reverse

from scheduling.admin.cards.card_field import card_of_post
from scheduling.admin.cards.card_words import card_lines
from scheduling.campaigns.cards.card_checks import card_problems
from scheduling.campaigns.cards.conversion import element_of, parts_of
from scheduling.campaigns.cards.parts import KINDS
from scheduling.campaigns.content import compose
from scheduling.content_kinds.content_kind_registry import kind_named
from tests.scheduling.support.campaign_pages import ADD, form, page, seen
from tests.scheduling.support.campaigns import make_campaign

URL = "https://example.com/a"
ROWS = [{"name": "日期", "value": "周五"}, {"name": "地点", "value": "大厅", "link": {"url": URL}}]
JUMPS = [{"title": "全文", "link": {"url": URL}}]
CARDS: dict[str, dict[str, Any]] = {
    "textcard": {"title": "通知", "description": "看", "url": URL, "btn_text": "去看"},
    "news": {"articles": [{"title": "一", "url": URL, "picture_url": URL}, {"title": "二", "url": URL}]},
    "text_notice": {
        **{"title": "通知", "emphasis": {"title": "30%", "text": "完成"}, "text": "请看", "link": {"url": URL}},
        **{"rows": ROWS, "jumps": JUMPS},
    },
    "news_notice": {
        **{"title": "通知", "picture": {"url": URL}, "link": {"url": URL}},
        "paragraphs": [{"title": "一", "text": "内容"}],
    },
    "button_interaction": {
        **{"title": "{{name|同事}}，请确认", "description": "今天", "text": "全文", "rows": ROWS, "link": {"url": URL}},
        "buttons": [
            {"text": "确认", "key": "confirm", "style": 1},
            {"text": "有疑问", "key": "question"},
            {"text": "打开", "url": URL},
        ],
    },
    "vote_interaction": {
        "title": "去哪里",
        "checkbox": {"key": "place", "several": True, "choices": [{"id": "sea", "text": "海边"}]},
        "submit": {"text": "提交", "key": "done"},
    },
    "multiple_interaction": {
        "title": "午饭",
        "selectors": [
            {"key": "rice", "title": "主食", "choices": [{"id": "a", "text": "米饭"}, {"id": "b", "text": "面条"}]}
        ],
        "submit": {"text": "提交", "key": "done"},
    },
}


def posted(parts: Mapping[str, Any], name: str = "a_zh_card") -> dict[str, str]:
    """What a browser sends for the parts of a card."""
    data = {}
    for key, value in parts.items():
        for number, row in enumerate(value) if isinstance(value, list) else ():
            for column, cell in row.items():
                shown = json.dumps(cell) if isinstance(cell, dict) else str(cell)
                data[f"{name}-{key}-{number}-{column}"] = shown
        if not isinstance(value, list):
            data[f"{name}-{key}"] = "yes" if value is True else str(value or "")
    return data


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_is_shown_sent_back_and_composed_as_it_was(kind):
    card = {"kind": kind, **CARDS[kind]}
    parts = parts_of(card)
    assert parts is not None
    assert card_of_post(posted(parts), "a_zh_card") == card
    assert list(card_problems(card)) == []
    assert compose(kind_named("card"), {"card": card}, {}).words()
    assert all(line for line in card_lines(card))


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "text_notice", "main_title": {"title": "好"}},
        {**CARDS["textcard"], "kind": "textcard", "translate_ids": True},
        {"kind": "news_notice", "title": "一", "link": {"app_id": "wx1"}, "picture": {"url": URL}},
        {"kind": "button_interaction", "title": ["一"], "buttons": "none"},
        {"kind": "tarot"},
    ],
)
def test_a_card_with_other_parts_stays_json(other):
    assert parts_of(other) is None
    data = {"a_zh_card-kind": "other", "a_zh_card-json": json.dumps(other)}
    assert card_of_post(data, "a_zh_card") == other
    assert card_lines(other)


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        ("button_interaction", {"title": ""}, "title"),
        ("button_interaction", {"title": "长" * 37}, "title"),
        ("button_interaction", {"buttons": []}, "buttons"),
        ("button_interaction", {"buttons": [{"text": str(n), "key": str(n)} for n in range(7)]}, "buttons"),
        ("button_interaction", {"buttons": [{"text": "长" * 11, "key": "1"}]}, "buttons-0-text"),
        ("button_interaction", {"buttons": [{"text": "看", "url": ""}]}, "buttons-0-url"),
        ("button_interaction", {"buttons": [{"text": "看", "url": "example"}]}, "buttons-0-url"),
        ("button_interaction", {"buttons": [{"text": "a", "key": "1"}, {"text": "b", "key": "1"}]}, "buttons-1-text"),
        ("button_interaction", {"rows": [{"name": "名称太长了吧", "value": "一"}]}, "rows-0-name"),
        ("textcard", {"title": "长" * 43}, "title"),
        ("textcard", {"url": "example.com"}, "url"),
        ("textcard", {"btn_text": "看这里吧！"}, "btn_text"),
        ("text_notice", {"title": "", "text": ""}, "title"),
        ("text_notice", {"emphasis": {"text": "完成"}}, "figure"),
        ("text_notice", {"link": None}, "url"),
        ("news_notice", {"picture": None}, "picture"),
        ("news", {"articles": [{"title": "一"}]}, "articles-0-url"),
        ("vote_interaction", {"title": "长" * 17}, "title"),
        ("vote_interaction", {"submit": {"key": "send"}}, "submit"),
        ("multiple_interaction", {"selectors": []}, "selectors"),
    ],
)
def test_what_the_platform_would_refuse_is_told_at_its_part(kind, change, place):
    card = {"kind": kind, **CARDS[kind], **change}
    found = [(element_of(card, one.field.removeprefix("card.")), str(one)) for one in card_problems(card)]
    assert [name for name, _words in found] == [place]
    assert found[0][1]


def test_answers_get_keys_of_their_own_and_keep_them():
    rows = [
        {"text": "确认", "action": "confirm"},
        {"text": "好", "action": "answer"},
        {"text": "不", "action": "answer"},
    ]
    card = card_of_post(posted({"kind": "button_interaction", "title": "一", "buttons": rows}), "a_zh_card")
    assert [one["key"] for one in card["buttons"]] == ["confirm", "1", "2"]
    parts = parts_of(card)
    parts["buttons"].pop(2)
    parts["buttons"].append({"text": "再想想", "action": "answer"})
    again = card_of_post(posted(parts), "a_zh_card")
    assert [(one["text"], one["key"]) for one in again["buttons"]] == [
        ("确认", "confirm"),
        ("好", "1"),
        ("再想想", "2"),
    ]


def test_empty_rows_and_a_kind_alone_are_no_card():
    rows = [{"text": "", "action": "confirm"}]
    assert card_of_post(posted({"kind": "button_interaction", "title": "", "buttons": rows}), "a_zh_card") == {}


@pytest.mark.django_db
def test_errors_stand_at_the_parts_of_their_own_card(hr):
    broken = {"kind": "button_interaction", "title": "一", "buttons": [{"text": "看", "url": "example"}]}
    fine = {"kind": "button_interaction", **CARDS["button_interaction"]}
    html = seen(hr, page(make_campaign({"card": broken}, {"card": fine, "language": "en"}, content_type="card")))
    assert 'href="#id_a_zh_card-buttons-0-url"' in html
    assert html.count("this is no web address") == 2  # in the list above, and at the part
    assert html.count("see the places in red") == 1
    assert "see the places in red" not in seen(hr, ADD)


@pytest.mark.django_db
def test_an_approved_card_that_is_saved_as_it_is_stays_approved(hr):
    card = {"kind": "textcard", "title": "通知", "description": "看", "url": URL, "btn_text": ""}
    campaign = make_campaign({"card": card}, content_type="card")
    data = posted(parts_of(card))
    assert hr.post(page(campaign), form(content_type="card", **data)).status_code == 302
    assert campaign.contents.get().card == card


@pytest.mark.django_db
def test_the_phone_beside_shows_defaults_and_what_is_wrong(hr, approver):
    address = reverse("admin:scheduling_card_preview")
    parts = {"kind": "button_interaction", "title": "{{name|同事}}，早", "buttons": [{"text": "长" * 11, "key": "a"}]}
    told = hr.post(address, {"card": "a_zh_card", **posted(parts)}).json()
    assert "同事，早" in told["html"]
    assert list(told["flaws"]) == ["a_zh_card-buttons-0-text"]
    assert told["missing"] == {}
    assert approver.post(address, {"card": "a_zh_card"}).status_code == 403
