"""The company's directory as the platform shows it to the application: who somebody is, who is in a department.

Sources: https://developer.work.weixin.qq.com/document/path/90196 and /path/90200. Members outside the application's
visible range are not shown, and phone, e-mail and picture are given to no application made after June 2022.
"""

from typing import Any

from wecom import auth, client
from wecom.exceptions import ApiError, ContentError, RecipientError
from wecom.models import Application

NO_DEPARTMENT = frozenset({60003, 60123})


def user_info(application: Application, user_id: str) -> dict[str, Any]:
    """What the platform knows of a member: `userid`, `name`, `department` (a list of numbers), `position`, `status` …

    Raises `RecipientError` for somebody who does not exist or is out of the application's visible range.
    """
    if not user_id.strip():
        raise ContentError("The user ID is empty.", code="empty", field="user_id", remedy="Name a member.")
    try:
        return _ask(application, "user/get", userid=user_id.strip())
    except RecipientError as error:
        remedy = "Check the user ID, and that the application's visible range in the console includes this member."
        raise RecipientError(error.message, errcode=error.errcode, field="user_id", remedy=remedy) from error


def department_users(application: Application, department_id: int) -> list[dict[str, Any]]:
    """The visible members of one department, not of those below it: `userid`, `name`, `department` of each."""
    if isinstance(department_id, bool) or not str(department_id).isdecimal() or int(department_id) < 1:
        remedy = "Give the number of the department, as the console shows it; 1 is the whole company."
        raise ContentError("A department ID is a number.", code="invalid", field="department_id", remedy=remedy)
    try:
        answer = _ask(application, "user/simplelist", department_id=str(department_id))
    except ApiError as error:
        if error.errcode not in NO_DEPARTMENT:
            raise
        remedy = "Check the number, and that the application's visible range in the console includes this department."
        raise ApiError(error.message, errcode=error.errcode, field="department_id", remedy=remedy) from error
    users = answer.get("userlist")
    return [dict(user) for user in users if isinstance(user, dict)] if isinstance(users, list) else []


def _ask(application: Application, path: str, **query: str) -> dict[str, Any]:
    base_url = application.api_base_url
    answer = auth.with_token(application, lambda token: client.get(base_url, path, access_token=token, **query))
    return {name: value for name, value in answer.items() if name not in {"errcode", "errmsg"}}
