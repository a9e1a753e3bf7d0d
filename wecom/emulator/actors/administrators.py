"""Changes of the directory by an administrator, and the `change_contact` events that follow.

Source: https://developer.work.weixin.qq.com/document/path/90970. The events go to the contacts assistant (通讯录同步)
and to applications with `hears_contacts`. Members who enter or leave an application's visible range also subscribe or
unsubscribe. An application that changes the directory through the API (`changed_by`) gets no event for it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from wecom.emulator import live_updates, visible_range
from wecom.emulator.actors import member_acts
from wecom.emulator.callbacks.enqueue import SYSTEM, enqueue_callback
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.models import App, Corp, Department, Member, Tag

# Callback URLs set after August 2022 only get changes of these.
ANNOUNCED_FIELDS = frozenset({"userid", "departments", "leads", "direct_leaders"})


def create_member(corp: Corp, userid: str, *, changed_by: App | None = None, **fields: Any) -> Member:
    """A new member, or one who rejoins with their former user ID."""
    former = Member.objects.filter(corp=corp, userid__iexact=userid, status=Member.Status.LEFT).first()
    member = Member(pk=former.pk if former else None, corp=corp, userid=userid, **fields)
    with _subscriptions(member, former):
        member.save()
        _announce(corp, "create_user", lambda app: _all_fields(app, member), changed_by)
    return member


def delete_member(member: Member, *, changed_by: App | None = None) -> Member:
    """The member leaves the company."""
    with _subscriptions(member):
        member.status = Member.Status.LEFT
        member.save()
        _announce(member.corp, "delete_user", lambda app: [("UserID", member.userid)], changed_by)
    return member


def update_member(member: Member, *, changed_by: App | None = None, **fields: Any) -> Member:
    """Change departments, name, position, user ID …"""
    old, changed = member.userid, {name for name, value in fields.items() if getattr(member, name) != value}
    with _subscriptions(member):
        for name, value in fields.items():
            setattr(member, name, value)
        member.save()
        renamed: list[Field] = [("NewUserID", member.userid)] if member.userid != old else []

        def fields_for(app: App) -> list[Field] | None:
            if not app.privileged and not changed & ANNOUNCED_FIELDS:
                return None
            return [("UserID", old), *renamed, *_details(app, member, changed)]

        if changed:
            _announce(member.corp, "update_user", fields_for, changed_by)
    return member


def save_department(row: Department, *, changed_by: App | None = None) -> Department:
    """Create a department, or change it."""
    created = row.pk is None
    row.save()
    fields: list[Field] = [("Id", row.number), ("Name", row.name), ("ParentId", row.parent)]
    if created:
        fields.append(("Order", row.order))
    _announce(row.corp, "create_party" if created else "update_party", lambda app: fields, changed_by)
    live_updates.refresh()
    return row


def delete_department(row: Department, *, changed_by: App | None = None) -> None:
    number, corp = row.number, row.corp
    row.delete()
    _announce(corp, "delete_party", lambda app: [("Id", number)], changed_by)
    live_updates.refresh()


def change_tag(
    row: Tag,
    *,
    add_users: Iterable[str] = (),
    del_users: Iterable[str] = (),
    add_parties: Iterable[int] = (),
    del_parties: Iterable[int] = (),
    changed_by: App | None = None,
) -> Tag:
    """Change the members and departments of a tag."""
    lists: dict[str, list[Any]] = {
        "AddUserItems": sorted(add_users),
        "DelUserItems": sorted(del_users),
        "AddPartyItems": sorted(add_parties),
        "DelPartyItems": sorted(del_parties),
    }
    row.userids = sorted({*row.userids, *lists["AddUserItems"]} - set(lists["DelUserItems"]))
    row.departments = sorted({*row.departments, *lists["AddPartyItems"]} - set(lists["DelPartyItems"]))
    row.save()
    fields: list[Field] = [(name, ",".join(str(item) for item in items)) for name, items in lists.items() if items]
    if fields:
        _announce(row.corp, "update_tag", lambda app: [("TagId", row.number), *fields], changed_by)
    return row


def _announce(
    corp: Corp, change_type: str, fields: Callable[[App], Sequence[Field] | None], changed_by: App | None = None
) -> None:
    for app in App.objects.filter(corp=corp).select_related("corp"):
        if app == changed_by or not app.callback_url or not (app.agent_id == App.ASSISTANT or app.hears_contacts):
            continue
        announced = fields(app)
        if announced is not None:
            head: list[Field] = [("Event", "change_contact"), ("ChangeType", change_type)]
            enqueue_callback(app, SYSTEM, "change_contact", [*head, *announced])


def _all_fields(app: App, member: Member) -> list[Field]:
    fields = {field.name for field in Member._meta.get_fields()}
    return [("UserID", member.userid), *_details(app, member, fields)]


def _details(app: App, member: Member, changed: set[str]) -> list[Field]:
    """The changed fields beside the user ID. Callback URLs set after August 2022 only get the departments."""
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
def _subscriptions(member: Member, earlier: Member | None = None) -> Iterator[None]:
    """Sends `subscribe` or `unsubscribe` to applications whose visible range the member enters or leaves meanwhile."""
    apps = member_acts.apps_with_callback(member.corp)
    known = earlier or (member if member.pk is not None else None)
    before = {app.pk: known is not None and visible_range.of(app).can_message(known) for app in apps}
    yield
    for app in apps:
        after = visible_range.of(app).can_message(member)
        if after != before[app.pk]:
            member_acts.send_event(app, member, "subscribe" if after else "unsubscribe", [("EventKey", "")])
    live_updates.refresh()
