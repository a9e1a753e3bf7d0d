"""Contacts as an application sees them, and the events of the contacts assistant."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.wecom.emulator.support.clients import NUMBERS, Application, Emulator, Listener
from wecom.crypto import Keys, open_sealed


@pytest.fixture
def company(emulator: Emulator) -> str:
    """A company of its own, with two departments below the root."""
    corp_id = f"wwcontacts{next(NUMBERS)}"
    emulator.control("POST", "apps", corpid=corp_id, agentid=1000002, secret=f"secret-of-{corp_id}")
    for number, name, parent in ((2, "人力资源部", 1), (3, "研发部", 1), (4, "平台组", 3)):
        emulator.control("POST", "departments", corpid=corp_id, id=number, name=name, parentid=parent)
    for userid, name, number in (("ZhaoLiu", "赵六", 2), ("sunqi", "孙七", 3), ("zhouba", "周八", 4)):
        emulator.control("POST", "members", corpid=corp_id, userid=userid, name=name, departments=[number])
    return corp_id


def app_of(emulator: Emulator, corp_id: str, agent_id: int = 1000002, **fields: Any) -> Application:
    row = emulator.control("POST", "apps", corpid=corp_id, agentid=agent_id, **fields)
    keys = {"corp_id": corp_id, "agent_id": agent_id, "secret": row["secret"]}
    return Application(emulator=emulator, token=row["token"], aes_key=row["aes_key"], **keys)


@pytest.fixture
def assistant(emulator: Emulator, company: str, listener: Listener) -> Application:
    return app_of(emulator, company, 0, name="通讯录同步", secret=f"contacts-{company}", callback=listener.url)


def ask(app: Application, path: str, **query: Any) -> dict[str, Any]:
    return app.emulator.get(path, access_token=app.access_token(), **query)


def heard(app: Application, listener: Listener) -> dict[str, str]:
    """The next callback, decrypted, as its fields."""
    body = ElementTree.fromstring(listener.next().body)
    keys = Keys.parse(token=app.token, encoding_aes_key=app.aes_key, receive_id=app.corp_id)
    inner = ElementTree.fromstring(open_sealed(keys, body.findtext("Encrypt") or ""))
    fields = {child.tag: child.text or "" for child in inner}
    return {**fields, "outer": ",".join(child.tag for child in body)}


def test_an_application_sees_its_visible_range_and_nobody_else(emulator: Emulator, company: str) -> None:
    app = app_of(emulator, company, scope={"parties": [3], "users": ["ZhaoLiu"]})
    assert [row["id"] for row in ask(app, "department/simplelist")["department_id"]] == [3, 4]
    everybody = ask(app, "user/simplelist", department_id=3, fetch_child=1)["userlist"]
    assert [row["userid"] for row in everybody] == ["sunqi", "zhouba"]
    assert ask(app, "user/simplelist", department_id=2)["errcode"] == 60011
    assert ask(app, "department/get", id=1)["errcode"] == 60011
    assert ask(app, "department/get", id=4)["department"]["name"] == "平台组"
    assert ask(app, "user/get", userid="zhaoliu")["name"] == "赵六"
    agent = ask(app, "agent/get", agentid=1000002)
    assert agent["allow_userinfos"] == {"user": [{"userid": "zhaoliu"}]}
    assert agent["allow_partys"] == {"partyid": [3]}
    app = app_of(emulator, company, scope={"parties": [4]})
    assert ask(app, "user/get", userid="zhaoliu")["errcode"] == 60011
    assert app.say("zhaoliu|zhouba")["invaliduser"] == "zhaoliu"


def test_a_tag_in_the_range_makes_its_members_visible(emulator: Emulator, company: str) -> None:
    emulator.control("POST", "tags", corpid=company, id=7, name="试用期", users=["sunqi"], parties=[2])
    app = app_of(emulator, company, scope={"tags": [7]})
    tag = ask(app, "tag/get", tagid=7)
    assert {row["userid"] for row in tag["userlist"]} == {"sunqi"}
    assert ask(app, "user/get", userid="zhaoliu")["errcode"] == 0
    assert ask(app, "user/get", userid="zhouba")["errcode"] == 60011
    app = app_of(emulator, company, scope={"parties": [1]})
    assert app.send({"totag": "7|8", "msgtype": "text", "text": {"content": "x"}})["invalidtag"] == "8"
    assert {entry["member"] for entry in app.received(corpid=company)} == {"sunqi", "ZhaoLiu"}


def test_an_application_made_after_june_2022_is_not_told_phone_and_picture(emulator: Emulator, company: str) -> None:
    details = {"mobile": "13800000000", "gender": "2", "email": "z@example.com"}
    emulator.control("POST", "members/zhaoliu/move", corpid=company, details=details, position="经理", alias="Zoe")
    new = ask(app_of(emulator, company), "user/list", department_id=2)["userlist"][0]
    assert (new["position"], new["alias"], new["main_department"]) == ("经理", "Zoe", 2)
    assert not {"mobile", "gender", "email", "avatar", "qr_code", "biz_mail", "address"} & set(new)
    old = ask(app_of(emulator, company, privileged=True), "user/get", userid="zhaoliu")
    assert (old["mobile"], old["gender"]) == ("13800000000", "2")


def test_the_assistant_lists_user_ids_in_pages_and_is_told_no_details(assistant: Application) -> None:
    assert ask(assistant, "user/get", userid="sunqi")["errcode"] == 48009
    assert ask(assistant, "department/list")["errcode"] == 48009
    assert [row["id"] for row in ask(assistant, "department/simplelist")["department_id"]] == [1, 2, 3, 4]
    first = assistant.post("user/list_id", {"limit": 2})
    assert first["dept_user"] == [{"userid": "zhaoliu", "department": 2}, {"userid": "sunqi", "department": 3}]
    second = assistant.post("user/list_id", {"limit": 2, "cursor": first["next_cursor"]})
    assert (second["dept_user"], second["next_cursor"]) == ([{"userid": "zhouba", "department": 4}], "")
    for wrong in ({"limit": 0}, {"limit": 10_001}, {"cursor": "x"}):
        assert assistant.post("user/list_id", wrong)["errcode"] == 40058
    app = app_of(assistant.emulator, assistant.corp_id)
    assert app.post("user/list_id", {})["errcode"] == 48002


def test_a_tag_is_made_filled_emptied_renamed_and_deleted_by_its_application(emulator: Emulator, company: str) -> None:
    app = app_of(emulator, company)
    number = app.post("tag/create", {"tagname": "试用期"})["tagid"]
    assert app.post("tag/create", {"tagname": "试用期"})["errcode"] == 40071
    assert app.post("tag/create", {"tagname": "试" * 33})["errcode"] == 40072
    assert app.post("tag/create", {"tagname": "x", "tagid": number})["errcode"] == 40068
    answer = app.post("tag/addtagusers", {"tagid": number, "userlist": ["SunQi", "nobody"], "partylist": [2, 99]})
    assert (answer["errcode"], answer["invalidlist"], answer["invalidparty"]) == (0, "nobody", [99])
    held = ask(app, "tag/get", tagid=number)
    assert (held["userlist"], held["partylist"]) == ([{"userid": "sunqi", "name": "孙七"}], [2])
    assert app.post("tag/addtagusers", {"tagid": number, "userlist": ["nobody"]})["errcode"] == 40070
    assert app.post("tag/deltagusers", {"tagid": number, "userlist": ["nobody"]})["errcode"] == 40031
    assert app.post("tag/addtagusers", {"tagid": number, "userlist": ["a"] * 1001})["errcode"] == 40032
    assert app.post("tag/addtagusers", {"tagid": number, "partylist": [1] * 101})["errcode"] == 82002
    other = app_of(emulator, company, 1000003)
    assert other.post("tag/update", {"tagid": number, "tagname": "x"})["errcode"] == 81011
    assert app.post("tag/update", {"tagid": number, "tagname": "转正"})["errcode"] == 0
    assert {"tagid": number, "tagname": "转正"} in ask(other, "tag/list")["taglist"]
    app.post("tag/deltagusers", {"tagid": number, "userlist": ["sunqi"], "partylist": [2]})
    assert ask(app, "tag/get", tagid=number)["userlist"] == []
    assert ask(app, "tag/delete", tagid=number)["errcode"] == 0
    assert ask(app, "tag/get", tagid=number)["errcode"] == 40068


def test_the_assistant_hears_who_is_hired_moves_is_renamed_and_leaves(
    emulator: Emulator, company: str, assistant: Application, listener: Listener
) -> None:
    emulator.control("POST", "hire", corpid=company, userid="WuJiu", name="吴九", departments=[2, 3])
    new = heard(assistant, listener)
    assert (new["FromUserName"], new["Event"], new["ChangeType"]) == ("sys", "change_contact", "create_user")
    assert (new["UserID"], new["Department"]) == ("WuJiu", "2,3")
    assert "Name" not in new
    assert "AgentID" not in new
    assert new["outer"] == "ToUserName,Encrypt"
    emulator.control("POST", "members/wujiu/move", corpid=company, name="吴久")  # not told of by newer URLs
    emulator.control("POST", "members/wujiu/move", corpid=company, departments=[4], new_userid="wuJiu9")
    moved = heard(assistant, listener)
    assert moved["ChangeType"] == "update_user"
    assert (moved["UserID"], moved["NewUserID"], moved["Department"]) == ("WuJiu", "wuJiu9", "4")
    emulator.control("POST", "members/wujiu9/leave", corpid=company)
    assert {"ChangeType": "delete_user", "UserID": "wuJiu9"}.items() <= heard(assistant, listener).items()
    app = app_of(emulator, company)
    assert ask(app, "user/get", userid="wujiu9")["errcode"] == 60111
    assert app.say("wujiu9")["errcode"] == 81013


def test_departments_and_tags_are_told_of_too(
    emulator: Emulator, company: str, assistant: Application, listener: Listener
) -> None:
    emulator.control("POST", "departments", corpid=company, id=9, name="财务部", parentid=2, order=5)
    made = heard(assistant, listener)
    assert made["ChangeType"] == "create_party"
    assert (made["Id"], made["Name"], made["ParentId"], made["Order"]) == ("9", "财务部", "2", "5")
    emulator.control("POST", "departments", corpid=company, id=9, parentid=1)
    assert heard(assistant, listener)["ChangeType"] == "update_party"
    emulator.control("DELETE", "departments/9", corpid=company)
    assert {"ChangeType": "delete_party", "Id": "9"}.items() <= heard(assistant, listener).items()
    refused = requests.delete(
        f"{emulator.url}/emulator/api/departments/3", data=json.dumps({"corpid": company}), timeout=60
    )
    assert refused.status_code == 409
    emulator.control("POST", "tags", corpid=company, id=7, name="试用期", users=["sunqi", "zhouba"])
    heard(assistant, listener)
    emulator.control("POST", "tags", corpid=company, id=7, users=["zhouba"], parties=[2])
    tag = heard(assistant, listener)
    assert (tag["TagId"], tag["DelUserItems"], tag["AddPartyItems"]) == ("7", "sunqi", "2")


def test_an_application_that_hears_contacts_is_told_everything_if_it_is_old(
    emulator: Emulator, company: str, listener: Listener
) -> None:
    app = app_of(emulator, company, callback=listener.url, hears_contacts=True, privileged=True)
    emulator.control("POST", "hire", corpid=company, userid="qianer", name="钱二", position="会计")
    both = (heard(app, listener), heard(app, listener))  # from two senders, so in any order
    told = {event["Event"]: event for event in both}
    new = told["change_contact"]
    assert (new["ChangeType"], new["Name"], new["Position"]) == ("create_user", "钱二", "会计")
    assert new["AgentID"] == "1000002"
    assert told["subscribe"]["FromUserName"] == "qianer"


def test_whoever_moves_out_of_the_range_unsubscribes(emulator: Emulator, company: str, listener: Listener) -> None:
    app = app_of(emulator, company, callback=listener.url, scope={"parties": [3]})
    emulator.control("POST", "members/sunqi/move", corpid=company, departments=[2])
    assert {"Event": "unsubscribe", "FromUserName": "sunqi"}.items() <= heard(app, listener).items()
    emulator.control("POST", "members/sunqi/move", corpid=company, departments=[4])
    assert heard(app, listener)["Event"] == "subscribe"


@pytest.fixture(autouse=True)
def quiet(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.control("POST", "reset", what=["faults"])
