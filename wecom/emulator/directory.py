"""Contacts and the application itself: `user/*`, `department/*`, `agent/get`, `getcallbackip`."""

from typing import Any

from wecom.emulator import recipients
from wecom.emulator.calls import Answer, Request, endpoint
from wecom.emulator.errors import ApiError
from wecom.emulator.models import App, Department, Member


@endpoint("user/get", "GET")
def user_get(request: Request) -> Answer:
    """One member. As for every application made after June 2022, without phone, e-mail and picture."""
    app, userid = request.caller, request.query.get("userid", "")
    if not userid:
        raise ApiError(40003)
    member = Member.objects.filter(corp=app.corp, userid__iexact=userid).first()
    if member is None:
        raise ApiError(60111)
    if not member.visible:
        raise ApiError(60011)
    return {
        "userid": member.userid.lower(),
        "name": member.name,
        "department": member.departments,
        "order": [0 for _ in member.departments],
        "position": member.position,
        "status": member.status,
        "isleader": 0,
        "is_leader_in_dept": [0 for _ in member.departments],
        "direct_leader": [],
        "telephone": "",
        "alias": "",
        "main_department": (member.departments or [1])[0],
        "extattr": {"attrs": []},
        "external_profile": {"external_corp_name": "", "external_attr": []},
    }


@endpoint("user/simplelist", "GET")
def user_simplelist(request: Request) -> Answer:
    """The visible members of one department, or with `fetch_child=1` of those below it too."""
    app, number = request.caller, _number(request, "department_id")
    if number is None:
        raise ApiError(60003)
    _department(app, number)
    inside = recipients.within(app.corp_id, {number}) if request.query.get("fetch_child") == "1" else {number}
    members = [m for m in Member.objects.filter(corp=app.corp) if m.reachable and inside & set(m.departments)]
    return {
        "userlist": [{"userid": m.userid.lower(), "name": m.name, "department": m.departments} for m in members],
    }


@endpoint("department/list", "GET")
def department_list(request: Request) -> Answer:
    """The departments below one, itself included; all without `id`."""
    return {
        "department": [
            {**_plain(row), "name": row.name, "name_en": "", "department_leader": []} for row in _departments(request)
        ]
    }


@endpoint("department/simplelist", "GET")
def department_simplelist(request: Request) -> Answer:
    """The same without names, which the platform prefers."""
    return {"department_id": [_plain(row) for row in _departments(request)]}


@endpoint("agent/get", "GET")
def agent_get(request: Request) -> Answer:
    """The application and who may see it."""
    app, number = request.caller, _number(request, "agentid")
    if number is None:
        raise ApiError(41011)
    if number != app.agent_id:
        raise ApiError(301002 if App.objects.filter(corp=app.corp, agent_id=number).exists() else 40056)
    visible = [m.userid.lower() for m in Member.objects.filter(corp=app.corp) if m.reachable]
    return {
        "agentid": app.agent_id,
        "name": app.name,
        "square_logo_url": "",
        "description": app.description,
        "allow_userinfos": {"user": [{"userid": userid} for userid in visible]},
        "allow_partys": {"partyid": []},
        "allow_tags": {"tagid": []},
        "close": 0,
        "redirect_domain": app.redirect_domain,
        "report_location_flag": 0,
        "isreportenter": 1,
        "home_url": "",
    }


@endpoint("getcallbackip", "GET")
def getcallbackip(_: Request) -> Answer:
    """Where callbacks come from: here, this machine."""
    return {"ip_list": ["127.0.0.1"]}


def _departments(request: Request) -> list[Department]:
    app, number = request.caller, _number(request, "id")
    inside = recipients.within(app.corp_id, {_department(app, number).number if number is not None else 1})
    return list(Department.objects.filter(corp=app.corp, number__in=inside))


def _department(app: App, number: int) -> Department:
    row = Department.objects.filter(corp=app.corp, number=number).first()
    if row is None:
        raise ApiError(60003)
    return row


def _plain(row: Department) -> dict[str, Any]:
    return {"id": row.number, "parentid": 0 if row.number == 1 else row.parent, "order": row.number}


def _number(request: Request, name: str) -> int | None:
    value = request.query.get(name, "")
    if not value:
        return None
    if not value.isdecimal():
        raise ApiError(40058, f"invalid {name}")
    return int(value)
