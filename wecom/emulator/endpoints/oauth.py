"""Who signed in to an application's page: `auth/getuserinfo` and `auth/getuserdetail`, also at their old addresses.

Sources: https://developer.work.weixin.qq.com/document/path/91023 and 95833.
"""

import secrets

from wecom.emulator import clock
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import LoginCode, Member, UserTicket

LONGEST_CODE = 512


@endpoint("auth/getuserinfo", "GET")
def getuserinfo(request: ApiRequest) -> Answer:
    """The member of a code, or the openid of an outsider."""
    row = _use_code(request)
    if row.member is None:
        return {"openid": f"outsider-{row.pk}", "external_userid": ""}
    answer = {"userid": row.member.userid.lower()}
    return {**answer, "user_ticket": _create_ticket(row.member)} if row.private else answer


@endpoint("user/getuserinfo", "GET")
def old_getuserinfo(request: ApiRequest) -> Answer:
    """`auth/getuserinfo` at its old address, with its old field names."""
    row = _use_code(request)
    if row.member is None:
        return {"OpenId": f"outsider-{row.pk}", "DeviceId": ""}
    answer = {"UserId": row.member.userid.lower(), "DeviceId": ""}
    ticket = {"user_ticket": _create_ticket(row.member), "expires_in": int(UserTicket.LIFETIME)}
    return {**answer, **ticket} if row.private else answer


@endpoint("auth/getuserdetail", "POST")
def getuserdetail(request: ApiRequest) -> Answer:
    """The personal data that a member lets the application read."""
    return _personal_data(request)


@endpoint("user/getuserdetail", "POST")
def old_getuserdetail(request: ApiRequest) -> Answer:
    """`auth/getuserdetail` at its old address."""
    return _personal_data(request)


def _use_code(request: ApiRequest) -> LoginCode:
    """The code's row, which can be used once. Raises `ApiError` 40029 if unknown, 42022 if used, 42003 if expired."""
    code = request.query.get("code", "")
    row = LoginCode.objects.select_related("member").filter(corp=request.caller.corp, code=code[:LONGEST_CODE]).first()
    if row is None:
        raise ApiError(40029)
    if row.used:
        raise ApiError(42022)
    if row.created_at + LoginCode.LIFETIME <= clock.now():
        raise ApiError(42003)
    row.used = True
    row.save(update_fields=["used"])
    return row


def _create_ticket(member: Member) -> str:
    row = UserTicket.objects.create(member=member, ticket=secrets.token_urlsafe(48), created_at=clock.now())
    return row.ticket


def _personal_data(request: ApiRequest) -> Answer:
    ticket = str(request.json().get("user_ticket", ""))
    row = UserTicket.objects.select_related("member").filter(member__corp=request.caller.corp, ticket=ticket).first()
    if row is None:
        raise ApiError(84015)
    if row.created_at + UserTicket.LIFETIME <= clock.now():
        raise ApiError(84014)
    userid = row.member.userid.lower()
    return {
        "userid": userid,
        "gender": "0",
        "avatar": "",
        "qr_code": "",
        "mobile": "",
        "email": f"{userid}@example.com",
        "biz_mail": "",
        "address": "",
    }
