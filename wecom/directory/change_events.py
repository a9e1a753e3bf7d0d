"""`change_contact`: changes of the directory, applied to rows in the callback's transaction.

Source: https://developer.work.weixin.qq.com/document/path/90970. It comes to the contacts assistant, and to some kinds
of applications. Since August 2022 it may carry no more than user IDs and departments, and a sync of the changes
looks up the rest afterwards.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from wecom.directory import department_rows, sync
from wecom.directory import member_rows as people
from wecom.facts import stored_values
from wecom.models import Application, Department, Member, Tag

logger = logging.getLogger(__name__)

Fields = Mapping[str, str]
# Event fields that have another name in the API.
NAMES = {"Name": "name", "Alias": "alias", "Position": "position", "Gender": "gender"}

NUMBERS = {"Status": "status", "MainDepartment": "main_department"}


@transaction.atomic
def apply_contact_change(application: Application, change_type: str, fields: Fields) -> None:
    """Apply one change; `fields` are the event's, by name. A type that is not known changes nothing."""
    act = CHANGES.get(change_type.lower())
    if act is None:
        logger.info("A change in the contacts is of a type that is not known.", extra={"change": change_type[:40]})
        return
    act(application, fields)
    sync.request_lookups(application)


@transaction.atomic
def enter_range(application: Application, user_id: str) -> None:
    """A member got the application, or came back: queue a lookup."""
    members = people.upsert_visible(application, [{"userid": user_id}]).values()
    people.request_lookup(application, [member.pk for member in members])
    sync.request_lookups(application)


@transaction.atomic
def leave_range(application: Application, user_id: str) -> None:
    """A member lost the application: out of its range, or gone. Queue a lookup to learn which."""
    member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.lower()).first()
    if member is not None:
        people.mark_out_of_range(application, member, left=False)
        people.request_lookup(application, [member.pk])
        sync.request_lookups(application)


def _upsert_member(application: Application, fields: Fields) -> None:
    user_id = _rename(application, fields) or fields.get("UserID", "").lower()
    if not user_id:
        return
    # A missing field did not change; an empty field was removed.
    info: dict[str, Any] = {name: fields[tag] for tag, name in NAMES.items() if tag in fields}
    info |= {name: _number(fields[tag]) for tag, name in NUMBERS.items() if fields.get(tag)}
    if fields.get("Department"):
        info["department"] = [_number(number) for number in _split(fields, "Department")]
    if fields.get("IsLeaderInDept"):
        info["is_leader_in_dept"] = [_number(flag) for flag in _split(fields, "IsLeaderInDept")]
    if "DirectLeader" in fields:
        info["direct_leader"] = _split(fields, "DirectLeader")
    rows = people.upsert(application.corporation, [{**info, "userid": user_id}], joined_at=timezone.now())
    members = rows.values()
    for other in Application.objects.filter(corporation=application.corporation_id, enabled=True):
        if not other.is_assistant:
            people.request_lookup(other, [member.pk for member in members])


def _rename(application: Application, fields: Fields) -> str:
    """Give a member their new user ID; "" if there is none. If another row has it already, the old row has left."""
    old, new = fields.get("UserID", "").lower(), fields.get("NewUserID", "").lower()
    if not new or new == old:
        return new
    members = Member.objects.filter(corporation=application.corporation_id)
    member = members.filter(user_id=old).first()
    if member is not None and members.filter(user_id=new).exists():
        people.mark_left(member)
    elif member is not None:
        members.filter(pk=member.pk).update(user_id=new)
        stored_values.rename_manager(application.corporation_id, old, new)
    return new


def _mark_member_left(application: Application, fields: Fields) -> None:
    user_id = fields.get("UserID", "").lower()
    member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id).first()
    if member is not None:
        people.mark_left(member)


def _upsert_department(application: Application, fields: Fields) -> None:
    """The applications that see the department above see this one too."""
    number = _number(fields.get("Id", ""))
    if not number:
        return
    names = {"Name": "name", "ParentId": "parentid", "Order": "order"}
    info = {name: fields[tag] for tag, name in names.items() if fields.get(tag)}
    place = department_rows.upsert(application.corporation, {**info, "id": number})
    above = Department.objects.filter(corporation=application.corporation, number=place.parent_number).first()
    if above is not None:
        place.applications.add(*above.applications.all())


def _delete_department(application: Application, fields: Fields) -> None:
    number = _number(fields.get("Id", ""))
    department_rows.delete(Department.objects.filter(corporation=application.corporation, number=number))


def _update_tag(application: Application, fields: Fields) -> None:
    number = _number(fields.get("TagId", ""))
    if not number:
        return
    corporation = application.corporation
    tag, _ = Tag.objects.get_or_create(corporation=corporation, number=number)
    added, removed = _split(fields, "AddUserItems"), _split(fields, "DelUserItems")
    tag.members.add(*people.get_or_create_ids(corporation, [user_id.lower() for user_id in added]))
    gone = [user_id.lower() for user_id in removed]
    tag.members.remove(*Member.objects.filter(corporation=corporation, user_id__in=gone))
    numbers = {_number(text) for text in _split(fields, "AddPartyItems")} - {0}
    places = department_rows.get_or_create(corporation, numbers)
    tag.departments.add(*places.values())
    lost = [_number(text) for text in _split(fields, "DelPartyItems")]
    tag.departments.remove(*Department.objects.filter(corporation=corporation, number__in=lost))
    Tag.objects.filter(pk=tag.pk).update(gone_at=None)


def _split(fields: Fields, name: str) -> list[str]:
    return [item.strip() for item in fields.get(name, "").split(",") if item.strip()]


def _number(text: str) -> int:
    return department_rows.to_number(text.strip())


CHANGES: dict[str, Callable[[Application, Fields], None]] = {
    "create_user": _upsert_member,
    "update_user": _upsert_member,
    "delete_user": _mark_member_left,
    "create_party": _upsert_department,
    "update_party": _upsert_department,
    "delete_party": _delete_department,
    "update_tag": _update_tag,
}
