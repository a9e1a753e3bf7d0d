"""message/send as the platform answers it."""

import json
from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.wecom.emulator.support.clients import Application, Emulator


def test_a_text_reaches_the_person_and_stands_in_the_ledger(application: Application, member: str) -> None:
    answer = application.say(member.upper(), "你好\n世界")
    assert answer["errcode"] == 0
    (entry,) = application.received(member)
    assert entry["content"] == {"content": "你好\n世界"}
    assert (entry["msgid"], entry["msgtype"], entry["recalled"]) == (answer["msgid"], "text", False)


def test_the_ledger_can_be_read_from_where_one_stopped(application: Application, member: str) -> None:
    application.say(member, "one")
    (first,) = application.received(member)
    application.say(member, "two")
    assert [entry["content"]["content"] for entry in application.received(member, since=first["id"])] == ["two"]


def test_a_long_text_is_cut_between_characters(application: Application, member: str) -> None:
    assert application.say(member, "数" * 700)["errcode"] == 0
    (entry,) = application.received(member)
    assert entry["content"]["content"] == "数" * (2048 // 3)


def test_a_text_over_5120_bytes_is_refused(application: Application, member: str) -> None:
    assert application.say(member, "x" * 5120)["errcode"] == 0
    assert application.say(member, "x" * 5121)["errcode"] == 40058


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"touser": "", "msgtype": "text", "text": {"content": "x"}}, 82001),
        ({"msgtype": "text", "text": {"content": "x"}}, 82001),
        ({"touser": "nobody|nowhere", "msgtype": "text", "text": {"content": "x"}}, 81013),
        ({"touser": "|".join(f"u{n}" for n in range(1001)), "msgtype": "text", "text": {"content": "x"}}, 40032),
        ({"toparty": "|".join(str(n) for n in range(101)), "msgtype": "text", "text": {"content": "x"}}, 82002),
        ({"touser": ["lisi"], "msgtype": "text", "text": {"content": "x"}}, 40031),
        ({"touser": "lisi", "msgtype": "poem", "poem": {}}, 40008),
        ({"touser": "lisi"}, 40008),
        ({"touser": "lisi", "msgtype": "text", "text": {"content": " "}}, 44004),
        ({"touser": "lisi", "msgtype": "text"}, 40058),
        ({"touser": "lisi", "msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
        ({"touser": "lisi", "msgtype": "video", "video": {}}, 40007),
        ({"touser": "lisi", "msgtype": "markdown", "markdown": {"content": "数" * 683}}, 40058),
        ({"touser": "lisi", "msgtype": "textcard", "textcard": {"title": "t", "description": "d"}}, 40058),
        ({"touser": "lisi", "msgtype": "textcard", "textcard": {"title": "t", "description": "d", "url": "a"}}, 40058),
        ({"touser": "lisi", "msgtype": "news", "news": {"articles": []}}, 40058),
        ({"touser": "lisi", "msgtype": "news", "news": {"articles": [{}] * 9}}, 45008),
        ({"touser": "lisi", "msgtype": "news", "safe": 1, "news": {"articles": [{"title": "t"}]}}, 40074),
        ({"touser": "lisi", "msgtype": "template_card", "template_card": {"card_type": "tarot"}}, 42031),
        ({"touser": "lisi", "msgtype": "text", "text": {"content": "x"}, "agentid": 1}, 40056),
        ({"touser": "lisi", "msgtype": "text", "text": {"content": "x"}, "agentid": "x"}, 40056),
        ({"touser": "lisi", "msgtype": "text", "text": {"content": "x"}, "agentid": None}, 41011),
        ({"touser": "lisi", "msgtype": "text", "text": {"content": "x"}, "agentid": 1000002}, 301002),
    ],
)
def test_a_wrong_message_is_refused_with_the_platforms_code(application: Application, body: dict, errcode: int) -> None:
    answer = application.send(body)
    assert answer["errcode"] == errcode, answer
    assert str(errcode) in answer["errmsg"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff"])
def test_what_is_not_a_json_object_is_47001(application: Application, body: bytes) -> None:
    assert application.send(body)["errcode"] == 47001


def test_people_who_cannot_be_reached_are_named_and_the_others_get_it(
    application: Application, member: str, emulator: Emulator
) -> None:
    emulator.control("POST", "members", userid=f"{member}-gone")
    emulator.control("PATCH", f"members/{member}-gone", left=True)
    answer = application.say(f"{member}|{member}-gone|NoBody|{member}")
    assert answer["errcode"] == 0
    assert answer["invaliduser"] == f"{member}-gone|nobody"
    assert len(application.received(member)) == 1
    assert application.received(f"{member}-gone") == []


def test_a_department_reaches_the_people_below_it(application: Application, emulator: Emulator, member: str) -> None:
    emulator.control("POST", "departments", id=70, name="部", parentid=3)
    emulator.control("POST", "departments", id=71, name="组", parentid=70)
    emulator.control("POST", "members", userid=f"{member}-71", departments=[71])
    answer = application.send({"toparty": "70|999", "msgtype": "text", "text": {"content": "x"}})
    assert (answer["errcode"], answer["invalidparty"]) == (0, "999")
    assert len(application.received(f"{member}-71")) == 1
    assert application.received(member) == []


def test_everybody_in_the_visible_range_gets_what_is_for_all(application: Application, member: str) -> None:
    assert application.say("@all")["errcode"] == 0
    assert {"zhangsan", "lisi", "wangwu", "emma", member} <= {entry["member"] for entry in application.received()}


@pytest.mark.parametrize("field", ["agentid", "safe", "enable_duplicate_check"])
def test_a_number_as_text_works_with_a_warning(application: Application, member: str, field: str) -> None:
    numbers: dict[str, Any] = {"agentid": application.agent_id, "safe": 0, "enable_duplicate_check": 0}
    answer = application.say(member, **(numbers | {field: str(numbers[field])}))
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok. Warning: wrong json format. ")
    assert application.say(member, "again", **numbers)["errmsg"] == "ok"
    assert len(application.received(member)) == 2


def test_a_refused_call_warns_of_a_number_as_text_too(application: Application, member: str) -> None:
    assert application.say(member, agentid="1")["errmsg"].endswith(". Warning: wrong json format. ")


def test_titles_and_descriptions_are_cut(application: Application, member: str) -> None:
    card = {"title": "题" * 50, "description": "x" * 600, "url": "https://example.com", "btntxt": "一二三四五"}
    assert application.send({"touser": member, "msgtype": "textcard", "textcard": card})["errcode"] == 0
    (entry,) = application.received(member)
    assert entry["content"]["title"] == "题" * 42
    assert (len(entry["content"]["description"]), entry["content"]["btntxt"]) == (512, "一二三四")


def test_the_same_request_is_delivered_once_inside_the_interval(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    text = {"touser": member, "msgtype": "text", "text": {"content": "once"}, "agentid": application.agent_id}
    body = json.dumps({**text, "enable_duplicate_check": 1, "duplicate_check_interval": 60}).encode()
    first, second = application.send(body), application.send(body)
    assert (first["errcode"], second["errcode"]) == (0, 0)
    assert len(application.received(member)) == 1
    emulator.control("POST", "clock", offset=61)
    assert application.send(body)["errcode"] == 0
    assert len(application.received(member)) == 2


@pytest.mark.parametrize(("seconds", "remembered"), [(14_400, 14_400), (90_000, 14_400), (0, 1800)])
def test_a_repeat_is_known_for_four_hours_at_most(
    application: Application, member: str, emulator: Emulator, clean_clock: None, seconds: object, remembered: int
) -> None:
    wish: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": seconds}
    for offset, arrived in ((0, 1), (remembered - 10, 1), (remembered + 10, 2)):
        emulator.control("POST", "clock", offset=offset)
        assert application.say(member, **wish)["errcode"] == 0
        assert len(application.received(member)) == arrived


def test_without_the_check_a_repeat_is_delivered_again(application: Application, member: str) -> None:
    application.say(member, "twice")
    application.say(member, "twice")
    assert len(application.received(member)) == 2


def test_a_refused_message_is_not_taken_for_a_repeat(application: Application, emulator: Emulator, member: str) -> None:
    late = f"{member}-late"
    assert application.say(late, enable_duplicate_check=1)["errcode"] == 81013
    emulator.control("POST", "members", userid=late)
    assert application.say(late, enable_duplicate_check=1)["errcode"] == 0
    assert len(application.received(late)) == 1


def test_the_31st_message_in_a_minute_is_dropped_without_a_word(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    token = application.access_token()
    body = {"touser": f"{member}|wangwu", "msgtype": "text", "text": {"content": "x"}}
    assert {application.send(body, token)["errcode"] for _ in range(31)} == {0}
    assert len(application.received(member)) == 30
    emulator.control("POST", "clock", offset=61)
    assert application.send(body, token)["errcode"] == 0
    assert len(application.received(member)) == 31


def test_a_message_can_be_recalled_for_a_day(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    first, second = application.say(member)["msgid"], application.say(member)["msgid"]
    url = f"{emulator.url}/cgi-bin/message/recall"

    def recall(msgid: str) -> int:
        query = {"access_token": application.access_token()}
        return int(requests.post(url, params=query, json={"msgid": msgid}, timeout=60).json()["errcode"])

    assert recall(first) == 0
    assert [entry["recalled"] for entry in application.received(member)] == [True, False]
    assert recall("unknown") == 40058
    emulator.control("POST", "clock", offset=24 * 3600 + 1)
    assert recall(second) == 42052


def test_a_message_of_another_application_is_not_recalled(
    application: Application, member: str, emulator: Emulator
) -> None:
    msgid = application.say(member)["msgid"]
    row = emulator.control("POST", "apps", agentid=application.agent_id + 600_000, name="另一个")
    other = replace(application, agent_id=row["agentid"], secret=row["secret"])
    assert other.post("message/recall", {"msgid": msgid})["errcode"] == 40058
    assert [entry["recalled"] for entry in application.received(member)] == [False]


def test_a_disabled_application_sends_nothing(application: Application, member: str, emulator: Emulator) -> None:
    emulator.control("POST", "apps", agentid=application.agent_id, closed=True)
    assert application.say(member)["errcode"] == 50003
    assert application.received(member) == []


def test_who_has_no_licence_is_named_and_gets_nothing(
    application: Application, member: str, emulator: Emulator
) -> None:
    emulator.control("PATCH", "members/lisi", agentid=application.agent_id, licensed=False)
    try:
        answer = application.send({"touser": f"{member}|LiSi|nobody", "msgtype": "text", "text": {"content": "x"}})
        assert (answer["errcode"], answer["unlicenseduser"], answer["invaliduser"]) == (0, "lisi", "nobody")
        assert len(application.received(member)) == 1
        assert application.received("lisi") == []
        alone = application.send({"touser": "lisi", "msgtype": "text", "text": {"content": "x"}})
        assert (alone["errcode"], alone["unlicenseduser"]) == (0, "lisi")
    finally:
        emulator.control("PATCH", "members/lisi", agentid=application.agent_id, licensed=True)


def test_every_second_one_may_be_without_a_licence(application: Application, member: str, emulator: Emulator) -> None:
    fault = emulator.control("POST", "faults", name="unlicensed", member=member)
    answer = application.send({"touser": f"{member}|zhaoliu", "msgtype": "text", "text": {"content": "x"}})
    emulator.control("DELETE", f"faults/{fault['id']}")  # used up, but listed
    assert answer["errcode"] == 0
    assert answer["unlicenseduser"] == sorted([member, "zhaoliu"])[0]
