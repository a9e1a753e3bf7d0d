"""Contacts: `user/*` and `department/*`.

Sources: https://developer.work.weixin.qq.com/document/path/90196, 90200, 90201, 96067, 90208, 95350, 95351.
"""

from typing import Any

from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Department, Member, sql

MOST_IDS = 10_000
# What applications made after 20 June 2022 are not told.
PRIVATE = ("gender", "mobile", "email", "biz_mail", "address", "avatar", "thumb_avatar", "qr_code")


@endpoint("user/get", "GET")
def user_get(request: Request) -> Answer:
    """One member; phone, e-mail and picture only for an application made before June 2022."""
    app, userid = _application(request), request.query.get("userid", "")
    if not userid:
        raise ApiError(40003)
    member = sql.first(Member, "WHERE it.corp_id = ? AND lower(it.userid) = ?", app.corp_id, userid.lower())
    if member is None or not member.employed:
        raise ApiError(60111)
    if not visible_range.of(app).sees(member):
        raise ApiError(60011)
    return _whole(app, member)


@endpoint("user/simplelist", "GET")
def user_simplelist(request: Request) -> Answer:
    """The visible members of one department, or with `fetch_child=1` of those below it too."""
    return {"userlist": [_brief(member) for member in _listed(request)]}


@endpoint("user/list", "GET")
def user_list(request: Request) -> Answer:
    """The same with everything that `user/get` tells."""
    members = _listed(request)
    return {"userlist": [_whole(request.caller, member) for member in members]}


@endpoint("user/list_id", "POST")
def user_list_id(request: Request) -> Answer:
    """User IDs with their departments, in pages by cursor; for the contacts assistant only."""
    app, body = request.caller, request.json()
    if app.agent_id != App.ASSISTANT:
        raise ApiError(48002)
    limit = body.get("limit", MOST_IDS)
    cursor = body.get("cursor", "")
    if not isinstance(limit, int) or not 1 <= limit <= MOST_IDS:
        raise ApiError(40058, "limit must be 1 to 10000")
    if not isinstance(cursor, str) or not (cursor == "" or cursor.isdecimal()):
        raise ApiError(40058, "invalid cursor")
    rows = [row for row in Member.objects.filter(corp=app.corp, pk__gt=int(cursor or 0)) if row.employed]
    page = rows[:limit]
    pairs = [{"userid": row.userid.lower(), "department": number} for row in page for number in row.departments]
    more = str(page[-1].pk) if len(rows) > limit else ""
    return {"dept_user": pairs, "next_cursor": more}


@endpoint("department/list", "GET")
def department_list(request: Request) -> Answer:
    """The departments below one, itself included; all in the range without `id`."""
    _application(request)
    return {"department": [_described(row) for row in _departments(request)]}


@endpoint("department/simplelist", "GET")
def department_simplelist(request: Request) -> Answer:
    """The same without names, which the platform prefers."""
    return {"department_id": [_plain(row) for row in _departments(request)]}


@endpoint("department/get", "GET")
def department_get(request: Request) -> Answer:
    """One department."""
    app, number = _application(request), _number(request, "id")
    if number is None:
        raise ApiError(60003)
    return {"department": _described(_department(app, number))}


def _application(request: Request) -> App:
    """The caller, who may be told details. The contacts assistant may not, from addresses used since August 2022."""
    if request.caller.agent_id == App.ASSISTANT:
        raise ApiError(48009)
    return request.caller


def _listed(request: Request) -> list[Member]:
    app, number = _application(request), _number(request, "department_id")
    if number is None:
        raise ApiError(60003)
    _department(app, number)
    inside = visible_range.within(app.corp_id, {number}) if request.query.get("fetch_child") == "1" else {number}
    return [row for row in visible_range.members(app) if inside & set(row.departments)]


def _departments(request: Request) -> list[Department]:
    app, number = request.caller, _number(request, "id")
    if number is None:
        return visible_range.departments(app)
    inside = visible_range.within(app.corp_id, {_department(app, number).number})
    return list(Department.objects.filter(corp=app.corp, number__in=inside))


def _department(app: App, number: int) -> Department:
    """Raises `ApiError` 60003 where there is none, 60011 where the application does not see it."""
    row = Department.objects.filter(corp=app.corp, number=number).first()
    if row is None:
        raise ApiError(60003)
    seen = visible_range.of(app)
    if not seen.everything and number not in seen.departments:
        raise ApiError(60011)
    return row


def _brief(member: Member) -> dict[str, Any]:
    return {"userid": member.userid.lower(), "name": member.name, "department": member.departments}


def _whole(app: App, member: Member) -> dict[str, Any]:
    leads = [1 if number in member.leads else 0 for number in member.departments]
    told = {
        **_brief(member),
        "order": _order(member),
        "position": member.position,
        "status": member.status,
        "isleader": max(leads, default=0),
        "is_leader_in_dept": leads,
        "direct_leader": [str(userid).lower() for userid in member.direct_leaders],
        "telephone": member.details.get("telephone", ""),
        "alias": member.alias,
        "main_department": member.main_department or (member.departments or [1])[0],
        "extattr": {"attrs": member.extattr},
        "external_position": member.details.get("external_position", ""),
        "external_profile": member.details.get("external_profile", {"external_corp_name": "", "external_attr": []}),
    }
    return {**told, **{name: member.details.get(name, "") for name in PRIVATE}} if app.privileged else told


def _order(member: Member) -> list[int]:
    order = member.details.get("order", [])
    return list(order) if len(order) == len(member.departments) else [0 for _ in member.departments]


def _plain(row: Department) -> dict[str, Any]:
    return {"id": row.number, "parentid": 0 if row.number == 1 else row.parent, "order": row.order or row.number}


def _described(row: Department) -> dict[str, Any]:
    leaders = [str(userid).lower() for userid in row.leaders]
    return {**_plain(row), "name": row.name, "name_en": row.name_en, "department_leader": leaders}


def _number(request: Request, name: str) -> int | None:
    value = request.query.get(name, "")
    if not value:
        return None
    if not value.isdecimal():
        raise ApiError(40058, f"invalid {name}")
    return int(value)
