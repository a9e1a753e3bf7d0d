"""`change_contact`: what the platform tells of the directory, applied to rows in the callback's transaction.

Source: https://developer.work.weixin.qq.com/document/path/90970. It comes to the contacts assistant, and to some kinds
of applications. Since August 2022 it may carry no more than user IDs and departments, and everything else is looked up
afterwards, by a sync of what changed.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from wecom.directory import departments, sync
from wecom.directory import members as people
from wecom.models import Application, Department, Member, Tag

logger = logging.getLogger(__name__)

Fields = Mapping[str, str]
# Where the API has another name for what the event tells.
NAMES = {"Name": "name", "Alias": "alias", "Position": "position", "Gender": "gender"}

NUMBERS = {"Status": "status", "MainDepartment": "main_department"}


@transaction.atomic
def apply(application: Application, change_type: str, fields: Fields) -> None:
    """Apply one change; `fields` are the event's, by name. A type that is not known changes nothing."""
    act = ACTS.get(change_type.lower())
    if act is None:
        logger.info("A change in the contacts is of a type that is not known.", extra={"change": change_type[:40]})
        return
    act(application, fields)
    sync.request_changes(application)


@transaction.atomic
def enter(application: Application, user_id: str) -> None:
    """Somebody was given the application, or came back: they are looked up."""
    members = people.learn_members(application, [{"userid": user_id}]).values()
    people.want_details(application, [member.pk for member in members])
    sync.request_changes(application)


@transaction.atomic
def leave(application: Application, user_id: str) -> None:
    """Somebody lost the application: out of its range, or gone; which of them is looked up."""
    member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.lower()).first()
    if member is not None:
        people.lose(application, member, left=False)
        people.want_details(application, [member.pk])
        sync.request_changes(application)


def _user(application: Application, fields: Fields) -> None:
    user_id = _rename(application, fields) or fields.get("UserID", "").lower()
    if not user_id:
        return
    # What did not change is left out, and what is there and empty was taken away.
    info: dict[str, Any] = {name: fields[tag] for tag, name in NAMES.items() if tag in fields}
    info |= {name: _whole(fields[tag]) for tag, name in NUMBERS.items() if fields.get(tag)}
    if fields.get("Department"):
        info["department"] = [_whole(number) for number in _list(fields, "Department")]
    if fields.get("IsLeaderInDept"):
        info["is_leader_in_dept"] = [_whole(flag) for flag in _list(fields, "IsLeaderInDept")]
    if "DirectLeader" in fields:
        info["direct_leader"] = _list(fields, "DirectLeader")
    members = people.write(application.corporation, [{**info, "userid": user_id}]).values()
    for one in Application.objects.filter(corporation=application.corporation_id, enabled=True):
        if not one.is_assistant:
            people.want_details(one, [member.pk for member in members])


def _rename(application: Application, fields: Fields) -> str:
    """Give a member their new user ID; "" where there is none. Where somebody has it already, the old row has left."""
    old, new = fields.get("UserID", "").lower(), fields.get("NewUserID", "").lower()
    if not new or new == old:
        return new
    members = Member.objects.filter(corporation=application.corporation_id)
    member = members.filter(user_id=old).first()
    if member is not None and members.filter(user_id=new).exists():
        people.leave(member)
    elif member is not None:
        members.filter(pk=member.pk).update(user_id=new)
    return new


def _user_left(application: Application, fields: Fields) -> None:
    user_id = fields.get("UserID", "").lower()
    member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id).first()
    if member is not None:
        people.leave(member)


def _party(application: Application, fields: Fields) -> None:
    """The applications that see the department above see this one too."""
    number = _whole(fields.get("Id", ""))
    if not number:
        return
    names = {"Name": "name", "ParentId": "parentid", "Order": "order"}
    info = {name: fields[tag] for tag, name in names.items() if fields.get(tag)}
    place = departments.write(application.corporation, {**info, "id": number})
    above = Department.objects.filter(corporation=application.corporation, number=place.parent_number).first()
    if above is not None:
        place.applications.add(*above.applications.all())


def _party_gone(application: Application, fields: Fields) -> None:
    number = _whole(fields.get("Id", ""))
    departments.dissolve(Department.objects.filter(corporation=application.corporation, number=number))


def _tag(application: Application, fields: Fields) -> None:
    number = _whole(fields.get("TagId", ""))
    if not number:
        return
    corporation = application.corporation
    tag, _ = Tag.objects.get_or_create(corporation=corporation, number=number)
    added, removed = _list(fields, "AddUserItems"), _list(fields, "DelUserItems")
    tag.members.add(*people.ids_of(corporation, [user_id.lower() for user_id in added]))
    gone = [user_id.lower() for user_id in removed]
    tag.members.remove(*Member.objects.filter(corporation=corporation, user_id__in=gone))
    numbers = {_whole(one) for one in _list(fields, "AddPartyItems")} - {0}
    places = departments.rows_of(corporation, numbers)
    tag.departments.add(*places.values())
    lost = [_whole(one) for one in _list(fields, "DelPartyItems")]
    tag.departments.remove(*Department.objects.filter(corporation=corporation, number__in=lost))
    Tag.objects.filter(pk=tag.pk).update(gone_at=None)


def _list(fields: Fields, name: str) -> list[str]:
    return [item.strip() for item in fields.get(name, "").split(",") if item.strip()]


def _whole(text: str) -> int:
    return departments.whole(text.strip())


ACTS: dict[str, Callable[[Application, Fields], None]] = {
    "create_user": _user,
    "update_user": _user,
    "delete_user": _user_left,
    "create_party": _party,
    "update_party": _party,
    "delete_party": _party_gone,
    "update_tag": _tag,
}
