"""Members sign in to somebody's pages (网页授权登录): the pages that ask who it is, and what a code is good for.

Sources: https://developer.work.weixin.qq.com/document/path/91022, 91023, 95833, 98151. Whoever has a chat open on the
emulator's phone in the same browser is taken for that member, as in the real application; anybody else is asked.
"""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from wecom.emulator import clock, database
from wecom.emulator.callbacks.envelope import with_query
from wecom.emulator.gateway.error_codes import ApiError, words
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, Corp, LoginCode, Member, UserTicket

PHONE = "emulator_member"  # the cookie that the phone's page sets
OUTSIDER = "-"
STATE = re.compile(r"[A-Za-z0-9_.~-]{0,128}")
SCOPES = {"snsapi_base": False, "snsapi_privateinfo": True}
LONGEST_CODE = 512
POLICY = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


async def authorize(request: HttpRequest) -> HttpResponse:
    """Where a page sends who comes to it inside WeChat Work. `as` names the member without a question."""
    query = {name: str(value) for name, value in request.GET.items()}
    if query.get("response_type") != "code" or query.get("scope") not in SCOPES:
        return await _refused(
            request, 40058, "response_type must be code, scope one of snsapi_base, snsapi_privateinfo"
        )
    return await _ask(request, query, private=SCOPES[query["scope"]])


async def sso(request: HttpRequest) -> HttpResponse:
    """Where a page sends who comes to it in a browser: there one scans a code, here one chooses the member."""
    query = {name: str(value) for name, value in request.GET.items()}
    if query.get("login_type") != "CorpApp" or not query.get("agentid"):
        return await _refused(request, 40058, "login_type must be CorpApp, with an agentid")
    return await _ask(request, query, private=False)


async def _ask(request: HttpRequest, query: dict[str, str], *, private: bool) -> HttpResponse:
    try:
        app, members = await database.run(_company, query)
        if query.get("as") or (request.COOKIES.get(PHONE) and "choose" not in query):
            code = await database.run(_code, app, query.get("as") or request.COOKIES[PHONE], private)
            return _back(query, code)
    except ApiError as error:
        return await _refused(request, error.errcode, error.detail)
    choices = [{"name": row.name, "position": row.position, "url": _as(request, row.userid)} for row in members]
    context = {"app": app.name, "choices": choices, "outsider": _as(request, OUTSIDER)}
    return _page(request, context)


async def _refused(request: HttpRequest, errcode: int, detail: str) -> HttpResponse:
    return _page(request, {"problem": words(errcode, detail=detail), "errcode": errcode}, status=400)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "emulator/login.html", context, status=status)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def _back(query: dict[str, str], code: str) -> HttpResponse:
    fields = {"code": code, **({"state": query["state"]} if "state" in query else {})}
    url, _, fragment = query["redirect_uri"].partition("#")
    for name, value in fields.items():
        url = with_query(url, f"{name}={value}")
    return HttpResponseRedirect(f"{url}#{fragment}" if fragment else url)


def _as(request: HttpRequest, userid: str) -> str:
    query = request.GET.copy()
    query["as"] = userid
    return f"?{query.urlencode()}"


def _company(query: dict[str, str]) -> tuple[App, list[Member]]:
    """The application that asks, and who might be asking. Raises `ApiError`."""
    corp = Corp.objects.filter(corp_id=query.get("appid", "")).first()
    if corp is None:
        raise ApiError(40013)
    apps = App.objects.filter(corp=corp)
    if query.get("agentid") and not query["agentid"].isdecimal():
        raise ApiError(40056)
    app = apps.filter(agent_id=int(query["agentid"])).first() if query.get("agentid") else apps.first()
    if app is None:
        raise ApiError(40056)
    target = urlsplit(query.get("redirect_uri", ""))
    if target.scheme not in {"http", "https"} or not target.netloc:
        raise ApiError(40058, "invalid redirect_uri")
    if app.redirect_domain and target.netloc != app.redirect_domain:
        raise ApiError(50001)
    if not STATE.fullmatch(query.get("state", "")):
        raise ApiError(40058, "invalid state")
    return app, [member for member in Member.objects.filter(corp=corp) if member.reachable]


def _code(app: App, userid: str, private: bool) -> str:
    member = None if userid == OUTSIDER else Member.objects.filter(corp_id=app.corp_id, userid__iexact=userid).first()
    if member is None and userid != OUTSIDER:
        raise ApiError(60111)
    code = secrets.token_urlsafe(32)
    LoginCode.objects.create(corp_id=app.corp_id, member=member, code=code, private=private, created_at=clock.now())
    return code


@endpoint("auth/getuserinfo", "GET")
def getuserinfo(request: Request) -> Answer:
    """Who came with a code: a member, or somebody from outside."""
    row = _spend(request)
    if row.member is None:
        return {"openid": f"outsider-{row.pk}", "external_userid": ""}
    answer = {"userid": row.member.userid.lower()}
    return {**answer, "user_ticket": _ticket(row.member)} if row.private else answer


@endpoint("user/getuserinfo", "GET")
def old_getuserinfo(request: Request) -> Answer:
    """The same at its old address, with its old names."""
    row = _spend(request)
    if row.member is None:
        return {"OpenId": f"outsider-{row.pk}", "DeviceId": ""}
    answer = {"UserId": row.member.userid.lower(), "DeviceId": ""}
    ticket = {"user_ticket": _ticket(row.member), "expires_in": int(UserTicket.LIFETIME)}
    return {**answer, **ticket} if row.private else answer


@endpoint("auth/getuserdetail", "POST")
def getuserdetail(request: Request) -> Answer:
    """What a member lets the application see."""
    return _detail(request)


@endpoint("user/getuserdetail", "POST")
def old_getuserdetail(request: Request) -> Answer:
    """The same at its old address."""
    return _detail(request)


def _spend(request: Request) -> LoginCode:
    """The code's row, which nobody gets again. Raises `ApiError` 40029 for none, 42022 if used, 42003 if too old."""
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


def _ticket(member: Member) -> str:
    row = UserTicket.objects.create(member=member, ticket=secrets.token_urlsafe(48), created_at=clock.now())
    return row.ticket


def _detail(request: Request) -> Answer:
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
