"""The company's directory as the platform shows it to an application: calls and answers, no rows.

Sources: https://developer.work.weixin.qq.com/document/path/90196 (user/get), 90200 and 90201 (lists), 96067 (list_id),
90208, 95350, 95351 (departments), 90210 to 90216 (tags), 90227 (agent/get). Members outside the application's visible
range are not shown, and phone, e-mail and picture are given to no application made after June 2022.
"""

from collections.abc import Sequence
from typing import Any

from wecom.client import api, transport
from wecom.exceptions import ApiError, ContentError, RecipientError
from wecom.models import Application

NO_DEPARTMENT = frozenset({60003, 60123})
NO_MEMBER = frozenset({40003, 46004, 60111})
OUT_OF_RANGE = frozenset({50002, 60011, 60021, 60030, 92000})
NOBODY = frozenset({40031, 40070})
FORBIDDEN = frozenset({48001, 48002, 48009})
TOO_LARGE = 45029
TAG_NAME, TAG_USERS, TAG_PARTIES = 32, 1000, 100

Answer = dict[str, Any]


def get_user(application: Application, user_id: str) -> Answer:
    """The platform's data of a member: `userid`, `name`, `department` (a list of numbers), `position`, `status` …

    Raises `RecipientError` if the member does not exist or is out of the application's visible range.
    """
    if not user_id.strip():
        raise ContentError("The user ID is empty.", code="empty", field="user_id", remedy="Name a member.")
    try:
        return _get(application, "user/get", userid=user_id.strip())
    except RecipientError as error:
        remedy = "Check the user ID, and that the application's visible range in the console includes this member."
        raise RecipientError(error.message, errcode=error.errcode, field="user_id", remedy=remedy) from error


def list_department_users(application: Application, department_id: int, *, details: bool = False) -> list[Answer]:
    """The visible members of one department, not of those below it: `userid`, `name`, `department` of each.

    With `details` also the fields of `get_user`.
    """
    path = "user/list" if details else "user/simplelist"
    answer = _get_of_department(application, path, "department_id", _checked_department_id(department_id))
    return _rows(answer, "userlist")


def list_departments(application: Application, below: int | None = None) -> list[Answer]:
    """The departments that the application sees: `id`, `name`, `parentid`, `order` …; those below one, itself included.

    The contacts assistant may only ask for numbers, and learns no names.
    """
    path, field = ("department/simplelist", "department_id") if application.is_assistant else _DEPARTMENT_LIST
    if below is None:
        return _rows(_get(application, path), field)
    return _rows(_get_of_department(application, path, "id", _checked_department_id(below)), field)


def get_department(application: Application, department_id: int) -> Answer:
    """One department. Raises `ApiError` if there is none, or it is out of sight."""
    answer = _get_of_department(application, "department/get", "id", _checked_department_id(department_id)).get(
        "department"
    )
    return answer if isinstance(answer, dict) else {}


def list_department_ids(application: Application) -> list[Answer]:
    """`id` and `parentid` of the departments in sight: for companies whose whole list is too large for one answer."""
    return _rows(_get(application, "department/simplelist"), "department_id")


def list_user_ids(application: Application, cursor: str = "", *, limit: int) -> tuple[list[Answer], str]:
    """A page of `userid` and `department`, and the cursor of the next, "" after the last. For the assistant only."""
    answer = _post(application, "user/list_id", {"cursor": cursor, "limit": limit})
    following = answer.get("next_cursor")
    return _rows(answer, "dept_user"), following if isinstance(following, str) else ""


def list_named_users(application: Application) -> list[str]:
    """Members who are in the application's visible range by name, rather than by department or tag."""
    answer = _get(application, "agent/get", agentid=str(application.agent_id)).get("allow_userinfos")
    users = _rows(answer, "user") if isinstance(answer, dict) else []
    return [user["userid"].lower() for user in users if isinstance(user.get("userid"), str)]


def list_tags(application: Application) -> list[Answer]:
    """All tags of the company: `tagid`, `tagname`."""
    return _rows(_get(application, "tag/list"), "taglist")


def get_tag(application: Application, tag_id: int) -> Answer:
    """The holders of a tag: `tagname`, `userlist` of those in sight (`userid`, `name`), `partylist`."""
    return _get(application, "tag/get", tagid=str(tag_id))


def create_tag(application: Application, name: str, tag_id: int | None = None) -> int:
    """A new tag; its number. Only the application that made a tag may change it."""
    body: Answer = {"tagname": _checked_tag_name(name), **({} if tag_id is None else {"tagid": tag_id})}
    return transport.number_field(_post(application, "tag/create", body), "tagid", default=0)


def rename_tag(application: Application, tag_id: int, name: str) -> None:
    """Another name for a tag."""
    _post(application, "tag/update", {"tagid": tag_id, "tagname": _checked_tag_name(name)})


def delete_tag(application: Application, tag_id: int) -> None:
    _get(application, "tag/delete", tagid=str(tag_id))


def change_tag_holders(
    application: Application,
    tag_id: int,
    *,
    user_ids: Sequence[str] = (),
    department_ids: Sequence[int] = (),
    take: bool = False,
) -> list[str]:
    """Give a tag to members and departments, or `take` it from them. The user IDs that could not have it.

    Any number: the platform gets them in pieces of 1,000 members and 100 departments. Raises `ApiError` 40070 or 40031
    if none of them is in sight, 81011 for a tag of another application.
    """
    path = "tag/deltagusers" if take else "tag/addtagusers"
    calls: list[dict[str, list[Any]]] = [{"userlist": list(piece)} for piece in _batches(user_ids, TAG_USERS)]
    calls += [{"partylist": list(piece)} for piece in _batches(department_ids, TAG_PARTIES)]
    if not calls:
        raise ContentError("No member is named.", code="empty", field="user_ids", remedy="Name members or departments.")
    wrong: list[str] = []
    refusals: list[ApiError] = []
    for call in calls:
        try:
            answer = _post(application, path, {"tagid": tag_id, **call})
        except ApiError as error:
            if error.errcode not in NOBODY:
                raise
            refusals.append(error)
            wrong += call.get("userlist", [])
        else:
            wrong += [name for name in str(answer.get("invalidlist") or "").split("|") if name]
    if len(refusals) == len(calls):
        raise refusals[0]
    return wrong


_DEPARTMENT_LIST = ("department/list", "department")


def _get(application: Application, path: str, **query: str) -> Answer:
    return _without_error(api.get(application, path, **query))


def _post(application: Application, path: str, body: Answer) -> Answer:
    return _without_error(api.post(application, path, body))


def _get_of_department(application: Application, path: str, name: str, number: int) -> Answer:
    try:
        return _get(application, path, **{name: str(number)})
    except ApiError as error:
        if error.errcode not in NO_DEPARTMENT:
            raise
        remedy = "Check the number, and that the application's visible range in the console includes this department."
        raise ApiError(error.message, errcode=error.errcode, field="department_id", remedy=remedy) from error


def _checked_department_id(department_id: int) -> int:
    if isinstance(department_id, bool) or not str(department_id).isdecimal() or int(department_id) < 1:
        remedy = "Give the number of the department, as the console shows it; 1 is the whole company."
        raise ContentError("A department ID is a number.", code="invalid", field="department_id", remedy=remedy)
    return int(department_id)


def _checked_tag_name(name: str) -> str:
    if not 0 < len(name.strip()) <= TAG_NAME:
        fault, remedy = "A tag's name has 1 to 32 characters.", "Choose a shorter name, or one at all."
        raise ContentError(fault, code="too_long" if name.strip() else "empty", field="name", remedy=remedy)
    return name.strip()


def _without_error(answer: Answer) -> Answer:
    return {name: value for name, value in answer.items() if name not in {"errcode", "errmsg"}}


def _rows(answer: Answer, field: str) -> list[Answer]:
    rows = answer.get(field)
    return [dict(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _batches(items: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [items[start : start + most] for start in range(0, len(items), most)]
