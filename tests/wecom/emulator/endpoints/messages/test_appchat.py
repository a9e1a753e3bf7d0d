"""Group chats of an application: permissions, members and messages."""

import itertools
from typing import Any

import pytest

from tests.wecom.emulator.support.clients import Application, Emulator

NUMBERS = itertools.count(1)


def create(application: Application, *userids: str, **fields: Any) -> dict[str, Any]:
    return application.post("appchat/create", {"name": "项目群", "userlist": list(userids), **fields})


def get(application: Application, chat_id: str) -> dict[str, Any]:
    return application.emulator.get("appchat/get", access_token=application.access_token(), chatid=chat_id)


def send(application: Application, chat_id: str, **body: Any) -> dict[str, Any]:
    return application.post("appchat/send", {"chatid": chat_id, **(body or text("大家好"))})


def text(content: str, **fields: Any) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content, **fields}}


@pytest.fixture
def chat_id(application: Application, member: str) -> str:
    answer = create(application, member.upper(), "LiSi", owner=member)
    assert answer["errcode"] == 0, answer
    return str(answer["chatid"])


def test_a_chat_is_as_it_was_made(application: Application, member: str, chat_id: str):
    info = get(application, chat_id)["chat_info"]
    assert (info["name"], info["owner"], info["userlist"]) == ("项目群", member, [member, "lisi"])


def test_a_name_of_ones_own_is_taken_once(application: Application, member: str):
    name = f"chat{next(NUMBERS)}"
    assert create(application, member, "lisi", chatid=name)["chatid"] == name
    assert create(application, member, "lisi", chatid=name)["errcode"] == 86215


@pytest.mark.parametrize(
    ("userids", "fields", "errcode"),
    [
        (["lisi"], {}, 86006),
        ([], {}, 86006),
        (["lisi", "LISI"], {}, 86006),
        (["lisi", "nobody"], {}, 86007),
        (["lisi", "wangwu"], {"owner": "zhangsan"}, 86207),
        (["lisi", "wangwu"], {"chatid": "a-b"}, 86001),
        (["lisi", "wangwu"], {"chatid": "x" * 33}, 86001),
        (["lisi", "wangwu"], {"userlist": "lisi|wangwu"}, 86006),
    ],
)
def test_a_wrong_chat_is_refused(application: Application, userids, fields, errcode):
    assert create(application, *userids, **fields)["errcode"] == errcode


def test_members_come_and_go(application: Application, member: str, chat_id: str):
    change = {"chatid": chat_id, "name": "新名", "add_user_list": ["wangwu"], "del_user_list": [member]}
    assert application.post("appchat/update", change)["errcode"] == 0
    info = get(application, chat_id)["chat_info"]
    assert (info["name"], info["owner"], info["userlist"]) == ("新名", "lisi", ["lisi", "wangwu"])


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"chatid": "unknown"}, 86003),
        ({"chatid": ""}, 86001),
        ({"owner": "wangwu"}, 86207),
        ({"add_user_list": ["nobody"]}, 86007),
        ({"del_user_list": ["lisi"]}, 86006),
    ],
)
def test_a_wrong_change_is_refused(application: Application, chat_id: str, change, errcode):
    assert application.post("appchat/update", {"chatid": chat_id, **change})["errcode"] == errcode


def test_what_is_said_reaches_everybody_in_the_chat(application: Application, member: str, chat_id: str):
    answer = send(application, chat_id, **text("<@lisi> 请看", mentioned_list=["@all", "nobody"]))
    assert (answer["errcode"], "msgid" in answer) == (0, False)
    entries = application.received()
    assert {entry["member"] for entry in entries} == {member, "lisi"}
    assert entries[0]["chat"] == {"id": chat_id, "name": "项目群"}
    assert entries[0]["content"]["mentioned"] == ["@all", "lisi"]


def test_the_same_again_arrives_again_since_nothing_is_checked(application: Application, member: str, chat_id: str):
    for _ in range(2):
        send(application, chat_id, **text("一样"), enable_duplicate_check=1)
    assert len(application.received(member)) == 2


def test_a_chat_has_a_quota_of_its_own(application: Application, member: str, chat_id: str):
    for _ in range(31):
        send(application, chat_id)
    assert len(application.received(member)) == 31
    assert application.say(member)["errcode"] == 0
    assert len(application.received(member)) == 32


@pytest.mark.parametrize(
    ("chat", "body", "errcode"),
    [
        ("unknown", text("x"), 86003),
        ("a/b", text("x"), 86001),
        (None, {"msgtype": "template_card", "template_card": {}}, 40008),
        (None, {"msgtype": "miniprogram_notice", "miniprogram_notice": {}}, 40008),
        (None, text(" "), 44004),
        (None, {"msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
    ],
)
def test_what_a_chat_cannot_show_is_refused(application: Application, chat_id: str, chat, body, errcode):
    assert send(application, chat or chat_id, **body)["errcode"] == errcode


def test_a_chat_belongs_to_the_application_that_made_it(application: Application, emulator: Emulator, chat_id: str):
    row = emulator.control("POST", "apps", agentid=application.agent_id + 500_000, name="另一个")
    other = Application(
        emulator=emulator,
        corp_id=row["corpid"],
        agent_id=row["agentid"],
        secret=row["secret"],
        token=row["token"],
        aes_key=row["aes_key"],
    )
    assert send(other, chat_id)["errcode"] == 86008
    assert get(other, chat_id)["errcode"] == 86008


def test_only_an_application_that_everybody_sees_makes_chats(application: Application, emulator: Emulator):
    emulator.control("POST", "apps", agentid=application.agent_id, scope={"users": ["lisi", "wangwu"]})
    assert create(application, "lisi", "wangwu")["errcode"] == 48002
