"""Sign-in to pages: the members that the platform asks, and what a code is valid for."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.wecom.emulator.support.clients import Application, Emulator

PAGE = "http://127.0.0.1:8000/watch/login/?next=a"


def visit(application: Application, path: str = "connect/oauth2/authorize", cookies=None, **query) -> requests.Response:
    query = {"appid": application.corp_id, "redirect_uri": PAGE, "agentid": str(application.agent_id), **query}
    if path.startswith("connect"):
        query = {"response_type": "code", "scope": "snsapi_base", "state": "s1", **query}
    url = f"{application.emulator.url}/{path}"
    return requests.get(url, params=query, cookies=cookies, allow_redirects=False, timeout=60)


def code_of(answer: requests.Response) -> str:
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def who(application: Application, code: str, path: str = "auth/getuserinfo") -> dict:
    return application.emulator.get(path, access_token=application.access_token(), code=code)


def test_a_sign_in_returns_with_a_code_and_the_state(application, member):
    page = visit(application)
    assert page.status_code == 200
    assert "测试员" in page.text
    assert "script" not in page.text
    back = visit(application, **{"as": member})
    query = parse_qs(urlsplit(back.headers["Location"]).query)
    assert (query["next"], query["state"]) == (["a"], ["s1"])
    assert who(application, query["code"][0]) == {"errcode": 0, "errmsg": "ok", "userid": member}


def test_whoever_holds_the_phone_is_not_asked(application, member):
    code = code_of(visit(application, cookies={"emulator_member": member}))
    assert who(application, code)["userid"] == member
    assert visit(application, cookies={"emulator_member": member}, choose="1").status_code == 200


def test_in_a_browser_one_signs_in_with_the_same_code(application, member):
    code = code_of(visit(application, "wwlogin/sso/login", login_type="CorpApp", **{"as": member}))
    assert who(application, code)["userid"] == member


def test_a_code_is_good_once_and_for_five_minutes(application, member, emulator: Emulator, clean_clock):
    code = code_of(visit(application, **{"as": member}))
    assert who(application, code)["errcode"] == 0
    assert who(application, code)["errcode"] == 42022
    assert who(application, "nonsense")["errcode"] == 40029
    late = code_of(visit(application, **{"as": member}))
    emulator.control("POST", "clock", offset=301)
    assert who(application, late)["errcode"] == 42003


def test_a_code_is_of_no_use_to_another_company(application, member, emulator: Emulator):
    row = emulator.control("POST", "apps", agentid=1000009, corpid="wwaaaaaaaaaaaaaaaa", secret="other-secret")
    token = emulator.get("gettoken", corpid=row["corpid"], corpsecret=row["secret"])["access_token"]
    code = code_of(visit(application, **{"as": member}))
    assert emulator.get("auth/getuserinfo", access_token=token, code=code)["errcode"] == 40029


def test_somebody_from_outside_has_no_user_id(application):
    answer = who(application, code_of(visit(application, **{"as": "-"})))
    assert answer["openid"]
    assert "userid" not in answer


def test_personal_data_need_another_scope_and_a_ticket(application, member, emulator: Emulator, clean_clock):
    code = code_of(visit(application, scope="snsapi_privateinfo", **{"as": member}))
    ticket = who(application, code)["user_ticket"]
    assert application.post("auth/getuserdetail", {"user_ticket": ticket})["userid"] == member
    assert application.post("auth/getuserdetail", {"user_ticket": "x"})["errcode"] == 84015
    emulator.control("POST", "clock", offset=1801)
    assert application.post("auth/getuserdetail", {"user_ticket": ticket})["errcode"] == 84014


def test_the_old_address_answers_in_the_old_words(application, member):
    assert who(application, code_of(visit(application, **{"as": member})), "user/getuserinfo")["UserId"] == member


@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ({"appid": "wwnobody"}, 40013),
        ({"agentid": "7"}, 40056),
        ({"agentid": "x"}, 40056),
        ({"redirect_uri": "javascript:alert(1)"}, 40058),
        ({"response_type": "token"}, 40058),
        ({"scope": "all"}, 40058),
        ({"state": "a b"}, 40058),
        ({"state": "a" * 129}, 40058),
        ({"as": "nobody"}, 60111),
    ],
)
def test_a_wrong_link_says_what_is_wrong(application, query, errcode):
    page = visit(application, **query)
    assert page.status_code == 400
    assert str(errcode) in page.text


def test_only_the_trusted_domain_gets_a_code_port_included(application, member):
    application.control("POST", "apps", redirect_domain="127.0.0.1:8000")
    assert visit(application, **{"as": member}).status_code == 302
    refused = visit(application, redirect_uri="http://127.0.0.1:8001/", **{"as": member})
    assert "50001" in refused.text
    assert application.post("agent/get", {})["errcode"] == 43001
    agent = application.emulator.get("agent/get", access_token=application.access_token(), agentid=application.agent_id)
    assert agent["redirect_domain"] == "127.0.0.1:8000"
