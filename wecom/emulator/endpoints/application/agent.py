"""The application's profile: `agent/get`, `agent/list`, `agent/set`; and the IP addresses of the platform.

Sources: https://developer.work.weixin.qq.com/document/path/90227, 90228 and 92520.
"""

from typing import Any

from wecom.emulator import live_updates
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media.storage import find_media
from wecom.emulator.models import App

LONGEST_NAME, SHORTEST_DESCRIPTION, LONGEST_DESCRIPTION = 32, 4, 120  # characters
DEFAULT_PROFILE: dict[str, Any] = {"report_location_flag": 0, "isreportenter": 1, "home_url": "", "square_logo_url": ""}


@endpoint("agent/get", "GET")
def get(request: ApiRequest) -> Answer:
    """The application's profile and visible range."""
    app = named_application(request.caller, request.query.get("agentid"))
    users = [str(userid).lower() for userid in app.scope.get("users", [])]
    return {
        "agentid": app.agent_id,
        "name": app.name,
        "description": app.description,
        "allow_userinfos": {"user": [{"userid": userid} for userid in users]},
        "allow_partys": {"partyid": app.scope.get("parties", [])},
        "allow_tags": {"tagid": app.scope.get("tags", [])},
        "close": int(app.closed),
        "redirect_domain": app.redirect_domain,
        **DEFAULT_PROFILE,
        **app.profile,
    }


@endpoint("agent/list", "GET")
def list_applications(request: ApiRequest) -> Answer:
    """The applications that the token can see: only its own."""
    app = request.caller
    if app.agent_id == App.ASSISTANT:
        return {"agentlist": []}
    logo = app.profile.get("square_logo_url", "")
    return {"agentlist": [{"agentid": app.agent_id, "name": app.name, "square_logo_url": logo}]}


@endpoint("agent/set", "POST")
def set_profile(request: ApiRequest) -> Answer:
    """Change the profile as the console does."""
    body = request.json()
    app = named_application(request.caller, body.get("agentid"))
    profile = dict(app.profile)
    for flag in ("report_location_flag", "isreportenter"):
        if flag in body:
            if body[flag] not in {0, 1}:
                raise ApiError(40058, f"invalid {flag}")
            profile[flag] = int(body[flag])
    if "home_url" in body:
        profile["home_url"] = _text(body, "home_url", least=0, most=2048)
    if body.get("logo_mediaid"):
        row = find_media(app.corp, str(body["logo_mediaid"]), kind="image")
        profile["square_logo_url"] = f"/emulator/media/{row.media_id}"
    if "name" in body:
        app.name = _text(body, "name", least=1, most=LONGEST_NAME)
    if "description" in body:
        app.description = _text(body, "description", least=SHORTEST_DESCRIPTION, most=LONGEST_DESCRIPTION)
    if "redirect_domain" in body:
        app.redirect_domain = _text(body, "redirect_domain", least=0, most=255)
    app.profile = profile
    app.save(update_fields=["name", "description", "redirect_domain", "profile"])
    live_updates.refresh()
    return {}


@endpoint("getcallbackip", "GET")
def callback_ips(_: ApiRequest) -> Answer:
    """The addresses that callbacks come from: this machine."""
    return {"ip_list": ["127.0.0.1"]}


@endpoint("get_api_domain_ip", "GET")
def api_ips(_: ApiRequest) -> Answer:
    """The addresses that calls go to: this machine."""
    return {"ip_list": ["127.0.0.1"]}


def named_application(app: App, agent_id: object) -> App:
    """The application that a call names, which must be the token's. Raises `ApiError` 41011, 40058, 301002, 40056."""
    if agent_id is None or agent_id == "":
        raise ApiError(41011)
    if isinstance(agent_id, bool) or not str(agent_id).isdecimal():
        raise ApiError(40058, "invalid agentid")
    number = int(str(agent_id))
    if number != app.agent_id or number == App.ASSISTANT:
        raise ApiError(301002 if App.objects.filter(corp=app.corp, agent_id=number).exists() else 40056)
    return app


def _text(body: dict[str, Any], name: str, *, least: int, most: int) -> str:
    value = body[name]
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise ApiError(40058, f"invalid {name}")
    return value
