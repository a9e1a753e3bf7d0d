"""The sign-in pages (网页授权登录) that redirect to an application's page with a code.

Sources: https://developer.work.weixin.qq.com/document/path/91022 and 98151. A browser that shows a member's chat on the
emulator's phone signs in as that member, as the WeChat Work app does. Any other browser asks.
"""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from wecom.emulator import clock, database
from wecom.emulator.callbacks.envelope import with_query
from wecom.emulator.gateway.error_codes import ApiError, error_message
from wecom.emulator.models import App, Corp, LoginCode, Member

MEMBER_COOKIE = "emulator_member"  # set by the phone's page
OUTSIDER = "-"  # not a member of the company
STATE = re.compile(r"[A-Za-z0-9_.~-]{0,128}")
SCOPES = {"snsapi_base": False, "snsapi_privateinfo": True}
POLICY = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


async def authorize(request: HttpRequest) -> HttpResponse:
    """Sign-in inside WeChat Work. The parameter `as` chooses the member without asking."""
    query = {name: str(value) for name, value in request.GET.items()}
    if query.get("response_type") != "code" or query.get("scope") not in SCOPES:
        return await _error_page(
            request, 40058, "response_type must be code, scope one of snsapi_base, snsapi_privateinfo"
        )
    return await _choose_member(request, query, private=SCOPES[query["scope"]])


async def sso(request: HttpRequest) -> HttpResponse:
    """Sign-in in a browser. The platform shows a QR code to scan; here you choose the member."""
    query = {name: str(value) for name, value in request.GET.items()}
    if query.get("login_type") != "CorpApp" or not query.get("agentid"):
        return await _error_page(request, 40058, "login_type must be CorpApp, with an agentid")
    return await _choose_member(request, query, private=False)


async def _choose_member(request: HttpRequest, query: dict[str, str], *, private: bool) -> HttpResponse:
    try:
        app, members = await database.run(_application_and_members, query)
        if query.get("as") or (request.COOKIES.get(MEMBER_COOKIE) and "choose" not in query):
            code = await database.run(_create_code, app, query.get("as") or request.COOKIES[MEMBER_COOKIE], private)
            return _redirect(query, code)
    except ApiError as error:
        return await _error_page(request, error.errcode, error.detail)
    choices = [{"name": row.name, "position": row.position, "url": _address_as(request, row.userid)} for row in members]
    context = {"app": app.name, "choices": choices, "outsider": _address_as(request, OUTSIDER)}
    return _page(request, context)


async def _error_page(request: HttpRequest, errcode: int, detail: str) -> HttpResponse:
    return _page(request, {"problem": error_message(errcode, detail=detail), "errcode": errcode}, status=400)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "emulator/login.html", context, status=status)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def _redirect(query: dict[str, str], code: str) -> HttpResponse:
    parameters = {"code": code, **({"state": query["state"]} if "state" in query else {})}
    url, _, fragment = query["redirect_uri"].partition("#")
    for name, value in parameters.items():
        url = with_query(url, f"{name}={value}")
    return HttpResponseRedirect(f"{url}#{fragment}" if fragment else url)


def _address_as(request: HttpRequest, userid: str) -> str:
    query = request.GET.copy()
    query["as"] = userid
    return f"?{query.urlencode()}"


def _application_and_members(query: dict[str, str]) -> tuple[App, list[Member]]:
    """The application of the request, and the members who can sign in. Raises `ApiError`."""
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


def _create_code(app: App, userid: str, private: bool) -> str:
    member = None if userid == OUTSIDER else Member.objects.filter(corp_id=app.corp_id, userid__iexact=userid).first()
    if member is None and userid != OUTSIDER:
        raise ApiError(60111)
    code = secrets.token_urlsafe(32)
    LoginCode.objects.create(corp_id=app.corp_id, member=member, code=code, private=private, created_at=clock.now())
    return code
