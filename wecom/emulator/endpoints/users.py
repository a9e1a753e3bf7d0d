"""Writing members: `user/create`, `user/update`, `user/delete`, `user/batchdelete`; for the contacts assistant only.

Sources: https://developer.work.weixin.qq.com/document/path/90195, 90197, 90198, 90199. Whoever is created has not yet
opened the application (status 4); with their first message or visit they are active.
"""

from typing import Any

from wecom.emulator.actors import administrators
from wecom.emulator.endpoints import departments, user_fields
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Department, Member

AT_ONCE = 200


@endpoint("user/create", "POST")
def create(request: Request) -> Answer:
    """A new member. A department that is not there yet is made, and named in the answer."""
    app, body = assistant(request), request.json()
    userid = user_fields.userid(body)
    if Member.objects.filter(corp=app.corp, userid__iexact=userid).exclude(status=Member.Status.LEFT).exists():
        raise ApiError(60102)
    if "name" not in body:
        raise ApiError(60112, "missing name")
    fields = user_fields.read(app.corp, body)
    details: dict[str, Any] = fields.get("details", {})
    if not (details.get("mobile") or details.get("email")):
        raise ApiError(60129)
    numbers, made = _departments(app, fields.pop("departments", []))
    status = Member.Status.DISABLED if body.get("enable") == 0 else Member.Status.INACTIVE
    administrators.hire(app.corp, userid, said_by=app, **{**fields, "departments": numbers, "status": status})
    listed = [{"name": row.name, "id": row.number} for row in made]
    return {"errmsg": "created", **({"created_department_list": {"department_info": listed}} if listed else {})}


@endpoint("user/update", "POST")
def update(request: Request) -> Answer:
    """What is named changes, the rest stays. Who is active keeps the phone number that they gave themselves."""
    app, body = assistant(request), request.json()
    member = _member(app, body.get("userid"))
    if body.get("new_userid"):
        raise ApiError(301036, "only a userid that the platform made up can be changed, and once")
    fields = user_fields.read(app.corp, body, member=member)
    for number in fields.get("departments", []):
        departments.find(app, number)
    if "details" in fields:
        if member.status == Member.Status.ACTIVE:
            fields["details"].pop("mobile", None)
        fields["details"] = {**member.details, **fields["details"]}
    if body.get("enable") in {0, 1} and (body["enable"] == 0) != (member.status == Member.Status.DISABLED):
        fields["status"] = Member.Status.ACTIVE if body["enable"] else Member.Status.DISABLED
    administrators.change(member, said_by=app, **fields)
    return {"errmsg": "updated"}


@endpoint("user/delete", "GET")
def delete(request: Request) -> Answer:
    """The directory no longer has them."""
    app = assistant(request)
    administrators.leave(_member(app, request.query.get("userid")), said_by=app)
    return {"errmsg": "deleted"}


@endpoint("user/batchdelete", "POST")
def batch_delete(request: Request) -> Answer:
    """All of them, or with one that there is not nobody."""
    app, userids = assistant(request), request.json().get("useridlist")
    if not isinstance(userids, list) or not userids:
        raise ApiError(40031)
    if len(userids) > AT_ONCE:
        raise ApiError(40032)
    try:
        members = [_member(app, userid) for userid in userids]
    except ApiError as error:
        raise ApiError(40031) from error
    for member in {member.pk: member for member in members}.values():
        administrators.leave(member, said_by=app)
    return {"errmsg": "deleted"}


def assistant(request: Request) -> App:
    """The caller, who must be the contacts assistant. Raises `ApiError` 48002."""
    if request.caller.agent_id != App.ASSISTANT:
        raise ApiError(48002)
    return request.caller


def _member(app: App, userid: object) -> Member:
    if not isinstance(userid, str) or not userid:
        raise ApiError(41009)
    row = Member.objects.filter(corp=app.corp, userid__iexact=userid).first()
    if row is None or not row.employed:
        raise ApiError(60111)
    return row


def _departments(app: App, numbers: list[int]) -> tuple[list[int], list[Department]]:
    """Those that a new member is in, and which of them had to be made: below “to be set up” (待设置部门)."""
    wanted = [number for number in numbers if number]
    missing = [number for number in wanted if not Department.objects.filter(corp=app.corp, number=number).exists()]
    made = []
    if missing or not wanted:
        pending = departments.pending(app)
        made = [departments.make(app, number=number, name=str(number), parent=pending.number) for number in missing]
        wanted = wanted or [pending.number]
    return wanted, made
