"""Writing members: `user/create`, `user/update`, `user/delete`, `user/batchdelete`; for the contacts assistant only.

Sources: https://developer.work.weixin.qq.com/document/path/90195, 90197, 90198, 90199. New members are not active
(status 4) until they open the application or send a message.
"""

from typing import Any

from wecom.emulator.actors import administrators
from wecom.emulator.endpoints.directory import user_fields
from wecom.emulator.endpoints.directory.department_changes import (
    create_department,
    find_department,
    unassigned_department,
)
from wecom.emulator.gateway.application_checks import contacts_assistant
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department, Member

MOST_DELETED = 200  # in one call


@endpoint("user/create", "POST")
def create(request: ApiRequest) -> Answer:
    """A new member. Missing departments are created and listed in the answer."""
    app, body = contacts_assistant(request), request.json()
    userid = user_fields.checked_userid(body)
    if Member.objects.filter(corp=app.corp, userid__iexact=userid).exclude(status=Member.Status.LEFT).exists():
        raise ApiError(60102)
    if "name" not in body:
        raise ApiError(60112, "missing name")
    fields = user_fields.checked_fields(app.corp, body)
    details: dict[str, Any] = fields.get("details", {})
    if not (details.get("mobile") or details.get("email")):
        raise ApiError(60129)
    numbers, created = _departments(app, fields.pop("departments", []))
    status = Member.Status.DISABLED if body.get("enable") == 0 else Member.Status.INACTIVE
    administrators.create_member(
        app.corp, userid, changed_by=app, **{**fields, "departments": numbers, "status": status}
    )
    listed = [{"name": row.name, "id": row.number} for row in created]
    return {"errmsg": "created", **({"created_department_list": {"department_info": listed}} if listed else {})}


@endpoint("user/update", "POST")
def update(request: ApiRequest) -> Answer:
    """Change the given fields. Active members keep their phone number, which they set themselves."""
    app, body = contacts_assistant(request), request.json()
    member = _member(app, body.get("userid"))
    if body.get("new_userid"):
        raise ApiError(301036, "only a userid that the platform made up can be changed, and once")
    fields = user_fields.checked_fields(app.corp, body, member=member)
    for number in fields.get("departments", []):
        find_department(app, number)
    if "details" in fields:
        if member.status == Member.Status.ACTIVE:
            fields["details"].pop("mobile", None)
        fields["details"] = {**member.details, **fields["details"]}
    if body.get("enable") in {0, 1} and (body["enable"] == 0) != (member.status == Member.Status.DISABLED):
        fields["status"] = Member.Status.ACTIVE if body["enable"] else Member.Status.DISABLED
    administrators.update_member(member, changed_by=app, **fields)
    return {"errmsg": "updated"}


@endpoint("user/delete", "GET")
def delete(request: ApiRequest) -> Answer:
    """Remove a member from the directory."""
    app = contacts_assistant(request)
    administrators.delete_member(_member(app, request.query.get("userid")), changed_by=app)
    return {"errmsg": "deleted"}


@endpoint("user/batchdelete", "POST")
def batch_delete(request: ApiRequest) -> Answer:
    """Delete all of the members, or none if one of them does not exist."""
    app, userids = contacts_assistant(request), request.json().get("useridlist")
    if not isinstance(userids, list) or not userids:
        raise ApiError(40031)
    if len(userids) > MOST_DELETED:
        raise ApiError(40032)
    try:
        members = [_member(app, userid) for userid in userids]
    except ApiError as error:
        raise ApiError(40031) from error
    for member in {member.pk: member for member in members}.values():
        administrators.delete_member(member, changed_by=app)
    return {"errmsg": "deleted"}


def _member(app: App, userid: object) -> Member:
    if not isinstance(userid, str) or not userid:
        raise ApiError(41009)
    row = Member.objects.filter(corp=app.corp, userid__iexact=userid).first()
    if row is None or not row.employed:
        raise ApiError(60111)
    return row


def _departments(app: App, numbers: list[int]) -> tuple[list[int], list[Department]]:
    """The departments of a new member, and those among them that were created below 其他（待设置部门）."""
    wanted = [number for number in numbers if number]
    missing = [number for number in wanted if not Department.objects.filter(corp=app.corp, number=number).exists()]
    created = []
    if missing or not wanted:
        parent = unassigned_department(app).number
        created = [create_department(app, number=number, name=str(number), parent=parent) for number in missing]
        wanted = wanted or [parent]
    return wanted, created
