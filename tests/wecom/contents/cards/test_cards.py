"""Cards, articles and notices at their limits, and one beyond, which names its field and its remedy."""

import json
from typing import Any

import pytest

from tests.wecom.support.message_samples import (
    CARDS,
    MENU,
    ROWS,
    SOURCE,
    WEB,
    article,
    button_card,
    choices,
    multiple_card,
    news_notice,
    notice,
    pages,
    text_notice,
    vote_card,
)
from wecom.contents import (
    Button,
    Checkbox,
    Choice,
    Emphasis,
    Entry,
    Item,
    Jump,
    Menu,
    MiniProgram,
    News,
    Paragraph,
    Picture,
    PictureWithText,
    Quote,
    Row,
    Selector,
    Source,
    Submit,
    Web,
)
from wecom.exceptions import ContentError

FAR = Web(url="https://" + "a" * 2041)
NOWHERE = Web(url="example.com")


def news(**changes: object) -> News:
    return News(articles=(article(), article(**changes)))


@pytest.mark.parametrize("build", CARDS.values(), ids=CARDS.keys())
def test_a_card_may_be_full(build):
    card = build()
    payload = card.payload()
    assert (card.msgtype, payload["card_type"]) == ("template_card", card.card_type)
    assert payload["task_id"] == card.task_id
    assert json.dumps(payload)


@pytest.mark.parametrize("build", CARDS.values(), ids=CARDS.keys())
def test_a_card_that_is_not_named_gets_a_name_of_its_own(build):
    assert build().task_id != build().task_id
    assert build(task_id="t1").payload()["task_id"] == "t1"


def one(part: Any, **fields: object) -> Any:
    """One part of a list, as its card takes it."""
    return (part(**fields),)


WRONG = [
    # all cards
    (text_notice, {"task_id": "a b"}, "invalid", "task_id"),
    (vote_card, {"task_id": "x" * 121}, "invalid", "task_id"),
    (text_notice, {"source": Source(text="来" * 20 + "x")}, "too_long", "source.desc"),
    (news_notice, {"source": Source(colour=4)}, "invalid", "source.desc_color"),
    (button_card, {"source": Source(icon_url="i.png")}, "invalid", "source.icon_url"),
    (vote_card, {"source": SOURCE}, "invalid", "source.desc_color"),
    (multiple_card, {"source": SOURCE}, "invalid", "source.desc_color"),
    # what several have
    (text_notice, {"menu": Menu(entries=())}, "count", "action_menu.action_list"),
    (
        news_notice,
        {"menu": Menu(entries=(*MENU.entries, Entry(key="4", text="四")))},
        "count",
        "action_menu.action_list",
    ),
    (button_card, {"menu": Menu(entries=one(Entry, key="k", text=" "))}, "empty", "action_menu.action_list[0].text"),
    (
        text_notice,
        {"menu": Menu(entries=one(Entry, key="k" * 1025, text="t"))},
        "too_long",
        "action_menu.action_list[0].key",
    ),
    (
        text_notice,
        {"menu": Menu(entries=(Entry(key="k", text="a"), Entry(key="k", text="b")))},
        "repeated",
        "action_menu.action_list[1].key",
    ),
    (text_notice, {"quote": Quote(text="")}, "empty", "quote_area.quote_text"),
    (text_notice, {"quote": Quote(text="q", link=NOWHERE)}, "invalid", "quote_area.url"),
    (news_notice, {"quote": Quote(text="q", link=MiniProgram(app_id=""))}, "empty", "quote_area.appid"),
    (text_notice, {"rows": (*ROWS, ROWS[0])}, "count", "horizontal_content_list"),
    (text_notice, {"rows": one(Row, name=" ")}, "empty", "horizontal_content_list[0].keyname"),
    (news_notice, {"rows": one(Row, name="六个汉字的名")}, "too_long", "horizontal_content_list[0].keyname"),
    (button_card, {"rows": one(Row, name="n", value="值" * 31)}, "too_long", "horizontal_content_list[0].value"),
    (text_notice, {"rows": one(Row, name="n", link=FAR)}, "too_long", "horizontal_content_list[0].url"),
    (text_notice, {"rows": one(Row, name="n", media_id="m")}, "empty", "horizontal_content_list[0].value"),
    (
        text_notice,
        {"rows": one(Row, name="n", value="v", media_id="m", user_id="u")},
        "invalid",
        "horizontal_content_list[0].type",
    ),
    (text_notice, {"jumps": (Jump(title="跳"),) * 4}, "count", "jump_list"),
    (news_notice, {"jumps": one(Jump, title="跳" * 19)}, "too_long", "jump_list[0].title"),
    (text_notice, {"jumps": one(Jump, title="j", link=NOWHERE)}, "invalid", "jump_list[0].url"),
    (text_notice, {"link": None}, "empty", "card_action"),
    (news_notice, {"link": MiniProgram(app_id="a", page="p" * 1025)}, "too_long", "card_action.pagepath"),
    (button_card, {"link": NOWHERE}, "invalid", "card_action.url"),
    # a notice in words
    (text_notice, {"title": "", "text": " "}, "empty", "main_title.title"),
    (text_notice, {"title": "题" * 37}, "too_long", "main_title.title"),
    (text_notice, {"description": "述" * 45}, "too_long", "main_title.desc"),
    (text_notice, {"text": "文" * 161}, "too_long", "sub_title_text"),
    (text_notice, {"emphasis": Emphasis(title="大" * 15)}, "too_long", "emphasis_content.title"),
    (text_notice, {"emphasis": Emphasis(title="大", text="小" * 23)}, "too_long", "emphasis_content.desc"),
    # a notice with a picture
    (news_notice, {"title": ""}, "empty", "main_title.title"),
    (news_notice, {"picture": None, "beside": None}, "empty", "card_image"),
    (news_notice, {"picture": Picture(url="")}, "empty", "card_image.url"),
    (news_notice, {"picture": Picture(url="https://a", aspect_ratio=1.2)}, "invalid", "card_image.aspect_ratio"),
    (news_notice, {"picture": Picture(url="https://a", aspect_ratio=2.25)}, "invalid", "card_image.aspect_ratio"),
    (news_notice, {"beside": PictureWithText(image_url="a")}, "invalid", "image_text_area.image_url"),
    (news_notice, {"paragraphs": (Paragraph(title="p"),) * 5}, "count", "vertical_content_list"),
    (news_notice, {"paragraphs": one(Paragraph, title="段" * 39)}, "too_long", "vertical_content_list[0].title"),
    # buttons
    (button_card, {"title": " "}, "empty", "main_title.title"),
    (button_card, {"buttons": ()}, "count", "button_list"),
    (button_card, {"buttons": (Button(key="a", text="a"), Button(text="b"))}, "empty", "button_list[1].key"),
    (button_card, {"buttons": one(Button, text="b", url="a.example")}, "invalid", "button_list[0].url"),
    (button_card, {"buttons": one(Button, text="b", key="k", style=5)}, "invalid", "button_list[0].style"),
    (
        button_card,
        {"buttons": tuple(Button(key=key, text="b") for key in ("a", "b", "a"))},
        "repeated",
        "button_list[2].key",
    ),
    (button_card, {"selector": Selector(key="", choices=choices(1, 1))}, "empty", "button_selection.question_key"),
    (button_card, {"selector": Selector(key="q", choices=())}, "count", "button_selection.option_list"),
    (
        button_card,
        {"selector": Selector(key="q", choices=choices(11, 1))},
        "count",
        "button_selection.option_list",
    ),
    # a vote
    (vote_card, {"title": "题" * 17}, "too_long", "main_title.title"),
    (vote_card, {"checkbox": Checkbox(key="q" * 1025, choices=choices(1, 1))}, "too_long", "checkbox.question_key"),
    (vote_card, {"checkbox": Checkbox(key="q", choices=choices(21, 1))}, "count", "checkbox.option_list"),
    (
        vote_card,
        {"checkbox": Checkbox(key="q", choices=one(Choice, id="i" * 129, text="t"))},
        "too_long",
        "checkbox.option_list[0].id",
    ),
    (
        vote_card,
        {"checkbox": Checkbox(key="q", choices=(Choice(id="i", text="a"), Choice(id="i", text="b")))},
        "repeated",
        "checkbox.option_list[1].id",
    ),
    (vote_card, {"submit": Submit(text="提" * 11, key="k")}, "too_long", "submit_button.text"),
    (vote_card, {"submit": Submit(text="t", key="")}, "empty", "submit_button.key"),
    # a form
    (multiple_card, {"selectors": ()}, "count", "select_list"),
    (
        multiple_card,
        {"selectors": tuple(Selector(key=f"q{n}", choices=choices(1, 1)) for n in range(4))},
        "count",
        "select_list",
    ),
    (
        multiple_card,
        {"selectors": tuple(Selector(key="q", choices=choices(1, 1)) for _ in range(2))},
        "repeated",
        "select_list[1].question_key",
    ),
    (
        multiple_card,
        {"selectors": one(Selector, key="q", choices=choices(2, 17))},
        "too_long",
        "select_list[0].option_list[0].text",
    ),
    (multiple_card, {"submit": Submit(text=" ", key="k")}, "empty", "submit_button.text"),
    # articles
    (news, {"url": ""}, "empty", "articles[1].url"),
    (news, {"mini_program": MiniProgram(app_id="a")}, "empty", "articles[1].pagepath"),
    (news, {"mini_program": MiniProgram(app_id="a", page="p" * 129)}, "too_long", "articles[1].pagepath"),
    (news, {"mini_program": MiniProgram(app_id=" ", page="p")}, "empty", "articles[1].appid"),
    # pages
    (pages, {"title": "x" * 129}, "too_long", "articles[0].title"),
    (pages, {"thumb_media_id": ""}, "empty", "articles[0].thumb_media_id"),
    (pages, {"content": ""}, "empty", "articles[0].content"),
    (pages, {"content": "x" * (666 * 1024 + 1)}, "too_long", "articles[0].content"),
    (pages, {"author": "z" * 65}, "too_long", "articles[0].author"),
    (pages, {"digest": "d" * 513}, "too_long", "articles[0].digest"),
    (pages, {"url": "a"}, "invalid", "articles[0].content_source_url"),
    # notices of mini-programs
    (notice, {"app_id": ""}, "empty", "appid"),
    (notice, {"page": "p" * 1025}, "too_long", "page"),
    (notice, {"title": "题" * 13}, "too_long", "title"),
    (notice, {"title": "题" * 3 + "x"}, "too_short", "title"),
    (notice, {"description": "述" * 13}, "too_long", "description"),
    (notice, {"description": "述"}, "too_short", "description"),
    (notice, {"items": one(Item, name="n", value="v") * 11}, "count", "content_item"),
    (notice, {"items": one(Item, name="名" * 11, value="v")}, "too_long", "content_item[0].key"),
    (notice, {"items": one(Item, name="n", value="")}, "empty", "content_item[0].value"),
    (notice, {"items": one(Item, name="n", value="值" * 31)}, "too_long", "content_item[0].value"),
]


@pytest.mark.parametrize(("build", "change", "code", "field"), WRONG)
def test_what_is_wrong_is_named_with_its_path_and_what_to_do(build, change, code, field):
    with pytest.raises(ContentError) as caught:
        build(**change)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.remedy
    assert field in caught.value.message


def test_a_row_leads_to_one_thing():
    rows = (
        Row(name="a", link=WEB),
        Row(name="b", value="f.pdf", media_id="m"),
        Row(name="c", user_id="lisi"),
        Row(name="d"),
    )
    assert text_notice(rows=rows).payload()["horizontal_content_list"] == [
        {"keyname": "a", "type": 1, "url": WEB.url},
        {"keyname": "b", "value": "f.pdf", "type": 2, "media_id": "m"},
        {"keyname": "c", "type": 3, "userid": "lisi"},
        {"keyname": "d"},
    ]


@pytest.mark.parametrize("build", [button_card, vote_card, multiple_card])
def test_a_replacement_card_has_no_task_id(build):
    payload = build().replacement("已处理")
    assert "task_id" not in payload
    assert payload["replace_text"] == "已处理"
    assert "replace_text" not in build().replacement()


@pytest.mark.parametrize("build", [text_notice, news_notice])
def test_a_notice_has_no_buttons_to_be_greyed(build):
    assert build().replacement()["card_type"] == build().card_type
    with pytest.raises(ContentError) as caught:
        build().replacement("已处理")
    assert caught.value.field == "replace_text"


def test_choices_that_are_over_are_shown_but_cannot_be_pressed():
    box = Checkbox(key="q", choices=choices(2, 1), disabled=True)
    assert vote_card(checkbox=box).replacement()["checkbox"]["disable"] is True
    lists = (Selector(key="q", choices=choices(2, 1), disabled=True),)
    assert multiple_card(selectors=lists).replacement()["select_list"][0]["disable"] is True
