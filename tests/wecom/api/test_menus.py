"""The menu below the chat over REST: read, replace, publish."""

import pytest

from tests.support.factories import make_api, make_application, make_menu_button
from tests.support.problem_details import problem
from wecom.models import MenuButton, MenuPublication

pytestmark = pytest.mark.django_db
BUTTONS = [
    {"name": "帮助", "kind": "click", "key": "/help"},
    {
        "name": "更多",
        "kind": "menu",
        "buttons": [
            {"name": "官网", "kind": "view", "url": "https://example.com"},
            {"name": "小程序", "kind": "view_miniprogram", "app_id": "wx1", "page": "pages/index"},
        ],
    },
]


@pytest.fixture
def application():
    return make_application(is_default=True)


@pytest.fixture
def menu(application) -> str:
    return f"/api/v1/applications/{application.pk}/menu/"


@pytest.fixture
def api():
    return make_api("applications:read", "applications:write")


def put(api, menu: str, buttons: list):
    return api.put(menu, {"buttons": buttons}, format="json")


def shape(buttons: list) -> list:
    """Names and what is below them."""
    return [(one["name"], shape(one.get("buttons") or [])) for one in buttons]


def test_a_menu_takes_the_place_of_the_one_before_and_is_published(api, application, menu):
    make_menu_button(application, "旧")
    answer = put(api, menu, BUTTONS)
    assert answer.status_code == 202, answer.content
    assert shape(answer.json()["buttons"]) == [("帮助", []), ("更多", [("官网", []), ("小程序", [])])]
    assert answer.json()["publication"]["status"] == "queued"
    assert api.get(menu).json() == answer.json()
    published = MenuPublication.objects.get().buttons
    assert published[0] == {"type": "click", "name": "帮助", "key": "/help"}
    assert [one["type"] for one in published[1]["sub_button"]] == ["view", "view_miniprogram"]


def test_no_button_is_no_menu(api, application, menu):
    make_menu_button(application, "旧")
    assert put(api, menu, []).json()["buttons"] == []
    assert MenuPublication.objects.get().buttons == []
    assert not MenuButton.objects.exists()


def test_a_menu_that_was_never_published_says_so(api, application, menu):
    make_menu_button(application, "帮助")
    assert api.get(menu).json()["publication"] is None


@pytest.mark.parametrize(
    ("buttons", "field"),
    [
        ([{"name": "帮助", "key": ""}], "buttons[0].key"),
        ([BUTTONS[0], {"name": "六个汉字的名字", "key": "k"}], "buttons[1].name"),
        (
            [{"name": "更多", "kind": "menu", "buttons": [{"name": "网", "kind": "view", "url": "nowhere"}]}],
            "buttons[0].buttons[0].url",
        ),
        ([{"name": "空", "kind": "menu"}], "menu"),
        ([{"name": str(n), "key": "k"} for n in range(4)], "buttons[3]"),
        ([{"name": "x", "kind": "dance"}], "buttons[0].kind"),
        ([{"name": "x", "key": "k", "colour": "red"}], "buttons[0].colour"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(api, application, menu, buttons, field):
    old = make_menu_button(application, "旧")
    assert problem(put(api, menu, buttons), 422)["field"] == field
    assert list(MenuButton.objects.all()) == [old]
    assert not MenuPublication.objects.exists()


def test_who_only_reads_publishes_nothing(application, menu):
    assert put(make_api("applications:read"), menu, BUTTONS).status_code == 403
