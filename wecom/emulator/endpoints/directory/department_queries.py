"""Reading departments: `department/list`, `department/simplelist`, `department/get`.

Sources: https://developer.work.weixin.qq.com/document/path/90208, 95350 and 95351.
"""

from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department


@endpoint("department/list", "GET")
def department_list(request: ApiRequest) -> Answer:
    """The department `id` with its subdepartments; without `id` all in the visible range."""
    details_reader(request)
    return {"department": [_department_fields(row) for row in _requested_departments(request)]}


@endpoint("department/simplelist", "GET")
def department_simplelist(request: ApiRequest) -> Answer:
    """The same without names."""
    return {"department_id": [_id_fields(row) for row in _requested_departments(request)]}


@endpoint("department/get", "GET")
def department_get(request: ApiRequest) -> Answer:
    """One department."""
    app, number = details_reader(request), query_number(request, "id")
    if number is None:
        raise ApiError(60003)
    return {"department": _department_fields(visible_department(app, number))}


def details_reader(request: ApiRequest) -> App:
    """The caller. The contacts assistant may not read details from IP addresses added since August 2022 (48009)."""
    if request.caller.agent_id == App.ASSISTANT:
        raise ApiError(48009)
    return request.caller


def _requested_departments(request: ApiRequest) -> list[Department]:
    app, number = request.caller, query_number(request, "id")
    if number is None:
        return visible_range.departments(app)
    numbers = visible_range.with_subdepartments(app.corp_id, {visible_department(app, number).number})
    return list(Department.objects.filter(corp=app.corp, number__in=numbers))


def visible_department(app: App, number: int) -> Department:
    """A department in the visible range. Raises `ApiError` 60003 if there is none, 60011 if it is outside the range."""
    row = Department.objects.filter(corp=app.corp, number=number).first()
    if row is None:
        raise ApiError(60003)
    visible = visible_range.of(app)
    if not visible.everything and number not in visible.departments:
        raise ApiError(60011)
    return row


def _id_fields(row: Department) -> dict[str, Any]:
    return {"id": row.number, "parentid": 0 if row.number == 1 else row.parent, "order": row.order or row.number}


def _department_fields(row: Department) -> dict[str, Any]:
    leaders = [str(userid).lower() for userid in row.leaders]
    return {**_id_fields(row), "name": row.name, "name_en": row.name_en, "department_leader": leaders}


def query_number(request: ApiRequest, name: str) -> int | None:
    """A number of the query string; None where it is missing. Raises `ApiError` 40058."""
    value = request.query.get(name, "")
    if not value:
        return None
    if not value.isdecimal():
        raise ApiError(40058, f"invalid {name}")
    return int(value)
