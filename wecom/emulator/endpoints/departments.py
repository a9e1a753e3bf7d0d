"""Writing departments: `department/create`, `department/update`, `department/delete`; for the contacts assistant only.

Sources: https://developer.work.weixin.qq.com/document/path/90205, 90206, 90207.
"""

import re
from typing import Any

from wecom.emulator.actors import administrators
from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Department, Member

NAME, DEPTH, ORDER = 64, 15, 2**32
ILLEGAL = re.compile(r'[\\:*?"<>|｜]')
PENDING = "其他（待设置部门）"


@endpoint("department/create", "POST")
def create(request: Request) -> Answer:
    """A department, with the number that was asked for or the next one."""
    app, body = _assistant(request), request.json()
    if "parentid" not in body:
        raise ApiError(60004, "missing parentid")
    number = body.get("id")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or not 1 < number < 2**31):
        raise ApiError(40058, "invalid id")
    if number is not None and Department.objects.filter(corp=app.corp, number=number).exists():
        raise ApiError(60008)
    row = Department(corp=app.corp, number=number or _next(app))
    row.parent = _parent(app, row, body["parentid"])
    _fill(row, body, name_needed=True)
    administrators.save_department(row, said_by=app)
    return {"errmsg": "created", "id": row.number}


@endpoint("department/update", "POST")
def update(request: Request) -> Answer:
    """Another name, parent or place among its neighbours."""
    app, body = _assistant(request), request.json()
    row = find(app, body.get("id"))
    if "parentid" in body and row.number != visible_range.ROOT:
        row.parent = _parent(app, row, body["parentid"])
    _fill(row, body)
    administrators.save_department(row, said_by=app)
    return {"errmsg": "updated"}


@endpoint("department/delete", "GET")
def delete(request: Request) -> Answer:
    """Neither the root nor one with somebody or something in it."""
    app, given = _assistant(request), request.query.get("id", "")
    row = find(app, int(given) if given.isdecimal() else None)
    if row.number == visible_range.ROOT:
        raise ApiError(60007)
    if any(one.employed and row.number in one.departments for one in Member.objects.filter(corp=app.corp)):
        raise ApiError(60005)
    if Department.objects.filter(corp=app.corp, parent=row.number).exclude(number=visible_range.ROOT).exists():
        raise ApiError(60006)
    administrators.delete_department(row, said_by=app)
    return {"errmsg": "deleted"}


def find(app: App, number: object) -> Department:
    """Raises `ApiError` 60003."""
    known = isinstance(number, int) and not isinstance(number, bool)
    row = Department.objects.filter(corp=app.corp, number=number).first() if known else None
    if row is None:
        raise ApiError(60003)
    return row


def pending(app: App) -> Department:
    """The department of those whom nobody has put into one."""
    row = Department.objects.filter(corp=app.corp, name=PENDING, parent=visible_range.ROOT).first()
    return row or make(app, number=_next(app), name=PENDING, parent=visible_range.ROOT)


def make(app: App, *, number: int, name: str, parent: int) -> Department:
    """A department that comes into being because a new member is in it."""
    return administrators.save_department(
        Department(corp=app.corp, number=number, name=name, parent=parent), said_by=app
    )


def _assistant(request: Request) -> App:
    if request.caller.agent_id != App.ASSISTANT:
        raise ApiError(48002)
    return request.caller


def _next(app: App) -> int:
    last = Department.objects.filter(corp=app.corp).order_by("-number").values_list("number", flat=True).first() or 0
    return last + 1


def _fill(row: Department, body: dict[str, Any], *, name_needed: bool = False) -> None:
    if name_needed or "name" in body:
        row.name = _name(row, body.get("name"))
    if "name_en" in body:
        row.name_en = _plain_name(body["name_en"])
    if "order" in body:
        order = body["order"]
        if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order < ORDER:
            raise ApiError(40058, "invalid order")
        row.order = order


def _name(row: Department, value: object) -> str:
    name = _plain_name(value)
    if Department.objects.filter(corp=row.corp, parent=row.parent, name=name).exclude(pk=row.pk).exists():
        raise ApiError(60008)
    return name


def _plain_name(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= NAME:
        raise ApiError(60001)
    if ILLEGAL.search(value):
        raise ApiError(60009)
    return value


def _parent(app: App, row: Department, given: object) -> int:
    """Raises `ApiError` 60004 for none, 60010 for itself or one below, 81002 where it would be too deep."""
    known = isinstance(given, int) and not isinstance(given, bool)
    parents = dict(Department.objects.filter(corp=app.corp).values_list("number", "parent"))
    if not known or given not in parents:
        raise ApiError(60004)
    above = [given]
    while above[-1] != visible_range.ROOT:
        above.append(parents.get(above[-1], visible_range.ROOT))
    if row.number in above:
        raise ApiError(60010)
    if len(above) + 1 > DEPTH:
        raise ApiError(81002)
    return int(str(given))
