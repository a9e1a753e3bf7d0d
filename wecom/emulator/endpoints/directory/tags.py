"""Tags: `tag/*`. Only the application that created a tag can change or delete it.

Sources: https://developer.work.weixin.qq.com/document/path/90210 to 90216.
"""

from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.actors import administrators
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department, Tag

LONGEST_NAME, MOST_USERS, MOST_PARTIES, MOST_TAGS = 32, 1000, 100, 3000


@endpoint("tag/create", "POST")
def create(request: ApiRequest) -> Answer:
    """A tag, with the requested number or the next free one."""
    app, body = request.caller, request.json()
    rows = Tag.objects.filter(corp=app.corp)
    number = body.get("tagid")
    if number is not None and (not isinstance(number, int) or number < 1 or rows.filter(number=number).exists()):
        raise ApiError(40068)
    if rows.count() >= MOST_TAGS:
        raise ApiError(40058, "too many tags")
    name = _name(app, body)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    row = Tag.objects.create(corp=app.corp, number=number or last + 1, name=name, app=app)
    return {"errmsg": "created", "tagid": row.number}


@endpoint("tag/update", "POST")
def update(request: ApiRequest) -> Answer:
    """Rename a tag."""
    app, body = request.caller, request.json()
    row = _owned(app, _find(app, body.get("tagid")))
    row.name = _name(app, body, exclude=row)
    row.save(update_fields=["name"])
    return {"errmsg": "updated"}


@endpoint("tag/delete", "GET")
def delete(request: ApiRequest) -> Answer:
    app = request.caller
    _owned(app, _find(app, _query_tagid(request))).delete()
    return {"errmsg": "deleted"}


@endpoint("tag/get", "GET")
def get(request: ApiRequest) -> Answer:
    """The members and departments with a tag, as far as the application sees them."""
    app = request.caller
    row = _find(app, _query_tagid(request))
    members = [member for member in visible_range.members(app) if member.userid.lower() in row.userids]
    parties = {department.number for department in visible_range.departments(app)}
    return {
        "tagname": row.name,
        "userlist": [{"userid": member.userid.lower(), "name": member.name} for member in members],
        "partylist": [number for number in row.departments if number in parties],
    }


@endpoint("tag/addtagusers", "POST")
def add(request: ApiRequest) -> Answer:
    """Give a tag to members and departments. Invalid ones are listed in the answer; 40070 if all are."""
    row, users, parties, invalid = _targets(request, 40070)
    administrators.change_tag(
        row, add_users=users - set(row.userids), add_parties=parties - set(row.departments), changed_by=request.caller
    )
    return invalid


@endpoint("tag/deltagusers", "POST")
def remove(request: ApiRequest) -> Answer:
    """Take a tag from members and departments."""
    row, users, parties, invalid = _targets(request, 40031)
    administrators.change_tag(
        row, del_users=users & set(row.userids), del_parties=parties & set(row.departments), changed_by=request.caller
    )
    return invalid


@endpoint("tag/list", "GET")
def list_all(request: ApiRequest) -> Answer:
    rows = Tag.objects.filter(corp=request.caller.corp)
    return {"taglist": [{"tagid": row.number, "tagname": row.name} for row in rows]}


def _targets(request: ApiRequest, none_valid: int) -> tuple[Tag, set[str], set[int], dict[str, Any]]:
    """The tag, the valid members and departments, and the fields of the answer that list the invalid ones."""
    app, body = request.caller, request.json()
    row = _owned(app, _find(app, body.get("tagid")))
    users, parties = _list(body, "userlist", MOST_USERS, 40032), _list(body, "partylist", MOST_PARTIES, 82002)
    if not (users or parties):
        raise ApiError(40035, "userlist and partylist are both empty")
    wanted = {str(userid).lower() for userid in users}
    numbers = {int(str(number)) for number in parties if str(number).isdecimal()}
    known = {member.userid.lower() for member in visible_range.members(app)} & wanted
    existing = set(Department.objects.filter(corp=app.corp, number__in=numbers).values_list("number", flat=True))
    visible = {department.number for department in visible_range.departments(app)} & existing
    if not (known or visible):
        raise ApiError(none_valid)
    invalid: dict[str, Any] = {}
    if wanted - known:
        invalid["invalidlist"] = "|".join(sorted(wanted - known))
    if len(visible) < len(parties):
        invalid["invalidparty"] = [number for number in parties if number not in visible]
    return row, known, visible, invalid


def _find(app: App, number: object) -> Tag:
    row = Tag.objects.filter(corp=app.corp, number=number).first() if isinstance(number, int) else None
    if row is None:
        raise ApiError(40068)
    return row


def _owned(app: App, row: Tag) -> Tag:
    if row.app_id != app.pk:
        raise ApiError(81011)
    return row


def _query_tagid(request: ApiRequest) -> int | None:
    value = request.query.get("tagid", "")
    return int(value) if value.isdecimal() else None


def _name(app: App, body: dict[str, Any], *, exclude: Tag | None = None) -> str:
    name = body.get("tagname")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise ApiError(40072)
    others = Tag.objects.filter(corp=app.corp, name=name)
    if (others.exclude(pk=exclude.pk) if exclude else others).exists():
        raise ApiError(40071)
    return name


def _list(body: dict[str, Any], field: str, most: int, too_many: int) -> list[object]:
    value = body.get(field) or []
    if not isinstance(value, list):
        raise ApiError(40058, f"{field} is not a list")
    if len(value) > most:
        raise ApiError(too_many)
    return value
