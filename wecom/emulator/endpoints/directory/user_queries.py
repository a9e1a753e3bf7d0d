"""Reading members: `user/get`, `user/simplelist`, `user/list`, `user/list_id`.

Sources: https://developer.work.weixin.qq.com/document/path/90196, 90200, 90201 and 96067.
"""

from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.endpoints.directory.department_queries import details_reader, query_number, visible_department
from wecom.emulator.gateway.application_checks import contacts_assistant
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Member, sql

MOST_IDS = 10_000
# Applications created after 20 June 2022 do not get these.
PRIVATE_FIELDS = ("gender", "mobile", "email", "biz_mail", "address", "avatar", "thumb_avatar", "qr_code")


@endpoint("user/get", "GET")
def user_get(request: ApiRequest) -> Answer:
    """One member. Only applications created before June 2022 get phone, e-mail and picture."""
    app, userid = details_reader(request), request.query.get("userid", "")
    if not userid:
        raise ApiError(40003)
    member = sql.first(Member, "WHERE it.corp_id = ? AND lower(it.userid) = ?", app.corp_id, userid.lower())
    if member is None or not member.employed:
        raise ApiError(60111)
    if not visible_range.of(app).sees(member):
        raise ApiError(60011)
    return _user_fields(app, member)


@endpoint("user/simplelist", "GET")
def user_simplelist(request: ApiRequest) -> Answer:
    """The visible members of a department; with `fetch_child=1` also those of its subdepartments."""
    return {"userlist": [_basic_fields(member) for member in _members_of_department(request)]}


@endpoint("user/list", "GET")
def user_list(request: ApiRequest) -> Answer:
    """The same with all fields of `user/get`."""
    members = _members_of_department(request)
    return {"userlist": [_user_fields(request.caller, member) for member in members]}


@endpoint("user/list_id", "POST")
def user_list_id(request: ApiRequest) -> Answer:
    """User IDs with their departments, in pages; for the contacts assistant only."""
    body = request.json()
    app = contacts_assistant(request)
    limit = body.get("limit", MOST_IDS)
    cursor = body.get("cursor", "")
    if not isinstance(limit, int) or not 1 <= limit <= MOST_IDS:
        raise ApiError(40058, "limit must be 1 to 10000")
    if not isinstance(cursor, str) or not (cursor == "" or cursor.isdecimal()):
        raise ApiError(40058, "invalid cursor")
    employed = Member.objects.filter(corp=app.corp, pk__gt=int(cursor or 0)).exclude(status=Member.Status.LEFT)
    rows = list(employed.order_by("pk")[: limit + 1])
    page = rows[:limit]
    pairs = [{"userid": row.userid.lower(), "department": number} for row in page for number in row.departments]
    next_cursor = str(page[-1].pk) if len(rows) > limit else ""
    return {"dept_user": pairs, "next_cursor": next_cursor}


def _members_of_department(request: ApiRequest) -> list[Member]:
    app, number = details_reader(request), query_number(request, "department_id")
    if number is None:
        raise ApiError(60003)
    visible_department(app, number)
    numbers = {number}
    if request.query.get("fetch_child") == "1":
        numbers = visible_range.with_subdepartments(app.corp_id, numbers)
    return [row for row in visible_range.members(app) if numbers & set(row.departments)]


def _basic_fields(member: Member) -> dict[str, Any]:
    return {"userid": member.userid.lower(), "name": member.name, "department": member.departments}


def _user_fields(app: App, member: Member) -> dict[str, Any]:
    leads = [1 if number in member.leads else 0 for number in member.departments]
    fields = {
        **_basic_fields(member),
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
    if app.privileged:
        fields |= {name: member.details.get(name, "") for name in PRIVATE_FIELDS}
    return fields


def _order(member: Member) -> list[int]:
    order = member.details.get("order", [])
    return list(order) if len(order) == len(member.departments) else [0 for _ in member.departments]
