"""The workbench of an application (工作台自定义展示): a template, and data of single members.

Source: https://developer.work.weixin.qq.com/document/path/92535. The console enables it for an application, and so does
the control API (`workbench`); before that, every call gets 94000.
"""

from collections.abc import Callable
from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.endpoints.application.agent import named_application
from wecom.emulator.gateway import rate_limits
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Member, WorkbenchData

NORMAL = "normal"
MOST_FIGURES, MOST_LINES, MOST_MEMBERS = 4, 3, 1000
LONGEST_TEXT, LONGEST_URL, LONGEST_TITLE = 64, 1024, 128  # the title in bytes, the others in characters
HEIGHTS = {"single_row", "double_row"}


@endpoint("agent/set_workbench_template", "POST")
def set_template(request: ApiRequest) -> Answer:
    """Set the template's type, and its data for members without data of their own."""
    body = request.json()
    app = _enabled(named_application(request.caller, body.get("agentid")))
    kind = body.get("type")
    if kind != NORMAL and kind not in CHECKS:
        raise ApiError(94001)
    template: dict[str, Any] = {"type": kind, "replace_user_data": body.get("replace_user_data") is True}
    if kind in body:
        template[kind] = _check(kind, body[kind])
    app.workbench = {**app.workbench, "template": template}
    app.save(update_fields=["workbench"])
    if template["replace_user_data"] or kind == NORMAL:
        WorkbenchData.objects.filter(app=app).delete()
    return {}


@endpoint("agent/get_workbench_template", "POST")
def get_template(request: ApiRequest) -> Answer:
    app = _enabled(named_application(request.caller, request.json().get("agentid")))
    return dict(app.workbench.get("template") or {"type": NORMAL, "replace_user_data": False})


@endpoint("agent/set_workbench_data", "POST")
def set_data(request: ApiRequest) -> Answer:
    """Set the data of one member, at most ten times a minute."""
    body = request.json()
    app = _enabled(named_application(request.caller, body.get("agentid")))
    member = _members(app, [body.get("userid")])[0]
    data = _data(app, body)
    rate_limits.count(app, "workbench_per_minute", owner=(app.pk, member.pk))
    _store(app, member, data)
    return {}


@endpoint("agent/batch_set_workbench_data", "POST")
def batch_set_data(request: ApiRequest) -> Answer:
    """Set the same data for up to 1,000 members."""
    body = request.json()
    app = _enabled(named_application(request.caller, body.get("agentid")))
    userids, raw = body.get("userid_list"), body.get("data")
    if not isinstance(userids, list) or not userids or len(userids) > MOST_MEMBERS:
        raise ApiError(40032)
    if not isinstance(raw, dict):
        raise ApiError(94012)
    members, data = _members(app, userids), _data(app, raw)
    rate_limits.count(app, "workbench_people_per_minute", weight=len(members), owner=app.pk)
    for member in members:
        _store(app, member, data)
    return {}


@endpoint("agent/get_workbench_data", "POST")
def get_data(request: ApiRequest) -> Answer:
    """A member's data of the workbench: their own, or the template's."""
    body = request.json()
    app = _enabled(named_application(request.caller, body.get("agentid")))
    return {"data": workbench_of(app, _members(app, [body.get("userid")])[0])}


def workbench_of(app: App, member: Member) -> dict[str, Any]:
    """The application's data on a member's workbench."""
    row = WorkbenchData.objects.filter(app=app, member=member).first()
    if row is not None:
        return dict(row.data)
    template = app.workbench.get("template") or {"type": NORMAL}
    return {name: value for name, value in template.items() if name != "replace_user_data"}


def _enabled(app: App) -> App:
    if not app.workbench.get("open"):
        raise ApiError(94000)
    return app


def _members(app: App, userids: list[Any]) -> list[Member]:
    """Raises `ApiError` 60111 for an unknown member, 60011 for one outside the visible range."""
    visible, rows = visible_range.of(app), []
    for userid in userids:
        if not isinstance(userid, str) or not userid:
            raise ApiError(41009)
        row = Member.objects.filter(corp=app.corp_id, userid__iexact=userid).first()
        if row is None or not row.employed:
            raise ApiError(60111)
        if not visible.sees(row):
            raise ApiError(60011)
        rows.append(row)
    return rows


def _data(app: App, raw: dict[str, Any]) -> dict[str, Any]:
    """The data of a type, which must be the template's. Raises `ApiError` 94001, 94008, 94016 and those of the type."""
    kind = raw.get("type")
    if kind not in CHECKS:
        raise ApiError(94001)
    template = app.workbench.get("template") or {}
    if template.get("type") != kind:
        raise ApiError(94008)
    data = _check(kind, raw.get(kind))
    fixed = template.get(kind, {}).get("height") if kind == "webview" else None
    if fixed and data.get("height", fixed) != fixed:
        raise ApiError(94016)
    return {"type": kind, kind: data}


def _store(app: App, member: Member, data: dict[str, Any]) -> None:
    WorkbenchData.objects.update_or_create(app=app, member=member, defaults={"data": data})


def _check(kind: str, value: object) -> dict[str, Any]:
    return CHECKS[kind](value)


def _keydata(value: object) -> dict[str, Any]:
    """Up to four figures with their names."""
    for item in _items(value, MOST_FIGURES, 94002, 94003):
        if not _is_text(item.get("data"), LONGEST_TEXT):
            raise ApiError(94012)
        if not _is_text(item.get("key", ""), LONGEST_TEXT, allow_empty=True):
            raise ApiError(40058, "key is too long")
        _check_targets(item)
    return dict(value)  # type: ignore[call-overload, no-any-return]


def _image(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not _is_text(value.get("url"), LONGEST_URL):
        raise ApiError(94013)
    _check_targets(value)
    return dict(value)


def _list(value: object) -> dict[str, Any]:
    """Up to three lines."""
    for item in _items(value, MOST_LINES, 94005, 94006):
        title = item.get("title")
        if title is None:
            raise ApiError(94010)
        if not isinstance(title, str) or not title or len(title.encode()) > LONGEST_TITLE:
            raise ApiError(94014)
        _check_targets(item)
    return dict(value)  # type: ignore[call-overload, no-any-return]


def _webview(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(94007)
    if not _is_text(value.get("url"), LONGEST_URL) or not str(value["url"]).startswith(("http://", "https://")):
        raise ApiError(94015)
    if value.get("height", "double_row") not in HEIGHTS:
        raise ApiError(94011)
    _check_targets(value)
    return dict(value)


CHECKS: dict[str, Callable[[object], dict[str, Any]]] = {
    "keydata": _keydata,
    "image": _image,
    "list": _list,
    "webview": _webview,
}


def _items(value: object, most: int, missing: int, too_many: int) -> list[dict[str, Any]]:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiError(missing)
    if not 1 <= len(items) <= most:
        raise ApiError(too_many)
    return items


def _check_targets(part: dict[str, Any]) -> None:
    for name in ("jump_url", "pagepath"):
        if not _is_text(part.get(name, ""), LONGEST_URL, allow_empty=True):
            raise ApiError(40058, f"invalid {name}")


def _is_text(value: object, most: int, *, allow_empty: bool = False) -> bool:
    return isinstance(value, str) and len(value) <= most and (allow_empty or bool(value))
