"""Tickets with which pages sign their use of the JS-SDK: `get_jsapi_ticket` of a company, `ticket/get` of an app.

Source: https://developer.work.weixin.qq.com/document/path/90506. A ticket stays the same while it is valid.
"""

import hashlib
import secrets

from wecom.emulator import clock
from wecom.emulator.gateway import rate_limits
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, JsTicket

AGENT_CONFIG = "agent_config"


@endpoint("get_jsapi_ticket", "GET")
def of_company(request: ApiRequest) -> Answer:
    """The ticket for `config`."""
    return _ticket(request.caller, JsTicket.Kind.COMPANY)


@endpoint("ticket/get", "GET")
def of_application(request: ApiRequest) -> Answer:
    """The ticket for `agentConfig`; `type` must be `agent_config`."""
    if request.query.get("type") != AGENT_CONFIG:
        raise ApiError(91040)
    return _ticket(request.caller, JsTicket.Kind.APPLICATION)


def _ticket(app: App, kind: JsTicket.Kind) -> Answer:
    if app.agent_id == App.ASSISTANT:
        raise ApiError(48002)
    rate_limits.count(app, "tickets_per_hour")
    rate_limits.count(app, "tickets_of_application_per_hour", owner=app.pk)
    now = clock.now()
    valid = JsTicket.objects.filter(kind=kind, expires_at__gt=now)
    own = valid.filter(app__corp=app.corp_id) if kind == JsTicket.Kind.COMPANY else valid.filter(app=app)
    row = own.first() or JsTicket.objects.create(
        app=app, kind=kind, value=secrets.token_urlsafe(64), expires_at=now + JsTicket.LIFETIME
    )
    return {"ticket": row.value, "expires_in": round(row.expires_at - now)}


def verify_signature(app: App, *, url: str, nonce: str, timestamp: str, signature: str) -> dict[str, str | bool]:
    """Whether a page's signature is valid and for which call, or its fault."""
    for row in JsTicket.objects.filter(app__corp=app.corp_id).order_by("-pk"):
        if row.kind == JsTicket.Kind.APPLICATION and row.app_id != app.pk:
            continue
        for signed_url, url_error in ((url.partition("#")[0], ""), (url, "the part after # must not be signed")):
            text = f"jsapi_ticket={row.value}&noncestr={nonce}&timestamp={timestamp}&url={signed_url}"
            if hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() != signature.lower():
                continue
            expired = row.expires_at <= clock.now()
            error = url_error or ("the ticket has expired" if expired else "")
            return {"ok": not error, "for": JsTicket.Kind(row.kind).label, "verdict": error or "valid"}
    verdict = "no ticket of this company and application signs these: compare noncestr, timestamp and the whole url"
    return {"ok": False, "for": "", "verdict": verdict}
