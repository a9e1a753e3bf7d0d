"""Members, departments and tags, asked of the platform now; the answers are stored too."""

from collections.abc import Sequence
from typing import Any

from wecom.client.handler_context import current_application
from wecom.directory import api_calls, member_rows, tag_rows
from wecom.directory.api_calls import NO_MEMBER, Answer
from wecom.exceptions import RecipientError
from wecom.models import Application, Member


def get_user_info(user_id: str, *, application: Application | None = None) -> dict[str, Any]:
    """The platform's data of a member: `userid`, `name`, `department`, `position`, `status` …

    Raises `RecipientError` if the member does not exist or is out of the application's visible range.
    """
    application = application or current_application()
    try:
        info = api_calls.get_user(application, user_id)
    except RecipientError as error:
        member = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.strip().lower()).first()
        if member is not None:
            member_rows.mark_out_of_range(application, member, left=error.errcode in NO_MEMBER)
        raise
    member_rows.upsert_visible(application, [info])
    return info


def get_department_users(department_id: int, *, application: Application | None = None) -> list[Answer]:
    """The visible members of a department, without those of its sub-departments: `userid`, `name`, `department`."""
    return api_calls.list_department_users(application or current_application(), department_id)


def get_departments(below: int | None = None, *, application: Application | None = None) -> list[Answer]:
    """The departments that the application sees, or those below one: `id`, `name`, `parentid`, `order` …"""
    return api_calls.list_departments(application or current_application(), below)


def get_company_tags(*, application: Application | None = None) -> list[Answer]:
    """The tags of the company: `tagid` and `tagname`."""
    return api_calls.list_tags(application or current_application())


def get_tag_users(tag_id: int, *, application: Application | None = None) -> list[Answer]:
    """The visible members with a tag: `userid` and `name`."""
    users = api_calls.get_tag(application or current_application(), tag_id).get("userlist")
    return [dict(user) for user in users if isinstance(user, dict)] if isinstance(users, list) else []


def create_tag(name: str, *, tag_id: int | None = None, application: Application | None = None) -> int:
    """Create a tag, which only this application may change; its number.

    Raises `ContentError` for a name of more than 32 characters, `ApiError` 40071 if the name exists.
    """
    application = application or current_application()
    number = api_calls.create_tag(application, name, tag_id)
    tag_rows.rename(application, number, name.strip())
    return number


def update_tag(tag_id: int, name: str, *, application: Application | None = None) -> None:
    """Rename a tag."""
    application = application or current_application()
    api_calls.rename_tag(application, tag_id, name)
    tag_rows.rename(application, tag_id, name.strip())


def delete_tag(tag_id: int, *, application: Application | None = None) -> None:
    """Delete a tag."""
    application = application or current_application()
    api_calls.delete_tag(application, tag_id)
    tag_rows.mark_deleted(application, tag_id)


def add_tag_users(
    tag_id: int,
    user_ids: Sequence[str] = (),
    *,
    department_ids: Sequence[int] = (),
    application: Application | None = None,
) -> list[str]:
    """Give a tag to members and departments; the user IDs that did not get it, because they are not visible."""
    return _change_holders(tag_id, user_ids, department_ids, application, take=False)


def delete_tag_users(
    tag_id: int,
    user_ids: Sequence[str] = (),
    *,
    department_ids: Sequence[int] = (),
    application: Application | None = None,
) -> list[str]:
    """Take a tag from members and departments; the user IDs that did not have it."""
    return _change_holders(tag_id, user_ids, department_ids, application, take=True)


def _change_holders(
    tag_id: int, user_ids: Sequence[str], department_ids: Sequence[int], application: Application | None, *, take: bool
) -> list[str]:
    application = application or current_application()
    wrong = api_calls.change_tag_holders(
        application, tag_id, user_ids=user_ids, department_ids=department_ids, take=take
    )
    tag = tag_rows.get_or_create(application, tag_id)
    tag_rows.replace_holders(application, tag, api_calls.get_tag(application, tag_id))
    return wrong
