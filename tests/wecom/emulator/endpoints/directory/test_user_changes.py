"""Directory writes over the API: members and departments, by the contacts assistant only."""

from typing import Any

import pytest

from tests.wecom.emulator.endpoints.directory.test_user_queries import app_of, ask, assistant, company, heard
from tests.wecom.emulator.support.clients import Application, Emulator, Listener
from tests.wecom.emulator.support.media_samples import PNG

__all__ = ["assistant", "company"]

PERSON: dict[str, Any] = {"userid": "WuJiu", "name": "吴九", "mobile": "13800000009", "department": [3]}


def write(app: Application, path: str, body: dict[str, Any]) -> int:
    return int(app.post(path, body)["errcode"])


@pytest.fixture
def reader(emulator: Emulator, company: str) -> Application:
    return app_of(emulator, company, privileged=True)


def test_a_member_is_created_changed_and_deleted(assistant: Application, reader: Application) -> None:
    whole = {
        **PERSON,
        "department": [3, 2],
        "order": [10, 40],
        "is_leader_in_dept": [1, 0],
        "main_department": 2,
        "direct_leader": ["sunqi"],
        "email": "wujiu@example.com",
        "biz_mail": "wujiu@example.org",
        "telephone": "020-123456",
        "position": "产品经理",
        "alias": "nine",
        "gender": "1",
        "address": "广州",
        "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "9"}}]},
        "external_position": "经理",
    }
    assert assistant.post("user/create", whole) == {"errcode": 0, "errmsg": "created"}
    known = ask(reader, "user/get", userid="wujiu")
    assert {name: known[name] for name in whole if name not in {"userid", "extattr"}} == {
        name: value for name, value in whole.items() if name not in {"userid", "extattr"}
    }
    assert (known["userid"], known["status"], known["extattr"]) == ("wujiu", 4, whole["extattr"])
    changed = {"userid": "WUJIU", "position": "总监", "enable": 0, "mobile": "13800000010"}
    assert assistant.post("user/update", changed) == {"errcode": 0, "errmsg": "updated"}
    known = ask(reader, "user/get", userid="wujiu")
    assert (known["position"], known["status"], known["mobile"], known["email"]) == (
        *("总监", 2, "13800000010"),
        "wujiu@example.com",
    )
    assert ask(assistant, "user/delete", userid="wujiu") == {"errcode": 0, "errmsg": "deleted"}
    assert ask(reader, "user/get", userid="wujiu")["errcode"] == 60111
    assert write(assistant, "user/create", PERSON) == 0  # the same user ID again


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"userid": ""}, 41009),
        ({"userid": "-x"}, 40003),
        ({"userid": "x" * 65}, 40003),
        ({"userid": "SUNQI"}, 60102),
        ({"name": ""}, 60112),
        ({"name": "名" * 65}, 60112),
        ({"mobile": "tel"}, 60103),
        ({"mobile": None, "email": None}, 60129),
        ({"email": "no address"}, 60105),
        ({"email": "a@b.c"}, 60105),
        ({"biz_mail": "nothing"}, 60143),
        ({"telephone": "ext. 5"}, 301013),
        ({"position": "职" * 129}, 301012),
        ({"alias": "a" * 65}, 40058),
        ({"gender": "3"}, 40058),
        ({"department": "3"}, 60123),
        ({"department": list(range(1, 102))}, 60110),
        ({"is_leader_in_dept": [1, 1]}, 60132),
        ({"order": [1, 2]}, 40058),
        ({"main_department": 4}, 60123),
        ({"direct_leader": ["nobody"]}, 60111),
        ({"direct_leader": ["sunqi", "zhouba"]}, 60257),
        ({"avatar_mediaid": "nothing"}, 301015),
        ({"extattr": {"attrs": [{"type": 9}]}}, 60150),
    ],
)
def test_a_wrong_field_of_a_member_has_its_code(
    assistant: Application, reader: Application, changes: dict[str, Any], errcode: int
) -> None:
    body = {name: value for name, value in {**PERSON, **changes}.items() if value is not None}
    assert write(assistant, "user/create", body) == errcode
    assert ask(reader, "user/get", userid="wujiu")["errcode"] == 60111


def test_phones_and_addresses_belong_to_one_member(assistant: Application) -> None:
    addresses = {"email": "a1@example.com", "biz_mail": "b1@example.com"}
    assert write(assistant, "user/create", {**PERSON, **addresses}) == 0
    other = {**PERSON, "userid": "other", "mobile": "13800000010"}
    assert write(assistant, "user/create", {**other, "mobile": "+86 13800000009"}) == 60104
    assert write(assistant, "user/create", {**other, "email": "A1@example.com"}) == 60106
    assert write(assistant, "user/create", {**other, "biz_mail": "b1@example.com"}) == 60145
    assert write(assistant, "user/update", {"userid": "wujiu", **addresses}) == 0  # their own


def test_who_is_active_keeps_the_phone_number_they_gave(
    emulator: Emulator, company: str, assistant: Application, reader: Application
) -> None:
    write(assistant, "user/create", {**PERSON, "avatar_mediaid": reader.upload("image", PNG)["media_id"]})
    emulator.control("POST", "event", corpid=company, member="wujiu", event="enter_agent")
    assert write(assistant, "user/update", {"userid": "wujiu", "mobile": "13800000011", "address": "上海"}) == 0
    known = ask(reader, "user/get", userid="wujiu")
    assert (known["status"], known["mobile"], known["address"]) == (1, "13800000009", "上海")
    assert known["avatar"].startswith("/emulator/media/")
    assert write(assistant, "user/update", {"userid": "wujiu", "new_userid": "another"}) == 301036


def test_a_department_that_is_missing_is_made_for_a_new_member(assistant: Application, reader: Application) -> None:
    made = assistant.post("user/create", {**PERSON, "department": [3, 77]})["created_department_list"]
    assert [row["id"] for row in made["department_info"]] == [77]
    assert write(assistant, "user/create", {"userid": "x1", "name": "x", "mobile": "13800000012"}) == 0
    (number,) = ask(reader, "user/get", userid="x1")["department"]
    assert ask(reader, "department/get", id=number)["department"]["name"] == "其他（待设置部门）"
    assert ask(reader, "department/get", id=77)["department"]["parentid"] == number
    assert write(assistant, "user/update", {"userid": "x1", "department": [78]}) == 60003


def test_many_are_deleted_at_once_or_nobody(assistant: Application, reader: Application) -> None:
    assert write(assistant, "user/batchdelete", {"useridlist": []}) == 40031
    assert write(assistant, "user/batchdelete", {"useridlist": ["sunqi"] * 201}) == 40032
    assert write(assistant, "user/batchdelete", {"useridlist": ["sunqi", "nobody"]}) == 40031
    assert ask(reader, "user/get", userid="sunqi")["errcode"] == 0
    assert write(assistant, "user/batchdelete", {"useridlist": ["SunQi", "zhouba"]}) == 0
    assert {ask(reader, "user/get", userid=one)["errcode"] for one in ("sunqi", "zhouba")} == {60111}


def test_a_department_is_created_moved_and_deleted(assistant: Application, reader: Application) -> None:
    made = assistant.post("department/create", {"name": "测试组", "parentid": 3, "order": 5, "name_en": "QA"})
    known = ask(reader, "department/get", id=made["id"])["department"]
    assert (made["errmsg"], known["name"], known["name_en"], known["parentid"], known["order"]) == (
        *("created", "测试组", "QA"),
        *(3, 5),
    )
    moved = {"id": made["id"], "parentid": 2, "name": "质量组"}
    assert assistant.post("department/update", moved) == {"errcode": 0, "errmsg": "updated"}
    known = ask(reader, "department/get", id=made["id"])["department"]
    assert (known["name"], known["parentid"], known["order"]) == ("质量组", 2, 5)
    assert ask(assistant, "department/delete", id=made["id"]) == {"errcode": 0, "errmsg": "deleted"}
    assert ask(reader, "department/get", id=made["id"])["errcode"] == 60003


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("create", {"name": "x"}, 60004),
        ("create", {"name": "x", "parentid": 99}, 60004),
        ("create", {"name": "", "parentid": 1}, 60001),
        ("create", {"name": "名" * 65, "parentid": 1}, 60001),
        ("create", {"name": "a/b|c", "parentid": 1}, 60009),
        ("create", {"name": "x", "parentid": 1, "id": 3}, 60008),
        ("create", {"name": "研发部", "parentid": 1}, 60008),
        ("create", {"name": "x", "parentid": 1, "id": 1.5}, 40058),
        ("create", {"name": "x", "parentid": 1, "order": -1}, 40058),
        ("update", {"id": 99, "name": "x"}, 60003),
        ("update", {"id": 3, "parentid": 4}, 60010),
        ("update", {"id": 3, "parentid": 3}, 60010),
        ("update", {"id": 3, "name": "人力资源部"}, 60008),
    ],
)
def test_a_wrong_field_of_a_department_has_its_code(
    assistant: Application, path: str, body: dict[str, Any], errcode: int
) -> None:
    assert write(assistant, f"department/{path}", body) == errcode


def test_a_department_with_something_in_it_stays(assistant: Application) -> None:
    codes = {number: ask(assistant, "department/delete", id=number)["errcode"] for number in (1, 2, 99)}
    assert codes == {1: 60007, 2: 60005, 99: 60003}
    write(assistant, "user/batchdelete", {"useridlist": ["sunqi"]})
    assert ask(assistant, "department/delete", id=3)["errcode"] == 60006


def test_departments_are_fifteen_deep_at_most(assistant: Application) -> None:
    below = 1
    for depth in range(2, 16):
        below = assistant.post("department/create", {"name": f"第{depth}层", "parentid": below})["id"]
    assert write(assistant, "department/create", {"name": "太深", "parentid": below}) == 81002


def test_only_the_contacts_assistant_writes(reader: Application) -> None:
    for path, body in (
        ("user/create", PERSON),
        ("user/update", {"userid": "sunqi", "name": "x"}),
        ("user/batchdelete", {"useridlist": ["sunqi"]}),
        ("department/create", {"name": "x", "parentid": 1}),
        ("department/update", {"id": 3, "name": "x"}),
    ):
        assert write(reader, path, body) == 48002
    assert ask(reader, "user/delete", userid="sunqi")["errcode"] == 48002
    assert ask(reader, "department/delete", id=4)["errcode"] == 48002


def test_others_are_told_of_a_change_and_who_made_it_is_not(
    emulator: Emulator, company: str, assistant: Application, listener: Listener
) -> None:
    keys = {"callback": listener.url, "hears_contacts": True, "secret": f"other-{company}"}
    other = app_of(emulator, company, 1000004, scope={"parties": [3]}, **keys)
    write(assistant, "department/create", {"name": "测试组", "parentid": 3, "id": 5})
    write(assistant, "user/create", PERSON)
    ask(assistant, "user/delete", userid="wujiu")
    told = [heard(other, listener) for _ in range(5)]
    assert {(one["Event"], one.get("ChangeType", "")) for one in told} == {
        ("change_contact", "create_party"),
        ("change_contact", "create_user"),
        ("subscribe", ""),
        ("change_contact", "delete_user"),
        ("unsubscribe", ""),
    }
    callbacks = emulator.control("GET", "callbacks", corpid=company, agentid=0)["callbacks"]
    assert callbacks == []


def test_a_member_is_found_by_phone_by_address_and_by_openid(assistant: Application, reader: Application) -> None:
    write(assistant, "user/create", {**PERSON, "email": "own@example.com", "biz_mail": "biz@example.com"})
    assert reader.post("user/getuserid", {"mobile": "+86 13800000009"})["userid"] == "wujiu"
    assert write(reader, "user/getuserid", {"mobile": "13811111111"}) == 60146
    assert write(reader, "user/getuserid", {"mobile": 5}) == 60103
    by_email = "user/get_userid_by_email"
    assert reader.post(by_email, {"email": "BIZ@example.com"})["userid"] == "wujiu"
    assert reader.post(by_email, {"email": "own@example.com", "email_type": 2})["userid"] == "wujiu"
    assert write(reader, by_email, {"email": "own@example.com"}) == 60148
    assert write(reader, by_email, {"email": "biz@example.com", "email_type": 2}) == 60147
    openid = reader.post("user/convert_to_openid", {"userid": "WuJiu"})["openid"]
    assert reader.post("user/convert_to_userid", {"openid": openid})["userid"] == "wujiu"
    assert write(reader, "user/convert_to_userid", {"openid": "o-nobody"}) == 40073
    assert write(reader, "user/convert_to_openid", {"userid": "nobody"}) == 60111


def test_an_invitation_names_who_cannot_be_asked(reader: Application) -> None:
    answer = reader.post("batch/invite", {"user": ["sunqi", "nobody"], "party": [3, 99], "tag": [5]})
    assert (answer["invaliduser"], answer["invalidparty"], answer["invalidtag"]) == (["nobody"], [99], [5])
    assert write(reader, "batch/invite", {}) == 81012
