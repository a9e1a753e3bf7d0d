"""Contacts and the application's own endpoint."""

from tests.wecom.emulator.support.clients import Application, Emulator


def test_a_member_is_found_in_any_case_of_letters(application: Application, emulator: Emulator) -> None:
    answer = emulator.get("user/get", userid="ZhangSan", access_token=application.access_token())
    assert (answer["userid"], answer["name"], answer["department"]) == ("zhangsan", "张三", [2])
    assert "mobile" not in answer


def test_unknown_and_invisible_members_have_codes_of_their_own(
    application: Application, emulator: Emulator, member: str
) -> None:
    token = application.access_token()
    assert emulator.get("user/get", userid="nobody", access_token=token)["errcode"] == 60111
    assert emulator.get("user/get", access_token=token)["errcode"] == 40003
    emulator.control("PATCH", f"members/{member}", visible=False)
    assert emulator.get("user/get", userid=member, access_token=token)["errcode"] == 60011


def test_departments_and_their_members_are_listed(application: Application, emulator: Emulator) -> None:
    token = application.access_token()
    names = [row["name"] for row in emulator.get("department/list", access_token=token)["department"]]
    assert names[:3] == ["总部", "人力资源部", "研发部"]
    numbers = [row["id"] for row in emulator.get("department/simplelist", id=2, access_token=token)["department_id"]]
    assert numbers == [2]
    people = emulator.get("user/simplelist", department_id=2, access_token=token)["userlist"]
    assert [row["userid"] for row in people] == ["zhangsan", "emma"]
    everybody = emulator.get("user/simplelist", department_id=1, fetch_child=1, access_token=token)["userlist"]
    assert {"zhangsan", "lisi"} <= {row["userid"] for row in everybody}
    assert emulator.get("user/simplelist", department_id=404, access_token=token)["errcode"] == 60003


def test_the_application_describes_itself(application: Application, emulator: Emulator) -> None:
    token = application.access_token()
    answer = emulator.get("agent/get", agentid=application.agent_id, access_token=token)
    assert (answer["name"], answer["close"]) == ("测试", 0)
    assert answer["allow_partys"] == {"partyid": [1]}
    assert emulator.get("agent/get", agentid=1000002, access_token=token)["errcode"] == 301002
    assert emulator.get("getcallbackip", access_token=token)["ip_list"] == ["127.0.0.1"]
