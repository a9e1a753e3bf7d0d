"""Changes of the company's contacts (`change_contact`) as values. Knows text, no framework.

Source: https://developer.work.weixin.qq.com/document/path/90970. They come to the URL of the contacts' assistant; since
August 2022 those of members carry no more than `UserID` and `Department`. The platform leaves unchanged fields out;
they are None here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wecom.messages.events import Event, Happened
from wecom.messages.xml_tree import Fields, Node, whole


@dataclass(frozen=True, kw_only=True)
class ContactChange(Event):
    """A change, by its lower-case `change_type`."""

    change_type: str


@dataclass(frozen=True, kw_only=True)
class ExtraAttribute:
    """A field that the company added to its members; `url` belongs to a link whose words are `value`."""

    name: str
    value: str
    url: str


@dataclass(frozen=True, kw_only=True)
class MemberChange(ContactChange):
    """`create_user`, `update_user`, `delete_user`. `new_user_id` where the ID itself changed; IDs are lower-case.

    `leads` says for each of `departments` whether the member leads it. `status` 1 active, 2 disabled, 4 not activated,
    5 left; `gender` 0 unknown, 1 male, 2 female.
    """

    user_id: str
    new_user_id: str | None
    name: str | None
    departments: tuple[int, ...] | None
    main_department: int | None
    leads: tuple[bool, ...] | None
    direct_leaders: tuple[str, ...] | None
    position: str | None
    mobile: str | None
    gender: int | None
    email: str | None
    business_email: str | None
    status: int | None
    avatar: str | None
    alias: str | None
    telephone: str | None
    address: str | None
    extra: tuple[ExtraAttribute, ...] | None


@dataclass(frozen=True, kw_only=True)
class DepartmentChange(ContactChange):
    """`create_party`, `update_party`, `delete_party`."""

    department_id: int
    name: str | None
    parent_id: int | None
    order: int | None


@dataclass(frozen=True, kw_only=True)
class TagChange(ContactChange):
    """`update_tag`: members and departments that were given a tag, or lost it."""

    tag_id: int
    added_users: tuple[str, ...]
    removed_users: tuple[str, ...]
    added_departments: tuple[int, ...]
    removed_departments: tuple[int, ...]


def change(fields: Fields, happened: Happened) -> ContactChange:
    """The change that these fields tell; a plain `ContactChange` for a type that the platform's page does not list."""
    name = fields.word("ChangeType").lower()
    build = BUILDERS.get(name)
    return build(fields, happened, name) if build else ContactChange(**happened, change_type=name)


def _member(fields: Fields, happened: Happened, name: str) -> ContactChange:
    leads, extra = _words(fields, "IsLeaderInDept"), fields.known("ExtAttr")
    new_user_id, direct = fields.known("NewUserID"), _words(fields, "DirectLeader")
    return MemberChange(
        **happened,
        change_type=name,
        user_id=fields.word("UserID").lower(),
        new_user_id=None if new_user_id is None else new_user_id.lower(),
        name=fields.known("Name"),
        departments=_numbers(fields, "Department"),
        main_department=_number(fields, "MainDepartment"),
        leads=None if leads is None else tuple(word == "1" for word in leads),
        direct_leaders=None if direct is None else tuple(word.lower() for word in direct),
        position=fields.known("Position"),
        mobile=fields.known("Mobile"),
        gender=_number(fields, "Gender"),
        email=fields.known("Email"),
        business_email=fields.known("BizMail"),
        status=_number(fields, "Status"),
        avatar=fields.known("Avatar"),
        alias=fields.known("Alias"),
        telephone=fields.known("Telephone"),
        address=fields.known("Address"),
        extra=None if extra is None else tuple(map(_attribute, fields.node("ExtAttr").all("Item"))),
    )


def _attribute(item: Node) -> ExtraAttribute:
    value = item.find("Text/Value") or item.find("Web/Title")
    return ExtraAttribute(name=item.find("Name"), value=value, url=item.word("Web/Url"))


def _department(fields: Fields, happened: Happened, name: str) -> ContactChange:
    return DepartmentChange(
        **happened,
        change_type=name,
        department_id=fields.whole("Id"),
        name=fields.known("Name"),
        parent_id=_number(fields, "ParentId"),
        order=_number(fields, "Order"),
    )


def _tag(fields: Fields, happened: Happened, name: str) -> ContactChange:
    return TagChange(
        **happened,
        change_type=name,
        tag_id=fields.whole("TagId"),
        added_users=tuple(word.lower() for word in _words(fields, "AddUserItems") or ()),
        removed_users=tuple(word.lower() for word in _words(fields, "DelUserItems") or ()),
        added_departments=_numbers(fields, "AddPartyItems") or (),
        removed_departments=_numbers(fields, "DelPartyItems") or (),
    )


def _number(fields: Fields, tag: str) -> int | None:
    return None if fields.known(tag) is None else fields.whole(tag)


def _words(fields: Fields, tag: str) -> tuple[str, ...] | None:
    """The parts of a list with commas."""
    text = fields.known(tag)
    return None if text is None else tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(fields: Fields, tag: str) -> tuple[int, ...] | None:
    listed = _words(fields, tag)
    return None if listed is None else tuple(map(whole, listed))


BUILDERS: dict[str, Callable[[Fields, Happened, str], ContactChange]] = {
    **dict.fromkeys(("create_user", "update_user", "delete_user"), _member),
    **dict.fromkeys(("create_party", "update_party", "delete_party"), _department),
    "update_tag": _tag,
}
