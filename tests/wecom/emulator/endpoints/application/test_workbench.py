"""The workbench, tickets for pages, and message statistics of an application."""

from typing import Any

import pytest

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.clients import Application, Emulator, Listener, make_company

FIGURE = {"key": "待审批", "data": "2", "jump_url": "https://example.com/a"}
FIGURES = {"type": "keydata", "keydata": {"items": [FIGURE]}}
PAGE = {"type": "webview", "webview": {"url": "https://example.com", "height": "single_row"}}


def ask(application: Application, path: str, **body: Any) -> dict[str, Any]:
    return application.post(f"agent/{path}", {"agentid": application.agent_id, **body})


def seen(application: Application, member: str) -> dict[str, Any]:
    return dict(application.control("GET", "workbench", member=member)["data"])


def test_the_workbench_is_opened_in_the_console_and_the_application_is_told(
    application: Application, listener: Listener
) -> None:
    assert ask(application, "set_workbench_template", **FIGURES)["errcode"] == 94000
    for opened in (True, True, False):
        application.control("POST", "apps", workbench=opened)
    modes = [decrypt(application, listener.next()) for _ in range(2)]
    assert [(event["Event"], event["Mode"], event["FromUserName"]) for event in modes] == [
        ("switch_workbench_mode", "1", "sys"),
        ("switch_workbench_mode", "0", "sys"),
    ]


def test_members_see_their_own_data_or_the_template_s(application: Application, member: str) -> None:
    application.control("POST", "apps", workbench=True)
    assert ask(application, "get_workbench_template")["type"] == "normal"
    assert ask(application, "set_workbench_template", **FIGURES) == {"errcode": 0, "errmsg": "ok"}
    assert ask(application, "get_workbench_template")["keydata"] == FIGURES["keydata"]
    assert seen(application, member) == FIGURES
    own = {"type": "keydata", "keydata": {"items": [{**FIGURE, "data": "9"}]}}
    assert ask(application, "set_workbench_data", userid=member, **own)["errcode"] == 0
    assert ask(application, "get_workbench_data", userid=member)["data"] == own == seen(application, member)
    assert seen(application, "lisi") == FIGURES
    assert ask(application, "set_workbench_template", **FIGURES, replace_user_data=True)["errcode"] == 0
    assert seen(application, member) == FIGURES
    assert ask(application, "batch_set_workbench_data", userid_list=[member, "lisi"], data=own)["errcode"] == 0
    assert seen(application, "lisi") == own
    assert ask(application, "set_workbench_template", type="normal")["errcode"] == 0
    assert seen(application, member) == {"type": "normal"}


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"type": "sing"}, 94001),
        ({"type": "keydata", "keydata": {}}, 94002),
        ({"type": "keydata", "keydata": {"items": [FIGURE] * 5}}, 94003),
        ({"type": "keydata", "keydata": {"items": [{"key": "a"}]}}, 94012),
        ({"type": "image", "image": {"url": ""}}, 94013),
        ({"type": "list", "list": []}, 94005),
        ({"type": "list", "list": {"items": [{"title": "t"}] * 4}}, 94006),
        ({"type": "list", "list": {"items": [{}]}}, 94010),
        ({"type": "list", "list": {"items": [{"title": "题" * 43}]}}, 94014),
        ({"type": "webview", "webview": None}, 94007),
        ({"type": "webview", "webview": {"url": "example.com"}}, 94015),
        ({"type": "webview", "webview": {"url": "https://example.com", "height": "tall"}}, 94011),
        ({"type": "image", "image": {"url": "https://a", "jump_url": 5}}, 40058),
    ],
)
def test_a_wrong_template_has_its_code(application: Application, body: dict[str, Any], errcode: int) -> None:
    application.control("POST", "apps", workbench=True)
    assert ask(application, "set_workbench_template", **body)["errcode"] == errcode


def test_data_must_fit_the_template_and_its_member_the_range(application: Application, member: str) -> None:
    application.control("POST", "apps", workbench=True)
    to = {"userid": member}
    assert ask(application, "set_workbench_data", **to, **FIGURES)["errcode"] == 94008
    ask(application, "set_workbench_template", **PAGE)
    other = {**PAGE["webview"], "height": "double_row"}  # type: ignore[dict-item]
    assert ask(application, "set_workbench_data", **to, type="webview", webview=other)["errcode"] == 94016
    assert ask(application, "set_workbench_data", userid="nobody", **PAGE)["errcode"] == 60111
    application.control("POST", "apps", scope={"users": ["lisi"]})
    assert ask(application, "set_workbench_data", **to, **PAGE)["errcode"] == 60011
    codes = [ask(application, "set_workbench_data", userid="lisi", **PAGE)["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [45009]


def test_tickets_are_kept_and_asked_for_seldom(emulator: Emulator, clean_clock: None) -> None:
    application = make_company(emulator)
    token = application.access_token()
    first, again = (emulator.get("get_jsapi_ticket", access_token=token) for _ in range(2))
    assert (first["ticket"], 7190 <= first["expires_in"] <= 7200) == (again["ticket"], True)
    own = emulator.get("ticket/get", access_token=token, type="agent_config")["ticket"]
    assert own != first["ticket"]
    assert emulator.get("ticket/get", access_token=token, type="wx_card")["errcode"] == 91040
    application.control("POST", "limits", tickets_of_application_per_hour=4)
    codes = [emulator.get("get_jsapi_ticket", access_token=token)["errcode"] for _ in range(2)]
    assert codes == [0, 45009]
    emulator.control("POST", "clock", offset=7201)
    later = emulator.get("get_jsapi_ticket", access_token=application.access_token())
    assert later["ticket"] != first["ticket"]


def test_what_was_sent_is_counted_by_day(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    application.say(f"{member}|lisi", "today")
    application.say(member, "again")

    def count(time_type: int) -> int:
        rows = application.post("message/get_statistics", {"time_type": time_type})["statistics"]
        return sum(row["count"] for row in rows if row["agentid"] == application.agent_id)

    assert (count(0), count(1)) == (3, 0)
    emulator.control("POST", "clock", offset=86400)
    assert (count(0), count(1)) == (0, 3)
    assert application.post("message/get_statistics", {"time_type": 2})["errcode"] == 40058
