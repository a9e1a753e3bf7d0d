"""The fields of a member as `user/create` and `user/update` check them.

Sources: https://developer.work.weixin.qq.com/document/path/90195 and 90313 for the codes.
"""

import re
from collections.abc import Callable
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media.storage import find_media, media_fields
from wecom.emulator.models import Corp, Member

USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_@.-]{0,63}")
MOBILE = re.compile(r"[0-9+ -]{1,32}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"[0-9,+-]{0,32}")
LONGEST_NAME, LONGEST_POSITION, LONGEST_ADDRESS, MOST_DEPARTMENTS, MOST_LEADERS = 64, 128, 128, 100, 1
SHORTEST_EMAIL, LONGEST_EMAIL = 6, 64  # bytes
# Fields that are stored without checks.
UNCHECKED = ("external_position", "external_profile", "biz_mail_alias", "nickname")


def checked_userid(body: dict[str, Any]) -> str:
    """The user ID. Raises `ApiError` 41009 if it is missing, 40003 if it is invalid."""
    value = body.get("userid")
    if value is None or value == "":
        raise ApiError(41009)
    if not isinstance(value, str) or not USERID.fullmatch(value):
        raise ApiError(40003)
    return value


def checked_fields(corp: Corp, body: dict[str, Any], *, member: Member | None = None) -> dict[str, Any]:
    """The fields of a `Member` that the body sets. Raises `ApiError`."""
    details = _details(corp, body, member)
    fields: dict[str, Any] = {name: check(body) for name, check in TEXTS.items() if name in body}
    if "department" in body:
        fields["departments"] = _departments(body["department"])
    departments = fields.get("departments", member.departments if member else [])
    if "is_leader_in_dept" in body:
        leads = _one_each(departments, body["is_leader_in_dept"], 60132)
        fields["leads"] = [number for number, leader in zip(departments, leads, strict=True) if leader == 1]
    if "order" in body:
        details["order"] = _one_each(departments, body["order"], 40058)
    if "direct_leader" in body:
        fields["direct_leaders"] = _direct_leaders(corp, body["direct_leader"])
    if "main_department" in body:
        if body["main_department"] not in departments:
            raise ApiError(60123, "main_department is not one of department")
        fields["main_department"] = body["main_department"]
    if "extattr" in body:
        fields["extattr"] = _extattr(body["extattr"])
    return {**fields, **({"details": details} if details else {})}


def _one_each(departments: list[int], value: object, errcode: int) -> list[int]:
    """A list with one number per department."""
    if (
        not isinstance(value, list)
        or len(value) != len(departments)
        or not all(isinstance(number, int) for number in value)
    ):
        raise ApiError(errcode, "one for each department")
    return list(value)


def _details(corp: Corp, body: dict[str, Any], member: Member | None) -> dict[str, Any]:
    details: dict[str, Any] = {name: body[name] for name in UNCHECKED if name in body}
    for name, check in CHECKS.items():
        if name in body:
            details[name] = check(body)
    for name, errcode in (("mobile", 60104), ("email", 60106), ("biz_mail", 60145)):
        if details.get(name) and _is_taken(corp, name, details[name], member):
            raise ApiError(errcode)
    if body.get("avatar_mediaid"):
        try:
            row = find_media(corp, str(body["avatar_mediaid"]), kind="image")
        except ApiError as error:
            raise ApiError(301015) from error
        details["avatar"] = media_fields(row)["media_url"]
    return details


def _mobile(body: dict[str, Any]) -> str:
    value = body["mobile"]
    if value == "":
        return ""
    if not isinstance(value, str) or not MOBILE.fullmatch(value) or not re.search(r"\d{5}", value):
        raise ApiError(60103)
    return value


def _email(name: str, errcode: int) -> Callable[[dict[str, Any]], str]:
    def check(body: dict[str, Any]) -> str:
        value = body[name]
        if value == "":
            return ""
        long_enough = isinstance(value, str) and SHORTEST_EMAIL <= len(value.encode()) <= LONGEST_EMAIL
        if not long_enough or not EMAIL.fullmatch(value):
            raise ApiError(errcode)
        return str(value)

    return check


def _telephone(body: dict[str, Any]) -> str:
    if not isinstance(body["telephone"], str) or not TELEPHONE.fullmatch(body["telephone"]):
        raise ApiError(301013)
    return str(body["telephone"])


def _gender(body: dict[str, Any]) -> str:
    if str(body["gender"]) not in {"0", "1", "2"}:
        raise ApiError(40058, "invalid gender")
    return str(body["gender"])


TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "name": lambda body: _text(body, "name", LONGEST_NAME, 60112, required=True),
    "alias": lambda body: _text(body, "alias", LONGEST_NAME, 40058),
    "position": lambda body: _text(body, "position", LONGEST_POSITION, 301012),
}
CHECKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "mobile": _mobile,
    "email": _email("email", 60105),
    "biz_mail": _email("biz_mail", 60143),
    "telephone": _telephone,
    "gender": _gender,
    "address": lambda body: _text(body, "address", LONGEST_ADDRESS, 40058),
}


def _is_taken(corp: Corp, name: str, value: str, member: Member | None) -> bool:
    others = Member.objects.filter(corp=corp).exclude(status=Member.Status.LEFT)
    if member is not None:
        others = others.exclude(pk=member.pk)
    digits = value.removeprefix("+86").strip()
    return any(str(row.details.get(name, "")).removeprefix("+86").strip().lower() == digits.lower() for row in others)


def _text(body: dict[str, Any], name: str, most: int, errcode: int, *, required: bool = False) -> str:
    value = body[name]
    if not isinstance(value, str) or len(value) > most or (required and not value.strip()):
        raise ApiError(errcode, f"invalid {name}")
    return value


def _departments(value: object) -> list[int]:
    if not isinstance(value, list) or not all(
        isinstance(number, int) and not isinstance(number, bool) for number in value
    ):
        raise ApiError(60123, "department must be a list of numbers")
    if len(value) > MOST_DEPARTMENTS:
        raise ApiError(60110)
    return list(value)


def _direct_leaders(corp: Corp, value: object) -> list[str]:
    if not isinstance(value, list):
        raise ApiError(40058, "direct_leader must be a list")
    if len(value) > MOST_LEADERS:
        raise ApiError(60257)
    for userid in value:
        row = Member.objects.filter(corp=corp, userid__iexact=str(userid)).first()
        if row is None or not row.employed:
            raise ApiError(60111, "direct_leader")
    return [str(userid).lower() for userid in value]


def _extattr(value: object) -> list[dict[str, Any]]:
    attributes = value.get("attrs") if isinstance(value, dict) else None
    if not isinstance(attributes, list):
        raise ApiError(40058, "extattr.attrs must be a list")
    for attribute in attributes:
        if not isinstance(attribute, dict) or attribute.get("type", 0) not in {0, 1}:
            raise ApiError(60150)
    return attributes
