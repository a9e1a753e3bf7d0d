"""User IDs by phone number, e-mail address or openid, and invitations of members.

Sources: https://developer.work.weixin.qq.com/document/path/90202, 95402, 95895, 90975.
"""

import hashlib
from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Member, Tag

MOST_USERS, MOST_PARTIES, MOST_TAGS = 1000, 100, 100
CORPORATE, PERSONAL = 1, 2


@endpoint("user/getuserid", "POST")
def by_mobile(request: ApiRequest) -> Answer:
    """The member with this phone number."""
    value = request.json().get("mobile")
    if not isinstance(value, str) or not 5 <= len(value) <= 32:
        raise ApiError(60103)
    wanted = value.removeprefix("+86").strip()
    return _member_where(request.caller, lambda row: _digits(row) == wanted, 60146)


@endpoint("user/get_userid_by_email", "POST")
def by_email(request: ApiRequest) -> Answer:
    """The member with this e-mail address: of the company (`email_type` 1) or private (2)."""
    body = request.json()
    value, kind = body.get("email"), body.get("email_type", CORPORATE)
    if not isinstance(value, str) or "@" not in value:
        raise ApiError(60105)
    if kind not in {CORPORATE, PERSONAL}:
        raise ApiError(40058, "invalid email_type")
    name, not_found = ("biz_mail", 60148) if kind == CORPORATE else ("email", 60147)
    return _member_where(request.caller, lambda row: str(row.details.get(name, "")).lower() == value.lower(), not_found)


@endpoint("user/convert_to_openid", "POST")
def to_openid(request: ApiRequest) -> Answer:
    """The ID that WeChat Pay has for a member."""
    userid = request.json().get("userid")
    if not isinstance(userid, str) or not userid:
        raise ApiError(41009)
    rows = [row for row in visible_range.members(request.caller) if row.userid.lower() == userid.lower()]
    if not rows:
        raise ApiError(60111)
    return {"openid": openid(rows[0])}


@endpoint("user/convert_to_userid", "POST")
def to_userid(request: ApiRequest) -> Answer:
    """The member with this openid."""
    wanted = request.json().get("openid")
    return _member_where(request.caller, lambda row: openid(row) == wanted, 40073)


@endpoint("batch/invite", "POST")
def invite(request: ApiRequest) -> Answer:
    """Invite members; IDs that are unknown or not visible are listed in the answer."""
    app, body = request.caller, request.json()
    users, parties, tags = (_list(body, name) for name in ("user", "party", "tag"))
    if not (users or parties or tags):
        raise ApiError(81012)
    for listed, most, errcode in ((users, MOST_USERS, 40032), (parties, MOST_PARTIES, 82002), (tags, MOST_TAGS, 82003)):
        if len(listed) > most:
            raise ApiError(errcode)
    known_users = {row.userid.lower() for row in visible_range.members(app)}
    known_parties = {row.number for row in visible_range.departments(app)}
    known_tags = set(Tag.objects.filter(corp=app.corp_id).values_list("number", flat=True))
    invalid: dict[str, Any] = {
        "invaliduser": [user for user in users if str(user).lower() not in known_users],
        "invalidparty": [party for party in parties if party not in known_parties],
        "invalidtag": [tag for tag in tags if tag not in known_tags],
    }
    return {name: listed for name, listed in invalid.items() if listed}


def openid(member: Member) -> str:
    """A stable ID, derived from the member's primary key."""
    return f"o{hashlib.sha256(f'openid {member.corp.corp_id} {member.pk}'.encode()).hexdigest()[:27]}"


def _member_where(app: App, matches: Any, not_found: int) -> Answer:
    row = next((row for row in visible_range.members(app) if matches(row)), None)
    if row is None:
        raise ApiError(not_found)
    return {"userid": row.userid.lower()}


def _digits(row: Member) -> str:
    return str(row.details.get("mobile", "")).removeprefix("+86").strip()


def _list(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise ApiError(40058, f"{name} is not a list")
    return value
