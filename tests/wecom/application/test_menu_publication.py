"""Menus: rows refuse what the platform would refuse, and are published."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from tests.support import factories
from tests.support.emulator import KEYS
from wecom import bot, services
from wecom.application import menu_publication
from wecom.application.menu_publication import fetch_menu
from wecom.exceptions import ContentError
from wecom.models import Application, MenuButton, MenuPublication

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application() -> Application:
    return factories.make_application()


def button(application: Application, name: str = "帮助", **fields: object) -> MenuButton:
    return factories.make_menu_button(application, name, **fields)


def menu(application: Application, name: str = "更多") -> MenuButton:
    return button(application, name, kind="menu")


def problems(row: MenuButton) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    return caught.value.message_dict


def deliver(publication: MenuPublication, *, later: timedelta = timedelta()) -> MenuPublication:
    menu_publication.run_publication(publication.pk, now=timezone.now() + later)
    publication.refresh_from_db()
    return publication


def shown(emulator) -> list[dict[str, object]]:
    """The menu that people see."""
    ours = (KEYS["CORP_ID"], int(KEYS["AGENT_ID"]))
    (app,) = (app for app in emulator.api("GET", "apps")["apps"] if (app["corpid"], app["agentid"]) == ours)
    found: list[dict[str, object]] = app["menu"]
    return found


# Buttons


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "六个汉字的名"}, "name"),
        ({"name": "seventeen letters"}, "name"),
        ({"key": " "}, "key"),
        ({"key": "汉" * 43}, "key"),
        ({"kind": "view", "url": ""}, "url"),
        ({"kind": "view", "url": "example.com"}, "url"),
        ({"kind": "view", "url": "javascript:alert(1)"}, "url"),
        ({"kind": "view", "url": "https://a.cn/" + "汉" * 340}, "url"),
        ({"kind": "sing"}, "kind"),
    ],
)
def test_a_button_names_the_field_that_is_wrong(application, fields, field):
    row = MenuButton(application=application, **({"name": "帮助", "key": "/help"} | fields))
    assert list(problems(row)) == [field]


def test_a_name_may_be_longer_in_a_menu(application):
    below = MenuButton(application=application, parent=menu(application), name="汉" * 13, key="/help")
    below.full_clean()
    below.name += "字"
    assert "name" in problems(below)


def test_a_button_forgets_what_it_does_not_use(application):
    row = MenuButton(application=application, name="官网", kind="view", key="/help", url=" https://a.cn ")
    row.full_clean()
    assert (row.key, row.url) == ("", "https://a.cn")


def test_the_bar_has_three_buttons_and_a_menu_five(application):
    top = menu(application)
    for _ in range(2):
        button(application)
    assert "parent" in problems(MenuButton(application=application, name="x", key="k"))
    for _ in range(5):
        last = button(application, parent=top)
    assert "parent" in problems(MenuButton(application=application, parent=top, name="x", key="k"))
    last.full_clean()
    MenuButton(application=factories.make_application(), name="x", key="k").full_clean()


def test_a_menu_opens_no_other_menu(application):
    top = menu(application)
    inside = MenuButton(application=application, parent=top, name="x", kind="menu")
    assert "kind" in problems(inside)
    below = button(application, parent=top)
    assert "parent" in problems(MenuButton(application=application, parent=below, name="x", key="k"))
    other = menu(factories.make_application())
    assert "parent" in problems(MenuButton(application=application, parent=other, name="x", key="k"))
    top.parent = top
    assert problems(top)


def test_a_menu_with_buttons_stays_a_menu(application):
    top = menu(application)
    button(application, parent=top)
    top.kind, top.key = "click", "/help"
    assert "kind" in problems(top)


def test_a_button_that_does_nothing_is_refused_by_the_database(application):
    with pytest.raises(IntegrityError):
        button(application, key="")


# The whole menu


def test_a_menu_is_made_of_rows_in_their_order(application):
    button(application, "右", position=2)
    top = button(application, "左", kind="menu", position=1)
    button(application, "下", kind="view", url="https://a.cn", parent=top, position=9)
    button(application, "上", parent=top, position=3)
    button(factories.make_application(), "别人的")
    assert menu_publication.build_menu(application) == [
        {
            "name": "左",
            "sub_button": [
                {"type": "click", "name": "上", "key": "/help"},
                {"type": "view", "name": "下", "url": "https://a.cn"},
            ],
        },
        {"type": "click", "name": "右", "key": "/help"},
    ]


def empty_menu(application: Application) -> None:
    menu(application)


def four_in_the_bar(application: Application) -> None:
    for _ in range(4):
        button(application)


def six_in_a_menu(application: Application) -> None:
    top = menu(application)
    for _ in range(6):
        button(application, parent=top)


def long_name(application: Application) -> None:
    button(application, "这个名字放不下")


def buttons_below_a_click(application: Application) -> None:
    button(application, parent=button(application))


@pytest.mark.parametrize("make", [empty_menu, four_in_the_bar, six_in_a_menu, long_name, buttons_below_a_click])
def test_what_the_platform_would_refuse_is_not_published(application, make):
    make(application)
    with pytest.raises(ContentError) as caught:
        services.publish_menu(application)
    assert caught.value.message
    assert caught.value.remedy
    assert not MenuPublication.objects.exists()


# On its way


def test_a_published_menu_is_seen(connected, emulator):
    top = menu(connected)
    button(connected, parent=top)
    publication = deliver(services.publish_menu(connected))
    assert (publication.status, publication.errcode) == ("done", 0)
    assert shown(emulator) == [{"name": "更多", "sub_button": [{"type": "click", "name": "帮助", "key": "/help"}]}]


def test_a_menu_without_buttons_is_removed_and_so_is_none(connected, emulator):
    row = button(connected)
    deliver(services.publish_menu(connected))
    row.delete()
    for _ in range(2):
        assert deliver(services.publish_menu(connected)).status == "done"
        assert shown(emulator) == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["reset-after", "late", "server-error", "html", "busy", "reset-before"])
def test_what_goes_wrong_on_the_way_is_tried_again(connected, emulator, fault):
    button(connected)
    emulator.fault(fault, "menu/create", **({"value": 2} if fault == "late" else {}))
    publication = deliver(services.publish_menu(connected))
    assert (publication.status, publication.reason) == ("queued", "busy")
    assert deliver(publication, later=timedelta(hours=1)).status == "done"


def test_a_refusal_is_kept_with_its_code(connected, emulator):
    publication = factories.make_menu_publication(connected, buttons=[{"type": "click", "name": "x"}])
    assert (deliver(publication).status, publication.reason, publication.errcode) == ("failed", "refused", 40019)


def test_a_wrong_setting_holds_the_menu_until_it_is_mended(connected, emulator):
    button(connected)
    emulator.fault("untrusted-ip", "menu/create")
    publication = deliver(services.publish_menu(connected))
    assert (publication.status, publication.reason) == ("queued", "held")
    services.save_application(connected)
    assert deliver(publication).status == "done"


def test_the_newest_menu_counts(connected, emulator):
    row = button(connected, "旧")
    old = services.publish_menu(connected)
    row.name = "新"
    row.save()
    new = services.publish_menu(connected)
    old.refresh_from_db()
    assert (old.status, old.reason) == ("cancelled", "superseded")
    deliver(new)
    assert [one["name"] for one in shown(emulator)] == ["新"]


def test_a_menu_that_comes_back_late_does_not_undo_a_newer_one(connected, emulator):
    old = factories.make_menu_publication(connected)
    factories.make_menu_publication(connected)
    assert (deliver(old).status, old.reason) == ("cancelled", "superseded")
    assert emulator.calls("menu/create") == 0


# What else a button may do

PROGRAM = {"kind": "view_miniprogram", "app_id": "wx" + "0" * 16, "page": "pages/index"}


@pytest.mark.parametrize("kind", MenuButton.KEYED)
def test_a_button_that_brings_a_key_needs_one(application, kind):
    row = factories.make_menu_button(application, "扫一扫", kind=kind, key="scan")
    row.full_clean()
    assert menu_publication.build_menu(application) == [{"type": kind, "name": "扫一扫", "key": "scan"}]
    row.key = ""
    assert list(problems(row)) == ["key"]
    with pytest.raises(IntegrityError):
        MenuButton.objects.update(key="")


@pytest.mark.parametrize(("change", "field"), [({"app_id": " "}, "app_id"), ({"page": ""}, "page")])
def test_a_mini_program_button_needs_an_id_and_a_page(application, change, field):
    row = factories.make_menu_button(application, "小程序", **PROGRAM)
    row.full_clean()
    for name, value in change.items():
        setattr(row, name, value)
    assert list(problems(row)) == [field]


def test_a_menu_with_every_button_type_survives_publication(connected, emulator):
    top = menu(connected)
    for number, kind in enumerate(MenuButton.KEYED[1:6], 1):
        factories.make_menu_button(connected, kind, kind=kind, key=f"k{number}", parent=top, position=number)
    factories.make_menu_button(connected, "位置", kind="location_select", key="where", position=2)
    factories.make_menu_button(connected, "小程序", **PROGRAM, position=3)
    wanted = menu_publication.build_menu(connected)
    assert deliver(services.publish_menu(connected)).status == "done"
    assert shown(emulator) == wanted
    assert fetch_menu(connected) == wanted
    MenuButton.objects.all().delete()
    deliver(services.publish_menu(connected))
    assert fetch_menu(connected) == []


def test_the_application_is_told_as_the_console_knows_it(connected, emulator):
    agent = async_to_sync(bot.get_agent_info)()
    assert (agent.closed, agent.departments) == (False, (1,))
    assert agent.name
    emulator.api("POST", "apps", json={"agentid": connected.agent_id, "closed": True})
    assert services.get_agent_info(connected).closed
    emulator.api("POST", "apps", json={"agentid": connected.agent_id, "closed": False})
