"""What an application shows on the workbench (工作台自定义展示): a template, and data for single members.

Source: https://developer.work.weixin.qq.com/document/path/92535. The console opens it for an application: until then
94000. `control_people.save_app` does that here.
"""

from collections.abc import Callable
from typing import Any

from wecom.emulator.endpoints.agent import named
from wecom.emulator.gateway import rate_limits, visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Member, WorkbenchData

NORMAL = "normal"
FIGURES, LINES, PEOPLE = 4, 3, 1000
TEXT, ADDRESS, TITLE = 64, 1024, 128
HEIGHTS = {"single_row", "double_row"}


@endpoint("agent/set_workbench_template", "POST")
def set_template(request: Request) -> Answer:
    """The kind, and with it what everybody sees who has no data of their own."""
    body = request.json()
    app = _open(named(request.caller, body.get("agentid")))
    kind = body.get("type")
    if kind != NORMAL and kind not in KINDS:
        raise ApiError(94001)
    template: dict[str, Any] = {"type": kind, "replace_user_data": body.get("replace_user_data") is True}
    if kind in body:
        template[kind] = _checked(kind, body[kind])
    app.workbench = {**app.workbench, "template": template}
    app.save(update_fields=["workbench"])
    if template["replace_user_data"] or kind == NORMAL:
        WorkbenchData.objects.filter(app=app).delete()
    return {}


@endpoint("agent/get_workbench_template", "POST")
def get_template(request: Request) -> Answer:
    app = _open(named(request.caller, request.json().get("agentid")))
    return dict(app.workbench.get("template") or {"type": NORMAL, "replace_user_data": False})


@endpoint("agent/set_workbench_data", "POST")
def set_data(request: Request) -> Answer:
    """What one member sees; ten times a minute for each."""
    body = request.json()
    app = _open(named(request.caller, body.get("agentid")))
    member = _members(app, [body.get("userid")])[0]
    data = _data(app, body)
    rate_limits.spend(app, "workbench_per_minute", of=(app.pk, member.pk))
    _keep(app, member, data)
    return {}


@endpoint("agent/batch_set_workbench_data", "POST")
def set_data_of_many(request: Request) -> Answer:
    """The same for up to 1,000 members."""
    body = request.json()
    app = _open(named(request.caller, body.get("agentid")))
    userids, given = body.get("userid_list"), body.get("data")
    if not isinstance(userids, list) or not userids or len(userids) > PEOPLE:
        raise ApiError(40032)
    if not isinstance(given, dict):
        raise ApiError(94012)
    members, data = _members(app, userids), _data(app, given)
    rate_limits.spend(app, "workbench_people_per_minute", people=len(members), of=app.pk)
    for member in members:
        _keep(app, member, data)
    return {}


@endpoint("agent/get_workbench_data", "POST")
def get_data(request: Request) -> Answer:
    """What a member sees: their own data, else the template's."""
    body = request.json()
    app = _open(named(request.caller, body.get("agentid")))
    return {"data": shown(app, _members(app, [body.get("userid")])[0])}


def shown(app: App, member: Member) -> dict[str, Any]:
    """What stands on this member's workbench."""
    row = WorkbenchData.objects.filter(app=app, member=member).first()
    if row is not None:
        return dict(row.data)
    template = app.workbench.get("template") or {"type": NORMAL}
    return {name: value for name, value in template.items() if name != "replace_user_data"}


def _open(app: App) -> App:
    if not app.workbench.get("open"):
        raise ApiError(94000)
    return app


def _members(app: App, userids: list[Any]) -> list[Member]:
    """Raises `ApiError` 60111 for somebody whom there is not, 60011 for somebody whom the application does not see."""
    seen, rows = visible_range.of(app), []
    for userid in userids:
        if not isinstance(userid, str) or not userid:
            raise ApiError(41009)
        row = Member.objects.filter(corp=app.corp_id, userid__iexact=userid).first()
        if row is None or not row.employed:
            raise ApiError(60111)
        if not seen.sees(row):
            raise ApiError(60011)
        rows.append(row)
    return rows


def _data(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """One kind's data, which must be the template's. Raises `ApiError` 94001, 94008, 94016 and those of the kind."""
    kind = given.get("type")
    if kind not in KINDS:
        raise ApiError(94001)
    template = app.workbench.get("template") or {}
    if template.get("type") != kind:
        raise ApiError(94008)
    data = _checked(kind, given.get(kind))
    fixed = template.get(kind, {}).get("height") if kind == "webview" else None
    if fixed and data.get("height", fixed) != fixed:
        raise ApiError(94016)
    return {"type": kind, kind: data}


def _keep(app: App, member: Member, data: dict[str, Any]) -> None:
    WorkbenchData.objects.update_or_create(app=app, member=member, defaults={"data": data})


def _checked(kind: str, value: object) -> dict[str, Any]:
    return KINDS[kind](value)


def _figures(value: object) -> dict[str, Any]:
    """keydata: up to four figures with their names."""
    for one in _items(value, FIGURES, 94002, 94003):
        if not _fits(one.get("data"), TEXT):
            raise ApiError(94012)
        if not _fits(one.get("key", ""), TEXT, empty=True):
            raise ApiError(40058, "key is too long")
        _leads(one)
    return dict(value)  # type: ignore[call-overload, no-any-return]


def _picture(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not _fits(value.get("url"), ADDRESS):
        raise ApiError(94013)
    _leads(value)
    return dict(value)


def _lines(value: object) -> dict[str, Any]:
    """list: up to three lines."""
    for one in _items(value, LINES, 94005, 94006):
        title = one.get("title")
        if title is None:
            raise ApiError(94010)
        if not isinstance(title, str) or not title or len(title.encode()) > TITLE:
            raise ApiError(94014)
        _leads(one)
    return dict(value)  # type: ignore[call-overload, no-any-return]


def _page(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(94007)
    if not _fits(value.get("url"), ADDRESS) or not str(value["url"]).startswith(("http://", "https://")):
        raise ApiError(94015)
    if value.get("height", "double_row") not in HEIGHTS:
        raise ApiError(94011)
    _leads(value)
    return dict(value)


KINDS: dict[str, Callable[[object], dict[str, Any]]] = {
    "keydata": _figures,
    "image": _picture,
    "list": _lines,
    "webview": _page,
}


def _items(value: object, most: int, missing: int, too_many: int) -> list[dict[str, Any]]:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise ApiError(missing)
    if not 1 <= len(items) <= most:
        raise ApiError(too_many)
    return items


def _leads(part: dict[str, Any]) -> None:
    for name in ("jump_url", "pagepath"):
        if not _fits(part.get(name, ""), ADDRESS, empty=True):
            raise ApiError(40058, f"invalid {name}")


def _fits(value: object, most: int, *, empty: bool = False) -> bool:
    return isinstance(value, str) and len(value) <= most and (empty or bool(value))
