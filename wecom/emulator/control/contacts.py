"""Control API, the administrator's side: who is hired, moves and leaves; departments and tags.

Unlike `POST members`, which fills the stage in silence, these tell the applications as the platform does.
"""

from typing import Any

from wecom.emulator import presenters
from wecom.emulator.actors import administrators
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.models import Department, Member, Tag

TEXTS = ("name", "position", "alias")
LISTS = ("departments", "leads", "direct_leaders", "extattr")


def hire(control: Control) -> Result:
    """A new employee: create_user, and subscribe for the applications in whose range they are."""
    corp, userid = control.app().corp, control.text("userid")
    if Member.objects.filter(corp=corp, userid__iexact=userid).exists():
        raise ControlError(f"there is already a member {userid!r}", 409)
    fields = {"name": userid, "departments": [1], **_fields(control)}
    return presenters.member(administrators.hire(corp, userid, **fields))


def leave(control: Control) -> Result:
    """They leave the company: delete_user, and unsubscribe."""
    return presenters.member(administrators.leave(control.member()))


def move(control: Control) -> Result:
    """To other departments, with another name, position or user ID (`new_userid`): update_user."""
    fields = _fields(control)
    if "new_userid" in control.data:
        fields["userid"] = control.text("new_userid")
    return presenters.member(administrators.change(control.member(), **fields))


def departments(control: Control) -> Result:
    return {"departments": [presenters.department(row) for row in Department.objects.filter(corp=control.app().corp)]}


def save_department(control: Control) -> Result:
    """New (create_party) or changed (update_party)."""
    corp, number = control.app().corp, int(control.number("id"))
    row = Department.objects.filter(corp=corp, number=number).first() or Department(corp=corp, number=number)
    row.name = control.text("name", row.name or None)
    row.name_en = control.text("name_en", row.name_en)
    row.parent = int(control.number("parentid", row.parent))
    row.order = int(control.number("order", row.order))
    row.leaders = control.items("leaders", row.leaders)
    return presenters.department(administrators.save_department(row))


def delete_department(control: Control) -> Result:
    """delete_party. As on the platform, one with people or departments in it stays."""
    corp, number = control.app().corp, int(control.parts["number"])
    row = Department.objects.filter(corp=corp, number=number).first()
    if row is None:
        raise ControlError("there is no such department", 404)
    inside = [m for m in Member.objects.filter(corp=corp) if m.employed and number in m.departments]
    if inside or Department.objects.filter(corp=corp, parent=number).exclude(number=1).exists():
        raise ControlError("there are people or departments in it", 409)
    administrators.delete_department(row)
    return {"id": number}


def tags(control: Control) -> Result:
    return {"tags": [presenters.tag(row) for row in Tag.objects.filter(corp=control.app().corp)]}


def save_tag(control: Control) -> Result:
    """A tag with exactly these `users` and `parties`: update_tag says what changed."""
    corp, number = control.app().corp, int(control.number("id"))
    row = Tag.objects.filter(corp=corp, number=number).first() or Tag(corp=corp, number=number, app=control.app())
    row.name = control.text("name", row.name or None)
    users = {str(userid).lower() for userid in control.items("users", row.userids)}
    parties = {int(party) for party in control.items("parties", row.departments)}
    old_users, old_parties = set(row.userids), set(row.departments)
    administrators.change_tag(
        row,
        add_users=users - old_users,
        del_users=old_users - users,
        add_parties=parties - old_parties,
        del_parties=old_parties - parties,
    )
    return presenters.tag(row)


def delete_tag(control: Control) -> Result:
    deleted, _ = Tag.objects.filter(corp=control.app().corp, number=int(control.parts["number"])).delete()
    if not deleted:
        raise ControlError("there is no such tag", 404)
    return {"id": int(control.parts["number"])}


def _fields(control: Control) -> dict[str, Any]:
    """What the request says of a member."""
    fields: dict[str, Any] = {name: control.text(name) for name in TEXTS if name in control.data}
    fields |= {name: control.items(name) for name in LISTS if name in control.data}
    if "main_department" in control.data:
        fields["main_department"] = int(control.number("main_department"))
    if "details" in control.data:
        details = control.data["details"]
        if not isinstance(details, dict):
            raise ControlError("details must be an object")
        fields["details"] = details
    return fields
