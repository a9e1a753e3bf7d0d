"""What an administrator changes in the directory, and `change_contact`, which tells of it.

Source: https://developer.work.weixin.qq.com/document/path/90970. It goes to the contacts assistant (通讯录同步), whose
callbacks name no application, and to applications that are set to hear it. Who comes into an application's visible
range, or leaves it, also subscribes or unsubscribes. Whoever made a change through the API (`said_by`) is not told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from wecom.emulator import live
from wecom.emulator.actors import members
from wecom.emulator.callbacks import enqueue
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.gateway import visible_range
from wecom.emulator.models import App, Corp, Department, Member, Tag

SYSTEM = "sys"
# For a callback URL that was set after August 2022, only a change of these is told.
TOLD = frozenset({"userid", "departments", "leads", "direct_leaders"})


def hire(corp: Corp, userid: str, *, said_by: App | None = None, **fields: Any) -> Member:
    """A new employee, or somebody who comes back under the user ID that they had."""
    gone = Member.objects.filter(corp=corp, userid__iexact=userid, status=Member.Status.LEFT).first()
    member = Member(pk=gone.pk if gone else None, corp=corp, userid=userid, **fields)
    with _ranges(member, gone):
        member.save()
        _tell(corp, "create_user", lambda app: _person(app, member), said_by)
    return member


def leave(member: Member, *, said_by: App | None = None) -> Member:
    """They leave the company: the directory no longer has them."""
    with _ranges(member):
        member.status = Member.Status.LEFT
        member.save()
        _tell(member.corp, "delete_user", lambda app: [("UserID", member.userid)], said_by)
    return member


def change(member: Member, *, said_by: App | None = None, **fields: Any) -> Member:
    """Another department, name, position, user ID …"""
    old, changed = member.userid, {name for name, value in fields.items() if getattr(member, name) != value}
    with _ranges(member):
        for name, value in fields.items():
            setattr(member, name, value)
        member.save()
        renamed: list[Field] = [("NewUserID", member.userid)] if member.userid != old else []

        def said(app: App) -> list[Field] | None:
            if not app.privileged and not changed & TOLD:
                return None
            return [("UserID", old), *renamed, *_particulars(app, member, changed)]

        if changed:
            _tell(member.corp, "update_user", said, said_by)
    return member


def save_department(row: Department, *, said_by: App | None = None) -> Department:
    """A department, new or changed."""
    new = row.pk is None
    row.save()
    fields: list[Field] = [("Id", row.number), ("Name", row.name), ("ParentId", row.parent)]
    if new:
        fields.append(("Order", row.order))
    _tell(row.corp, "create_party" if new else "update_party", lambda app: fields, said_by)
    live.refresh()
    return row


def delete_department(row: Department, *, said_by: App | None = None) -> None:
    number, corp = row.number, row.corp
    row.delete()
    _tell(corp, "delete_party", lambda app: [("Id", number)], said_by)
    live.refresh()


def change_tag(
    row: Tag,
    *,
    add_users: Iterable[str] = (),
    del_users: Iterable[str] = (),
    add_parties: Iterable[int] = (),
    del_parties: Iterable[int] = (),
    said_by: App | None = None,
) -> Tag:
    """Who has a tag."""
    added, removed = sorted(add_users), sorted(del_users)
    in_, out = sorted(add_parties), sorted(del_parties)
    row.userids = sorted((set(row.userids) | set(added)) - set(removed))
    row.departments = sorted((set(row.departments) | set(in_)) - set(out))
    row.save()
    lists: dict[str, list[Any]] = {
        "AddUserItems": added,
        "DelUserItems": removed,
        "AddPartyItems": in_,
        "DelPartyItems": out,
    }
    fields: list[Field] = [(name, ",".join(str(item) for item in items)) for name, items in lists.items() if items]
    if fields:
        _tell(row.corp, "update_tag", lambda app: [("TagId", row.number), *fields], said_by)
    return row


def _tell(
    corp: Corp, change_type: str, fields: Callable[[App], Sequence[Field] | None], said_by: App | None = None
) -> None:
    for app in App.objects.filter(corp=corp).select_related("corp"):
        if app == said_by or not app.callback_url or not (app.agent_id == App.ASSISTANT or app.hears_contacts):
            continue
        said = fields(app)
        if said is not None:
            head: list[Field] = [("Event", "change_contact"), ("ChangeType", change_type)]
            enqueue.create(app, SYSTEM, "change_contact", [*head, *said])


def _person(app: App, member: Member) -> list[Field]:
    fields = {field.name for field in Member._meta.get_fields()}
    return [("UserID", member.userid), *_particulars(app, member, fields)]


def _particulars(app: App, member: Member, changed: set[str]) -> list[Field]:
    """What is told of a person beside the user ID: of a URL set after August 2022 only the departments."""
    known: dict[str, Field] = {
        "name": ("Name", member.name),
        "departments": ("Department", ",".join(str(number) for number in member.departments)),
        "main_department": ("MainDepartment", member.main_department or (member.departments or [1])[0]),
        "leads": ("IsLeaderInDept", ",".join("1" if number in member.leads else "0" for number in member.departments)),
        "direct_leaders": ("DirectLeader", ",".join(member.direct_leaders)),
        "position": ("Position", member.position),
        "details": ("Mobile", str(member.details.get("mobile", ""))),
        "status": ("Status", int(member.status)),
        "alias": ("Alias", member.alias),
    }
    allowed = set(known) if app.privileged else {"departments"}
    return [field for name, field in known.items() if name in allowed & changed]


@contextmanager
def _ranges(member: Member, earlier: Member | None = None) -> Iterator[None]:
    """Whoever enters or leaves an application's visible range meanwhile subscribes or unsubscribes."""
    apps = members.listeners(member.corp)
    known = earlier or (member if member.pk is not None else None)
    before = {app.pk: known is not None and visible_range.of(app).reaches(known) for app in apps}
    yield
    for app in apps:
        after = visible_range.of(app).reaches(member)
        if after != before[app.pk]:
            members.event(app, member, "subscribe" if after else "unsubscribe", [("EventKey", "")])
    live.refresh()
