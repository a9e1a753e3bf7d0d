"""Cards with buttons: validation, the event of a press, and the change of the card."""

import json

import pytest

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.cards import card, press, replace, send, state
from tests.wecom.emulator.support.clients import Application, Emulator, Listener


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"task_id": None}, 42014),
        ({"task_id": "a b"}, 42014),
        ({"task_id": "a" * 129}, 42014),
        ({"main_title": None}, 42033),
        ({"main_title": {"title": " "}}, 42033),
        ({"button_list": None}, 40058),
        ({"button_list": []}, 40058),
        ({"button_list": [{"text": "b", "key": str(number)} for number in range(7)]}, 40058),
        ({"button_list": [{"text": "", "key": "k"}]}, 42038),
        ({"button_list": [{"text": "b"}]}, 42039),
        ({"button_list": [{"text": "b", "key": "k" * 1025}]}, 42039),
        ({"button_list": [{"text": "a", "key": "k"}, {"text": "b", "key": "k"}]}, 42039),
        ({"button_list": [{"text": "b", "type": 1, "url": "a.example"}]}, 42028),
        ({"button_list": [{"text": "b", "key": "k", "style": 9}]}, 40058),
    ],
)
def test_a_wrong_card_is_refused_with_the_platforms_code(application: Application, member: str, change, errcode):
    assert send(application, member, **change)["errcode"] == errcode


def test_only_interactive_cards_bring_a_response_code(application: Application, member: str):
    assert send(application, member)["response_code"]
    link = {"type": 1, "url": "https://example.com"}
    notice = card(card_type="text_notice", task_id=None, button_list=None, card_action=link)
    answer = application.send({"touser": member, "msgtype": "template_card", "template_card": notice})
    assert (answer["errcode"], "response_code" in answer) == (0, False)


def test_a_task_id_is_good_for_one_card(application: Application, member: str):
    assert send(application, member, task_id="once")["errcode"] == 0
    assert send(application, member, task_id="once")["errcode"] == 42014


def test_the_same_request_under_the_check_is_still_one_card(application: Application, member: str):
    body = {"touser": member, "msgtype": "template_card", "template_card": card(), "enable_duplicate_check": 1}
    whole = json.dumps({**body, "agentid": application.agent_id}).encode()
    first, second = application.send(whole), application.send(whole)
    assert (first["errcode"], first) == (0, second)
    assert len(application.received(member)) == 1


def test_an_application_without_a_callback_address_may_not_ask(application: Application, member: str):
    application.control("POST", "apps", callback="")
    assert send(application, member)["errcode"] == 43012


def test_a_press_tells_the_application(application: Application, listener: Listener, member: str):
    send(application, member, task_id="quality-1")
    answer = press(application, member, wait=10)
    assert answer["callback"]["status"] == "delivered"
    event = decrypt(application, listener.next())
    assert (event["MsgType"], event["Event"], event["FromUserName"]) == ("event", "template_card_event", member)
    assert (event["EventKey"], event["TaskId"], event["CardType"]) == ("hd", "quality-1", "button_interaction")
    assert event["ResponseCode"]


def test_every_press_has_a_response_code_of_its_own(application: Application, listener: Listener, member: str):
    send(application, member)
    codes = []
    for _ in range(2):
        press(application, member)
        codes.append(decrypt(application, listener.next())["ResponseCode"])
    assert len(set(codes)) == 2


def test_the_application_replaces_the_buttons_of_who_pressed(
    application: Application, listener: Listener, member: str, emulator: Emulator
):
    other = f"{member}other"
    emulator.control("POST", "members", userid=other)
    send(application, f"{member}|{other}")
    press(application, member)
    code = decrypt(application, listener.next())["ResponseCode"]
    assert replace(application, code, member) == 0
    assert state(application, member) == {"replaced": "已选择：高清", "changed": True}
    assert state(application, other) == {"replaced": "", "changed": False}
    refused = emulator.control("POST", "press", agentid=application.agent_id, member=member, key="sd", expect=409)
    assert "replaced" in refused["error"]


def test_a_response_code_is_good_for_one_change(application: Application, member: str):
    code = send(application, member)["response_code"]
    assert replace(application, code, member, "一") == 0
    assert replace(application, code, member, "二") == 60140
    assert state(application, member)["replaced"] == "一"


def test_a_response_code_expires_after_three_days(
    application: Application, member: str, emulator: Emulator, clean_clock: None
):
    code = send(application, member)["response_code"]
    emulator.control("POST", "clock", offset=72 * 3600 + 1)
    assert replace(application, code, member) == 60140


def test_the_whole_card_can_be_replaced(application: Application, member: str):
    code = send(application, member)["response_code"]
    other = {
        "card_type": "text_notice",
        "main_title": {"title": "谢谢"},
        "card_action": {"type": 1, "url": "https://a"},
    }
    body = {"userids": [member], "agentid": application.agent_id, "response_code": code, "template_card": other}
    assert application.post("message/update_template_card", body)["errcode"] == 0
    (entry,) = application.received(member)
    assert entry["content"]["main_title"] == {"title": "谢谢"}


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"userids": []}, 82101),
        ({"userids": ["lisi"]}, 82102),
        ({"userids": "lisi"}, 40058),
        ({"response_code": "unknown"}, 60140),
        ({"button": {"replace_name": ""}}, 42038),
        ({"button": None}, 40058),
        ({"agentid": None}, 41011),
    ],
)
def test_a_wrong_change_is_refused_and_leaves_the_code(application: Application, member: str, change, errcode):
    code = send(application, member)["response_code"]
    body = {
        "userids": [member],
        "agentid": application.agent_id,
        "response_code": code,
        "button": {"replace_name": "x"},
    }
    assert application.post("message/update_template_card", body | change)["errcode"] == errcode
    assert replace(application, code, member) == 0


def test_who_has_no_such_card_is_named(application: Application, member: str):
    code = send(application, member)["response_code"]
    body = {
        "userids": [member.upper(), "lisi"],
        "agentid": application.agent_id,
        "response_code": code,
        "button": {"replace_name": "x"},
    }
    assert application.post("message/update_template_card", body)["invaliduser"] == ["lisi"]
    assert state(application, member)["replaced"] == "x"


def test_a_button_that_is_not_there_cannot_be_pressed(application: Application, member: str, emulator: Emulator):
    who = {"agentid": application.agent_id, "member": member}
    emulator.control("POST", "press", **who, key="hd", expect=404)
    send(application, member)
    emulator.control("POST", "press", **who, key="8k", expect=404)
    (entry,) = application.received(member)
    emulator.control("POST", "press", **who, key="8k", entry=entry["id"], expect=409)


def test_a_recalled_card_cannot_be_pressed(application: Application, member: str, emulator: Emulator):
    msgid = send(application, member)["msgid"]
    assert application.post("message/recall", {"msgid": msgid})["errcode"] == 0
    (entry,) = application.received(member)
    who = {"agentid": application.agent_id, "member": member}
    emulator.control("POST", "press", **who, key="hd", entry=entry["id"], expect=409)
