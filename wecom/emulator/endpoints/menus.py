"""The menu of an application: `menu/create`, `menu/get`, `menu/delete`.

Sources: https://developer.work.weixin.qq.com/document/path/90231, 90232 and 90233.
"""

from typing import Any

from wecom.emulator import live, platform_quirks
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.messages.send import check_agent
from wecom.emulator.models import App

PUSHING = {
    *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    "location_select",
}
TYPES = PUSHING | {"view", "view_miniprogram"}
TOPS, SUBS = 3, 5
KEY, URL = 128, 1024  # bytes
# By where a button stands, after the most bytes of its name: the error codes of type, name, key, url and its domain.
Place = tuple[int, int, int, int, int, int]
BAR, MENU = (40017, 40018, 40019, 40020, 40055), (40024, 40025, 40026, 40027, 40054)


@endpoint("menu/create", "POST")
def create(request: Request) -> Answer:
    """Put a menu in the place of the one before."""
    app = _app(request)
    places = _places(app)
    app.menu = [_top(button, places) for button in _listed(request.json().get("button"), TOPS, 40016)]
    app.save(update_fields=["menu"])
    live.refresh()
    return {}


@endpoint("menu/get", "GET")
def get(request: Request) -> Answer:
    """The menu as it was made. 46003 where there is none."""
    app = _app(request)
    if not app.menu:
        raise ApiError(46003)
    return {"button": app.menu}


@endpoint("menu/delete", "GET")
def delete(request: Request) -> Answer:
    """No menu from now on."""
    app = _app(request)
    app.menu = []
    app.save(update_fields=["menu"])
    live.refresh()
    return {}


def _app(request: Request) -> App:
    check_agent(request.caller, request.query.get("agentid"))
    return request.caller


def _places(app: App) -> dict[str, Place]:
    own = platform_quirks.of(app.pk)
    return {"bar": (own.menu_name_bytes, *BAR), "menu": (own.submenu_name_bytes, *MENU)}


def _top(button: object, places: dict[str, Place]) -> dict[str, Any]:
    below = button.get("sub_button") if isinstance(button, dict) else None
    if not isinstance(button, dict) or not below:
        return _button(button, places["bar"], leaf=False)
    _name(button, places["bar"])
    return {
        "name": button["name"],
        "sub_button": [_button(one, places["menu"], leaf=True) for one in _listed(below, SUBS, 40023)],
    }


def _button(button: object, place: Place, *, leaf: bool) -> dict[str, Any]:
    _most, wrong_type, _wrong_name, wrong_key, wrong_url, no_address = place
    if not isinstance(button, dict) or (leaf and button.get("sub_button")):
        raise ApiError(wrong_type)
    _name(button, place)
    kind = button.get("type")
    if kind not in TYPES:
        raise ApiError(wrong_type)
    shown = {"type": kind, "name": button["name"]}
    if kind in PUSHING:
        return {**shown, "key": _within(button, "key", KEY, wrong_key)}
    if kind == "view_miniprogram":
        return {**shown, **{field: _within(button, field, URL, 40058) for field in ("pagepath", "appid")}}
    url = _within(button, "url", URL, wrong_url)
    if not url.startswith(("http://", "https://")):
        raise ApiError(no_address)
    return {**shown, "url": url}


def _name(button: dict[str, Any], place: Place) -> None:
    _within(button, "name", place[0], place[2])


def _within(button: dict[str, Any], field: str, most: int, errcode: int) -> str:
    value = button.get(field)
    if not isinstance(value, str) or not value.strip() or len(value.encode()) > most:
        raise ApiError(errcode)
    return value


def _listed(value: object, most: int, errcode: int) -> list[object]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise ApiError(errcode)
    return value
