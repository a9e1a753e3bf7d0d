"""Writing departments: `department/create`, `department/update`, `department/delete`; for the contacts assistant only.

Sources: https://developer.work.weixin.qq.com/document/path/90205, 90206, 90207.
"""

import re
from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.actors import administrators
from wecom.emulator.gateway.application_checks import contacts_assistant
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department, Member

LONGEST_NAME, MOST_LEVELS, MOST_ORDER = 64, 15, 2**32
ILLEGAL_CHARACTERS = re.compile(r'[\\:*?"<>|｜]')
UNASSIGNED = "其他（待设置部门）"


@endpoint("department/create", "POST")
def create(request: ApiRequest) -> Answer:
    """A department, with the requested number or the next free one."""
    app, body = contacts_assistant(request), request.json()
    if "parentid" not in body:
        raise ApiError(60004, "missing parentid")
    number = body.get("id")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or not 1 < number < 2**31):
        raise ApiError(40058, "invalid id")
    if number is not None and Department.objects.filter(corp=app.corp, number=number).exists():
        raise ApiError(60008)
    row = Department(corp=app.corp, number=number or _next_number(app))
    row.parent = _parent(app, row, body["parentid"])
    _set_fields(row, body, name_required=True)
    administrators.save_department(row, changed_by=app)
    return {"errmsg": "created", "id": row.number}


@endpoint("department/update", "POST")
def update(request: ApiRequest) -> Answer:
    """Change name, parent or order."""
    app, body = contacts_assistant(request), request.json()
    row = find_department(app, body.get("id"))
    if "parentid" in body and row.number != visible_range.ROOT:
        row.parent = _parent(app, row, body["parentid"])
    _set_fields(row, body)
    administrators.save_department(row, changed_by=app)
    return {"errmsg": "updated"}


@endpoint("department/delete", "GET")
def delete(request: ApiRequest) -> Answer:
    """Delete a department without members and subdepartments; not the root."""
    app, department_id = contacts_assistant(request), request.query.get("id", "")
    row = find_department(app, int(department_id) if department_id.isdecimal() else None)
    if row.number == visible_range.ROOT:
        raise ApiError(60007)
    if any(member.employed and row.number in member.departments for member in Member.objects.filter(corp=app.corp)):
        raise ApiError(60005)
    if Department.objects.filter(corp=app.corp, parent=row.number).exclude(number=visible_range.ROOT).exists():
        raise ApiError(60006)
    administrators.delete_department(row, changed_by=app)
    return {"errmsg": "deleted"}


def find_department(app: App, number: object) -> Department:
    """The department with this number. Raises `ApiError` 60003."""
    known = isinstance(number, int) and not isinstance(number, bool)
    row = Department.objects.filter(corp=app.corp, number=number).first() if known else None
    if row is None:
        raise ApiError(60003)
    return row


def unassigned_department(app: App) -> Department:
    """The department of members without a department, created when needed."""
    row = Department.objects.filter(corp=app.corp, name=UNASSIGNED, parent=visible_range.ROOT).first()
    return row or create_department(app, number=_next_number(app), name=UNASSIGNED, parent=visible_range.ROOT)


def create_department(app: App, *, number: int, name: str, parent: int) -> Department:
    """Create a department without checks, because a new member is in it."""
    return administrators.save_department(
        Department(corp=app.corp, number=number, name=name, parent=parent), changed_by=app
    )


def _next_number(app: App) -> int:
    last = Department.objects.filter(corp=app.corp).order_by("-number").values_list("number", flat=True).first() or 0
    return last + 1


def _set_fields(row: Department, body: dict[str, Any], *, name_required: bool = False) -> None:
    if name_required or "name" in body:
        row.name = _unique_name(row, body.get("name"))
    if "name_en" in body:
        row.name_en = _checked_name(body["name_en"])
    if "order" in body:
        order = body["order"]
        if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order < MOST_ORDER:
            raise ApiError(40058, "invalid order")
        row.order = order


def _unique_name(row: Department, value: object) -> str:
    name = _checked_name(value)
    if Department.objects.filter(corp=row.corp, parent=row.parent, name=name).exclude(pk=row.pk).exists():
        raise ApiError(60008)
    return name


def _checked_name(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST_NAME:
        raise ApiError(60001)
    if ILLEGAL_CHARACTERS.search(value):
        raise ApiError(60009)
    return value


def _parent(app: App, row: Department, number: object) -> int:
    """The number of a valid parent. Raises `ApiError` 60004 if unknown, 60010 for a cycle, 81002 if too deep."""
    known = isinstance(number, int) and not isinstance(number, bool)
    parents = dict(Department.objects.filter(corp=app.corp).values_list("number", "parent"))
    if not known or number not in parents:
        raise ApiError(60004)
    ancestors = [number]
    while ancestors[-1] != visible_range.ROOT:
        ancestors.append(parents.get(ancestors[-1], visible_range.ROOT))
    if row.number in ancestors:
        raise ApiError(60010)
    if len(ancestors) + 1 > MOST_LEVELS:
        raise ApiError(81002)
    return int(str(number))
