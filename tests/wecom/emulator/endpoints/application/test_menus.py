"""An application's menu: create, read, delete, and the platform's error codes."""

from typing import Any

import pytest

from tests.wecom.emulator.support.clients import Application

CLICK = {"type": "click", "name": "帮助", "key": "/help"}
VIEW = {"type": "view", "name": "官网", "url": "https://example.com"}
MENU = {"name": "更多", "sub_button": [CLICK, VIEW]}


def create(application: Application, *buttons: object) -> int:
    answer = application.post("menu/create", {"button": list(buttons)}, agentid=application.agent_id)
    return int(answer["errcode"])


def get(application: Application, path: str = "menu/get") -> dict[str, Any]:
    return application.emulator.get(path, access_token=application.access_token(), agentid=application.agent_id)


def test_a_menu_is_made_read_and_removed(application: Application):
    assert get(application)["errcode"] == 46003
    assert create(application, CLICK, MENU) == 0
    assert get(application)["button"] == [CLICK, MENU]
    assert create(application, VIEW) == 0
    assert get(application)["button"] == [VIEW]
    assert get(application, "menu/delete")["errcode"] == 0
    assert get(application)["errcode"] == 46003


def test_each_application_has_a_menu_of_its_own(application: Application):
    create(application, CLICK)
    apps = application.emulator.control("GET", "apps")["apps"]
    assert {app["agentid"]: app["menu"] for app in apps}[application.agent_id] == [CLICK]
    assert [app["menu"] for app in apps].count([CLICK]) == 1


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{**CLICK, "type": "sing"}], 40017),
        ([{"name": "更多"}], 40017),
        ([{**CLICK, "name": ""}], 40018),
        ([{**CLICK, "name": "六个汉字的名"}], 40018),
        ([{**CLICK, "key": ""}], 40019),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{**VIEW, "url": "https://a/" + "x" * 1015}], 40020),
        ([{**VIEW, "url": "example.com"}], 40055),
        ([{"name": "更多", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "更多", "sub_button": [{**CLICK, "type": "sing"}]}], 40024),
        ([{"name": "更多", "sub_button": [MENU]}], 40024),
        ([{"name": "更多", "sub_button": [{**CLICK, "name": "汉" * 14}]}], 40025),
        ([{"name": "更多", "sub_button": [{**CLICK, "key": ""}]}], 40026),
        ([{"name": "更多", "sub_button": [{**VIEW, "url": ""}]}], 40027),
        ([{"name": "更多", "sub_button": [{**VIEW, "url": "ftp://a"}]}], 40054),
        ([{**MENU, "name": "六个汉字的名"}], 40018),
    ],
)
def test_a_wrong_menu_is_refused_with_the_platforms_code(application: Application, buttons, errcode):
    assert create(application, *buttons) == errcode


def test_the_widest_menu_is_accepted(application: Application):
    widest = {"name": "s" * 16, "sub_button": [{**CLICK, "name": "汉" * 13, "key": "k" * 128}] * 5}
    assert create(application, widest, widest, widest) == 0


def test_a_menu_belongs_to_the_application_of_the_token(application: Application):
    assert application.post("menu/create", {"button": [CLICK]}, agentid=1000002)["errcode"] == 301002
    assert application.post("menu/create", {"button": [CLICK]})["errcode"] == 41011
