"""The directory's part of the front door: ask the platform now, and remember what it says."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from wecom.directory import api_calls, members, tags
from wecom.directory.api_calls import NO_MEMBER, Answer
from wecom.exceptions import ContentError, RecipientError
from wecom.models import Application, Member
from wecom.outbox.enqueue import current_application


def get_user_info(user_id: str, *, application: Application | None = None) -> dict[str, Any]:
    """What the platform knows of a member: `userid`, `name`, `department`, `position`, `status` …

    Raises `RecipientError` for somebody who does not exist or is out of the application's visible range.
    """
    application = application or current_application()
    try:
        info = api_calls.get_user(application, user_id)
    except RecipientError as error:
        member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.strip().lower()).first()
        if member is not None:
            members.mark_out_of_range(application, member, left=error.errcode in NO_MEMBER)
        raise
    members.upsert_visible(application, [info])
    return info


def get_department_users(department_id: int, *, application: Application | None = None) -> list[Answer]:
    """The visible members of a department, not of those below it: `userid`, `name`, `department` of each."""
    return api_calls.list_department_users(application or current_application(), department_id)


def get_departments(below: int | None = None, *, application: Application | None = None) -> list[Answer]:
    """The departments that the application sees: `id`, `name`, `parentid`, `order` …; with `below`, that one's."""
    return api_calls.list_departments(application or current_application(), below)


def get_company_tags(*, application: Application | None = None) -> list[Answer]:
    """The tags of the company: `tagid` and `tagname` of each."""
    return api_calls.list_tags(application or current_application())


def get_tag_users(tag_id: int, *, application: Application | None = None) -> list[Answer]:
    """The visible members with a tag: `userid` and `name` of each."""
    users = api_calls.get_tag(application or current_application(), tag_id).get("userlist")
    return [dict(user) for user in users if isinstance(user, dict)] if isinstance(users, list) else []


def create_tag(name: str, *, tag_id: int | None = None, application: Application | None = None) -> int:
    """A new tag, which only this application may change; its number.

    Raises `ContentError` for a name of more than 32 characters, `ApiError` 40071 for one that there is already.
    """
    application = application or current_application()
    number = api_calls.create_tag(application, name, tag_id)
    tags.rename(application, number, name.strip())
    return number


def update_tag(tag_id: int, name: str, *, application: Application | None = None) -> None:
    """Another name for a tag."""
    application = application or current_application()
    api_calls.rename_tag(application, tag_id, name)
    tags.rename(application, tag_id, name.strip())


def delete_tag(tag_id: int, *, application: Application | None = None) -> None:
    """Delete a tag; nobody has it any more."""
    application = application or current_application()
    api_calls.delete_tag(application, tag_id)
    tags.mark_deleted(application, tag_id)


def add_tag_users(
    tag_id: int,
    user_ids: Sequence[str] = (),
    *,
    department_ids: Sequence[int] = (),
    application: Application | None = None,
) -> list[str]:
    """Give a tag to members and departments; the user IDs that could not have it, because they are not visible."""
    return _change(tag_id, user_ids, department_ids, application, take=False)


def delete_tag_users(
    tag_id: int,
    user_ids: Sequence[str] = (),
    *,
    department_ids: Sequence[int] = (),
    application: Application | None = None,
) -> list[str]:
    """Take a tag from members and departments; the user IDs that did not have it."""
    return _change(tag_id, user_ids, department_ids, application, take=True)


def find_unreachable(user_ids: Sequence[str], *, application: Application | None = None) -> dict[str, str]:
    """Who of these cannot be reached, each with "left" or "out_of_range", as far as is known. Asks nobody."""
    return members.find_unreachable(application or current_application(), [user_id.lower() for user_id in user_ids])


def check_reachable(user_id: str, *, application: Application | None = None) -> None:
    """Raise `ContentError` for somebody who is known to be out of reach, as the message to them would fail."""
    found = find_unreachable([user_id], application=application).get(user_id.lower())
    if found == "left":
        words = gettext("%s has left the company.") % user_id
        remedy = gettext("Write to somebody else; if they are back, sync the directory first.")
        raise ContentError(words, code=found, field="to", remedy=remedy)
    if found:
        words = gettext("%s is not in the application's visible range.") % user_id
        remedy = gettext("Add them to it in the console (可见范围), then sync the directory.")
        raise ContentError(words, code=found, field="to", remedy=remedy)


def _change(
    tag_id: int, user_ids: Sequence[str], department_ids: Sequence[int], application: Application | None, *, take: bool
) -> list[str]:
    application = application or current_application()
    wrong = api_calls.change_tag_holders(
        application, tag_id, user_ids=user_ids, department_ids=department_ids, take=take
    )
    tag = tags.get_or_create(application, tag_id)
    tags.replace_holders(application, tag, api_calls.get_tag(application, tag_id))
    return wrong
