"""Tags: `tag/*`. Only the application that made a tag may rename it, delete it or change who has it.

Sources: https://developer.work.weixin.qq.com/document/path/90210 to 90216.
"""

from typing import Any

from wecom.emulator.actors import administrators
from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Department, Tag

NAME, USERS, PARTIES, TAGS = 32, 1000, 100, 3000


@endpoint("tag/create", "POST")
def create(request: Request) -> Answer:
    """A tag, with the number that was asked for or the next one."""
    app, body = request.caller, request.json()
    rows = Tag.objects.filter(corp=app.corp)
    number = body.get("tagid")
    if number is not None and (not isinstance(number, int) or number < 1 or rows.filter(number=number).exists()):
        raise ApiError(40068)
    if rows.count() >= TAGS:
        raise ApiError(40058, "too many tags")
    name = _name(app, body)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    row = Tag.objects.create(corp=app.corp, number=number or last + 1, name=name, app=app)
    return {"errmsg": "created", "tagid": row.number}


@endpoint("tag/update", "POST")
def update(request: Request) -> Answer:
    """Another name."""
    app, body = request.caller, request.json()
    row = _own(app, _find(app, body.get("tagid")))
    row.name = _name(app, body, but=row)
    row.save(update_fields=["name"])
    return {"errmsg": "updated"}


@endpoint("tag/delete", "GET")
def delete(request: Request) -> Answer:
    app = request.caller
    _own(app, _find(app, _asked(request))).delete()
    return {"errmsg": "deleted"}


@endpoint("tag/get", "GET")
def get(request: Request) -> Answer:
    """Who has a tag, as far as the application sees them."""
    app = request.caller
    row = _find(app, _asked(request))
    people = [member for member in visible_range.members(app) if member.userid.lower() in row.userids]
    parties = {department.number for department in visible_range.departments(app)}
    return {
        "tagname": row.name,
        "userlist": [{"userid": member.userid.lower(), "name": member.name} for member in people],
        "partylist": [number for number in row.departments if number in parties],
    }


@endpoint("tag/addtagusers", "POST")
def add(request: Request) -> Answer:
    """Give a tag to members and departments; those that cannot have it are named, all of them are 40070."""
    row, users, parties, wrong = _named(request, 40070)
    administrators.change_tag(
        row, add_users=users - set(row.userids), add_parties=parties - set(row.departments), said_by=request.caller
    )
    return wrong


@endpoint("tag/deltagusers", "POST")
def remove(request: Request) -> Answer:
    """Take a tag from members and departments."""
    row, users, parties, wrong = _named(request, 40031)
    administrators.change_tag(
        row, del_users=users & set(row.userids), del_parties=parties & set(row.departments), said_by=request.caller
    )
    return wrong


@endpoint("tag/list", "GET")
def list_all(request: Request) -> Answer:
    rows = Tag.objects.filter(corp=request.caller.corp)
    return {"taglist": [{"tagid": row.number, "tagname": row.name} for row in rows]}


def _named(request: Request, nobody: int) -> tuple[Tag, set[str], set[int], dict[str, Any]]:
    """The tag, the members and departments that may be meant, and what the answer says of the others."""
    app, body = request.caller, request.json()
    row = _own(app, _find(app, body.get("tagid")))
    users, parties = _list(body, "userlist", USERS, 40032), _list(body, "partylist", PARTIES, 82002)
    if not (users or parties):
        raise ApiError(40035, "userlist and partylist are both empty")
    wanted = {str(userid).lower() for userid in users}
    numbers = {int(str(number)) for number in parties if str(number).isdecimal()}
    known = {member.userid.lower() for member in visible_range.members(app)} & wanted
    there = set(Department.objects.filter(corp=app.corp, number__in=numbers).values_list("number", flat=True))
    seen = {department.number for department in visible_range.departments(app)} & there
    if not (known or seen):
        raise ApiError(nobody)
    wrong: dict[str, Any] = {}
    if wanted - known:
        wrong["invalidlist"] = "|".join(sorted(wanted - known))
    if len(seen) < len(parties):
        wrong["invalidparty"] = [number for number in parties if number not in seen]
    return row, known, seen, wrong


def _find(app: App, number: object) -> Tag:
    row = Tag.objects.filter(corp=app.corp, number=number).first() if isinstance(number, int) else None
    if row is None:
        raise ApiError(40068)
    return row


def _own(app: App, row: Tag) -> Tag:
    if row.app_id != app.pk:
        raise ApiError(81011)
    return row


def _asked(request: Request) -> int | None:
    value = request.query.get("tagid", "")
    return int(value) if value.isdecimal() else None


def _name(app: App, body: dict[str, Any], *, but: Tag | None = None) -> str:
    name = body.get("tagname")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME:
        raise ApiError(40072)
    others = Tag.objects.filter(corp=app.corp, name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise ApiError(40071)
    return name


def _list(body: dict[str, Any], field: str, most: int, too_many: int) -> list[object]:
    value = body.get(field) or []
    if not isinstance(value, list):
        raise ApiError(40058, f"{field} is not a list")
    if len(value) > most:
        raise ApiError(too_many)
    return value
