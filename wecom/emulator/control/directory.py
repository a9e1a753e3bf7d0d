"""Control API: changes of the directory by an administrator, which send events to applications as the platform does.

`POST members` creates members without events.
"""

from typing import Any

from wecom.emulator import presenters
from wecom.emulator.actors import administrators
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.models import Department, Member, Tag

TEXTS = ("name", "position", "alias")
LISTS = ("departments", "leads", "direct_leaders", "extattr")


def create_member(request: ControlRequest) -> Result:
    """A new member: `create_user`, and `subscribe` for applications whose visible range includes them."""
    corp, userid = request.app().corp, request.text("userid")
    if Member.objects.filter(corp=corp, userid__iexact=userid).exists():
        raise ControlError(f"there is already a member {userid!r}", 409)
    fields = {"name": userid, "departments": [1], **_member_fields(request)}
    return presenters.member(administrators.create_member(corp, userid, **fields))


def delete_member(request: ControlRequest) -> Result:
    """A member leaves the company: `delete_user` and `unsubscribe`."""
    return presenters.member(administrators.delete_member(request.member()))


def update_member(request: ControlRequest) -> Result:
    """Other departments, name, position or user ID (`new_userid`): `update_user`."""
    fields = _member_fields(request)
    if "new_userid" in request.data:
        fields["userid"] = request.text("new_userid")
    return presenters.member(administrators.update_member(request.member(), **fields))


def list_departments(request: ControlRequest) -> Result:
    return {"departments": [presenters.department(row) for row in Department.objects.filter(corp=request.app().corp)]}


def save_department(request: ControlRequest) -> Result:
    """Create (`create_party`) or change (`update_party`) a department."""
    corp, number = request.app().corp, int(request.number("id"))
    row = Department.objects.filter(corp=corp, number=number).first() or Department(corp=corp, number=number)
    row.name = request.text("name", row.name or None)
    row.name_en = request.text("name_en", row.name_en)
    row.parent = int(request.number("parentid", row.parent))
    row.order = int(request.number("order", row.order))
    row.leaders = request.items("leaders", row.leaders)
    return presenters.department(administrators.save_department(row))


def delete_department(request: ControlRequest) -> Result:
    """Delete an empty department: `delete_party`."""
    corp, number = request.app().corp, int(request.path["number"])
    row = Department.objects.filter(corp=corp, number=number).first()
    if row is None:
        raise ControlError("there is no such department", 404)
    members = [
        member for member in Member.objects.filter(corp=corp) if member.employed and number in member.departments
    ]
    if members or Department.objects.filter(corp=corp, parent=number).exclude(number=1).exists():
        raise ControlError("there are people or departments in it", 409)
    administrators.delete_department(row)
    return {"id": number}


def list_tags(request: ControlRequest) -> Result:
    return {"tags": [presenters.tag(row) for row in Tag.objects.filter(corp=request.app().corp)]}


def save_tag(request: ControlRequest) -> Result:
    """Create a tag or set its `users` and `parties`: `update_tag` lists the changes."""
    corp, number = request.app().corp, int(request.number("id"))
    row = Tag.objects.filter(corp=corp, number=number).first() or Tag(corp=corp, number=number, app=request.app())
    row.name = request.text("name", row.name or None)
    users = {str(userid).lower() for userid in request.items("users", row.userids)}
    parties = {int(party) for party in request.items("parties", row.departments)}
    old_users, old_parties = set(row.userids), set(row.departments)
    administrators.change_tag(
        row,
        add_users=users - old_users,
        del_users=old_users - users,
        add_parties=parties - old_parties,
        del_parties=old_parties - parties,
    )
    return presenters.tag(row)


def delete_tag(request: ControlRequest) -> Result:
    deleted, _ = Tag.objects.filter(corp=request.app().corp, number=int(request.path["number"])).delete()
    if not deleted:
        raise ControlError("there is no such tag", 404)
    return {"id": int(request.path["number"])}


def _member_fields(request: ControlRequest) -> dict[str, Any]:
    """The fields of a member that the request sets."""
    fields: dict[str, Any] = {name: request.text(name) for name in TEXTS if name in request.data}
    fields |= {name: request.items(name) for name in LISTS if name in request.data}
    if "main_department" in request.data:
        fields["main_department"] = int(request.number("main_department"))
    if "details" in request.data:
        details = request.data["details"]
        if not isinstance(details, dict):
            raise ControlError("details must be an object")
        fields["details"] = details
    return fields
