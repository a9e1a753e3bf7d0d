"""Every type of template card as raw JSON: at its limits, and one beyond with the platform's code."""

import itertools
from typing import Any

import pytest

from tests.wecom.emulator.messages.test_contents import LINK, MINI
from tests.wecom.emulator.support.clients import Application, Emulator
from tests.wecom.emulator.support.media_samples import PNG

NUMBERS = itertools.count(1)
MENU = {"desc": "更多", "action_list": [{"text": "t", "key": str(n) + "k" * 1023} for n in range(3)]}
ROWS = [
    {"keyname": "k", "value": "v"},
    {"keyname": "k", "value": "v", **LINK},
    {"keyname": "k", "type": 3, "userid": "lisi"},
]
SHOWN = {
    "source": {"icon_url": "https://a/i.png", "desc": "d", "desc_color": 3},
    "action_menu": MENU,
    "quote_area": {**MINI, "title": "t", "quote_text": "q"},
    "horizontal_content_list": ROWS * 2,
}
JUMPS = [{"title": "t", **LINK}, {"title": "t", **MINI}, {"title": "t"}]
OPTIONS = [{"id": str(n), "text": "t"} for n in range(10)]
SELECT = {"question_key": "q", "title": "t", "selected_id": "1", "option_list": OPTIONS}
MARKS = [{"id": str(n), "text": "t", "is_checked": n == 1} for n in range(20)]
SUBMIT = {"text": "提交", "key": "s" * 1024}
CARDS: dict[str, dict[str, Any]] = {
    "text_notice": {
        **SHOWN,
        "main_title": {"title": "t", "desc": "d"},
        "emphasis_content": {"title": "100", "desc": "d"},
        "sub_title_text": "s",
        "jump_list": JUMPS,
        "card_action": LINK,
    },
    "news_notice": {
        **SHOWN,
        "main_title": {"title": "t"},
        "image_text_area": {**LINK, "title": "t", "desc": "d", "image_url": "https://a/i.png"},
        "card_image": {"url": "https://a/i.png", "aspect_ratio": 2.24},
        "vertical_content_list": [{"title": "t", "desc": "d"}] * 4,
        "jump_list": JUMPS,
        "card_action": MINI,
    },
    "button_interaction": {
        **SHOWN,
        "main_title": {"title": "t"},
        "sub_title_text": "s",
        "card_action": {"type": 0},
        "button_selection": SELECT,
        "button_list": [*({"text": "b", "style": 1, "key": str(n)} for n in range(5)), {"text": "b", **LINK}],
    },
    "vote_interaction": {
        "main_title": {"title": "t", "desc": "d"},
        "checkbox": {"question_key": "q", "mode": 1, "option_list": MARKS},
        "submit_button": SUBMIT,
    },
    "multiple_interaction": {
        "main_title": {"title": "t"},
        "select_list": [{**SELECT, "question_key": f"q{n}"} for n in range(3)],
        "submit_button": SUBMIT,
    },
}


def send_card(application: Application, to: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A card of its own; None leaves a field out."""
    fields = {"card_type": kind, "task_id": f"kinds-{next(NUMBERS)}", **CARDS[kind], **changes}
    card = {name: value for name, value in fields.items() if value is not None}
    return application.send({"touser": to, "msgtype": "template_card", "template_card": card})


@pytest.mark.parametrize("kind", CARDS)
def test_a_card_may_be_full(application: Application, member: str, kind: str):
    answer = send_card(application, member, kind)
    assert answer["errcode"] == 0, answer
    (entry,) = application.received(member)
    assert entry["content"]["card_type"] == kind
    assert answer["response_code"]


@pytest.mark.parametrize("kind", ["text_notice", "news_notice"])
def test_a_notice_without_a_menu_needs_no_name_and_brings_no_code(application: Application, member: str, kind: str):
    answer = send_card(application, member, kind, action_menu=None, task_id=None)
    assert (answer["errcode"], "response_code" in answer) == (0, False)


def buttons(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"text": "b", "key": str(n), **fields} for n in range(count)]


@pytest.mark.parametrize(
    ("kind", "change", "errcode"),
    [
        ("text_notice", {"task_id": "a b"}, 42014),
        ("text_notice", {"task_id": None}, 42014),
        ("vote_interaction", {"task_id": "x" * 129}, 42014),
        ("text_notice", {"source": {"desc_color": 4}}, 40058),
        ("text_notice", {"source": {"icon_url": "i.png"}}, 42028),
        ("text_notice", {"source": "x"}, 40058),
        ("text_notice", {"main_title": {"title": ""}, "sub_title_text": " "}, 42033),
        ("text_notice", {"main_title": None, "sub_title_text": None}, 42033),
        ("news_notice", {"main_title": None}, 42033),
        ("button_interaction", {"main_title": {"desc": "d"}}, 42033),
        ("vote_interaction", {"main_title": {"title": " "}}, 42033),
        ("multiple_interaction", {"main_title": "t"}, 42033),
        ("text_notice", {"action_menu": {"action_list": []}}, 40058),
        ("text_notice", {"action_menu": {"action_list": [{"text": "t", "key": str(n)} for n in range(4)]}}, 40058),
        ("news_notice", {"action_menu": {"action_list": [{"text": "", "key": "k"}]}}, 42020),
        ("news_notice", {"action_menu": {"action_list": [{"text": "t", "key": "k" * 1025}]}}, 42018),
        ("button_interaction", {"action_menu": {"action_list": [{"text": "t", "key": "k"}] * 2}}, 42051),
        ("text_notice", {"quote_area": {"type": 3}}, 40058),
        ("text_notice", {"quote_area": {"type": 1, "url": "a"}}, 42028),
        ("text_notice", {"quote_area": {"type": 2}}, 42030),
        ("text_notice", {"horizontal_content_list": [{"keyname": "k"}] * 7}, 42035),
        ("text_notice", {"horizontal_content_list": [{"value": "v"}]}, 42027),
        (
            "text_notice",
            {"horizontal_content_list": [{"keyname": "k", "type": 1, "url": "https://" + "a" * 2041}]},
            42028,
        ),
        ("text_notice", {"horizontal_content_list": [{"keyname": "k", "type": 2}]}, 42029),
        ("text_notice", {"horizontal_content_list": [{"keyname": "k", "type": 2, "media_id": "unknown"}]}, 42029),
        ("text_notice", {"horizontal_content_list": [{"keyname": "k", "type": 3}]}, 42050),
        ("text_notice", {"horizontal_content_list": [{"keyname": "k", "type": 3, "userid": "nobody"}]}, 42050),
        ("text_notice", {"jump_list": [{"title": "t"}] * 4}, 42042),
        ("news_notice", {"jump_list": [{"title": ""}]}, 42033),
        ("text_notice", {"card_action": None}, 42045),
        ("news_notice", {"card_action": {"type": 0}}, 42045),
        ("button_interaction", {"card_action": {"type": 3}}, 42045),
        ("news_notice", {"card_image": None, "image_text_area": None}, 42044),
        ("news_notice", {"card_image": {"url": "p.png"}}, 42044),
        ("news_notice", {"card_image": {"url": "https://a", "aspect_ratio": 1.29}}, 40058),
        ("news_notice", {"card_image": {"url": "https://a", "aspect_ratio": 2.25}}, 40058),
        ("news_notice", {"image_text_area": {"title": "t"}}, 42044),
        ("news_notice", {"vertical_content_list": [{"title": "t"}] * 5}, 42036),
        ("news_notice", {"vertical_content_list": [{"desc": "d"}]}, 42033),
        ("button_interaction", {"button_list": None}, 40058),
        ("button_interaction", {"button_list": buttons(7)}, 40058),
        ("button_interaction", {"button_list": buttons(1, text="")}, 42038),
        ("button_interaction", {"button_list": buttons(1, key="k" * 1025)}, 42039),
        ("button_interaction", {"button_list": buttons(2, key="k")}, 42039),
        ("button_interaction", {"button_list": buttons(1, type=1, url="a")}, 42028),
        ("button_interaction", {"button_list": buttons(1, style=5)}, 40058),
        ("button_interaction", {"button_selection": {"option_list": OPTIONS}}, 42043),
        ("button_interaction", {"button_selection": {**SELECT, "option_list": []}}, 42037),
        ("button_interaction", {"button_selection": {**SELECT, "selected_id": "11"}}, 42040),
        ("vote_interaction", {"checkbox": None}, 40058),
        ("vote_interaction", {"checkbox": {"question_key": "q" * 1025, "option_list": MARKS}}, 42043),
        (
            "vote_interaction",
            {"checkbox": {"question_key": "q", "option_list": [*MARKS, {"id": "x", "text": "t"}]}},
            42037,
        ),
        (
            "vote_interaction",
            {"checkbox": {"question_key": "q", "option_list": [{"id": "i" * 129, "text": "t"}]}},
            42040,
        ),
        ("vote_interaction", {"checkbox": {"question_key": "q", "option_list": [{"id": "i", "text": "t"}] * 2}}, 42040),
        ("vote_interaction", {"checkbox": {"question_key": "q", "option_list": [{"id": "i", "text": ""}]}}, 42041),
        ("vote_interaction", {"checkbox": {"question_key": "q", "mode": 2, "option_list": MARKS}}, 40058),
        ("vote_interaction", {"submit_button": None}, 42046),
        ("vote_interaction", {"submit_button": {"key": "k"}}, 42049),
        ("multiple_interaction", {"submit_button": {"text": "t", "key": "k" * 1025}}, 42046),
        ("multiple_interaction", {"select_list": None}, 42047),
        ("multiple_interaction", {"select_list": [{**SELECT, "question_key": str(n)} for n in range(4)]}, 42047),
        ("multiple_interaction", {"select_list": [SELECT] * 2}, 42043),
        (
            "multiple_interaction",
            {"select_list": [{**SELECT, "option_list": [*OPTIONS, {"id": "x", "text": "t"}]}]},
            42037,
        ),
    ],
)
def test_a_wrong_card_is_refused_with_the_platforms_code(application: Application, member: str, kind, change, errcode):
    answer = send_card(application, member, kind, **change)
    assert answer["errcode"] == errcode, answer
    assert application.received(member) == []


def test_cards_that_answer_need_somebody_who_listens(application: Application, member: str, emulator: Emulator):
    emulator.control("POST", "apps", agentid=application.agent_id, callback="")
    for kind in CARDS:
        assert send_card(application, member, kind)["errcode"] == 43012
    assert send_card(application, member, "text_notice", action_menu=None)["errcode"] == 0


def test_a_card_leads_to_a_file_that_was_uploaded(application: Application, member: str):
    media_id = application.upload("file", b"%PDF-1.4 x", "plan.pdf")["media_id"]
    row = {"keyname": "k", "value": "plan.pdf", "type": 2, "media_id": media_id}
    assert send_card(application, member, "text_notice", horizontal_content_list=[row])["errcode"] == 0
    picture = application.upload("image", PNG, "p.png")["media_id"]
    answer = send_card(application, member, "text_notice", horizontal_content_list=[{**row, "media_id": picture}])
    assert answer["errcode"] == 42029


def test_ids_become_names_on_a_card(application: Application, member: str):
    fields = {"card_type": "text_notice", "card_action": LINK, "main_title": {"title": "$userName=lisi$"}}
    card = {**fields, "horizontal_content_list": [{"keyname": "k", "value": "$userAlias=lisi$"}]}
    application.send({"touser": member, "msgtype": "template_card", "template_card": card, "enable_id_trans": 1})
    (entry,) = application.received(member)
    assert entry["content"]["main_title"]["title"] == "李四"
    assert entry["content"]["horizontal_content_list"][0]["value"] == "李四"
