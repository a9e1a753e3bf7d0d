"""The menu of an application: `menu/create`, `menu/get`, `menu/delete`.

Sources: https://developer.work.weixin.qq.com/document/path/90231, 90232 and 90233.
"""

from typing import Any

from wecom.emulator import live_updates, platform_quirks
from wecom.emulator.gateway.application_checks import check_agent_id
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App

EVENT_TYPES = {
    *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    "location_select",
}
TYPES = EVENT_TYPES | {"view", "view_miniprogram"}
MOST_BUTTONS, MOST_SUB_BUTTONS = 3, 5
LONGEST_KEY, LONGEST_URL = 128, 1024  # bytes
# For a button or a sub-button: the most bytes of its name, and the error codes of type, name, key, url and its domain.
Limits = tuple[int, int, int, int, int, int]
BUTTON_ERRORS, SUB_BUTTON_ERRORS = (40017, 40018, 40019, 40020, 40055), (40024, 40025, 40026, 40027, 40054)


@endpoint("menu/create", "POST")
def create(request: ApiRequest) -> Answer:
    """Replace the menu."""
    app = _app(request)
    rules = platform_quirks.rules_of(app.pk)
    buttons = _check_list(request.json().get("button"), MOST_BUTTONS, 40016)
    app.menu = [_check_button(button, rules) for button in buttons]
    app.save(update_fields=["menu"])
    live_updates.refresh()
    return {}


@endpoint("menu/get", "GET")
def get(request: ApiRequest) -> Answer:
    """The menu as it was created. Raises `ApiError` 46003 where there is none."""
    app = _app(request)
    if not app.menu:
        raise ApiError(46003)
    return {"button": app.menu}


@endpoint("menu/delete", "GET")
def delete(request: ApiRequest) -> Answer:
    """Remove the menu."""
    app = _app(request)
    app.menu = []
    app.save(update_fields=["menu"])
    live_updates.refresh()
    return {}


def _app(request: ApiRequest) -> App:
    check_agent_id(request.caller, request.query.get("agentid"))
    return request.caller


def _check_button(button: object, rules: platform_quirks.Rules) -> dict[str, Any]:
    """A button of the menu, with its sub-buttons."""
    limits = (rules.menu_name_bytes, *BUTTON_ERRORS)
    sub_buttons = button.get("sub_button") if isinstance(button, dict) else None
    if not isinstance(button, dict) or not sub_buttons:
        return _check_action(button, limits, is_sub_button=False)
    _check_name(button, limits)
    sub_limits = (rules.submenu_name_bytes, *SUB_BUTTON_ERRORS)
    checked = [
        _check_action(sub_button, sub_limits, is_sub_button=True)
        for sub_button in _check_list(sub_buttons, MOST_SUB_BUTTONS, 40023)
    ]
    return {"name": button["name"], "sub_button": checked}


def _check_action(button: object, limits: Limits, *, is_sub_button: bool) -> dict[str, Any]:
    """A button that does something, with the fields of its type."""
    _most, wrong_type, _wrong_name, wrong_key, wrong_url, wrong_domain = limits
    if not isinstance(button, dict) or (is_sub_button and button.get("sub_button")):
        raise ApiError(wrong_type)
    _check_name(button, limits)
    kind = button.get("type")
    if kind not in TYPES:
        raise ApiError(wrong_type)
    fields = {"type": kind, "name": button["name"]}
    if kind in EVENT_TYPES:
        return {**fields, "key": _check_text(button, "key", LONGEST_KEY, wrong_key)}
    if kind == "view_miniprogram":
        return {**fields, **{field: _check_text(button, field, LONGEST_URL, 40058) for field in ("pagepath", "appid")}}
    url = _check_text(button, "url", LONGEST_URL, wrong_url)
    if not url.startswith(("http://", "https://")):
        raise ApiError(wrong_domain)
    return {**fields, "url": url}


def _check_name(button: dict[str, Any], limits: Limits) -> None:
    _check_text(button, "name", limits[0], limits[2])


def _check_text(button: dict[str, Any], field: str, most: int, errcode: int) -> str:
    value = button.get(field)
    if not isinstance(value, str) or not value.strip() or len(value.encode()) > most:
        raise ApiError(errcode)
    return value


def _check_list(value: object, most: int, errcode: int) -> list[object]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise ApiError(errcode)
    return value
