"""Tickets that pages sign their use of the JS-SDK with: `get_jsapi_ticket` for a company, `ticket/get` for an app.

Source: https://developer.work.weixin.qq.com/document/path/90506. A ticket is the same while it is valid.
"""

import hashlib
import secrets

from wecom.emulator import clock
from wecom.emulator.gateway import rate_limits
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import App, JsTicket

AGENT_CONFIG = "agent_config"


@endpoint("get_jsapi_ticket", "GET")
def of_company(request: Request) -> Answer:
    """For `config`."""
    return _ticket(request.caller, JsTicket.Kind.COMPANY)


@endpoint("ticket/get", "GET")
def of_application(request: Request) -> Answer:
    """For `agentConfig`: with `type=agent_config`, and with nothing else."""
    if request.query.get("type") != AGENT_CONFIG:
        raise ApiError(91040)
    return _ticket(request.caller, JsTicket.Kind.APPLICATION)


def _ticket(app: App, kind: JsTicket.Kind) -> Answer:
    if app.agent_id == App.ASSISTANT:
        raise ApiError(48002)
    rate_limits.spend(app, "tickets_per_hour")
    rate_limits.spend(app, "tickets_of_application_per_hour", of=app.pk)
    now = clock.now()
    valid = JsTicket.objects.filter(kind=kind, expires_at__gt=now)
    owned = valid.filter(app__corp=app.corp_id) if kind == JsTicket.Kind.COMPANY else valid.filter(app=app)
    row = owned.first() or JsTicket.objects.create(
        app=app, kind=kind, value=secrets.token_urlsafe(64), expires_at=now + JsTicket.LIFETIME
    )
    return {"ticket": row.value, "expires_in": round(row.expires_at - now)}


def explain(app: App, *, url: str, nonce: str, timestamp: str, signature: str) -> dict[str, str | bool]:
    """What a page's signature is good for, or what it lacks: the emulator has no page that would say so."""
    for row in JsTicket.objects.filter(app__corp=app.corp_id).order_by("-pk"):
        if row.kind == JsTicket.Kind.APPLICATION and row.app_id != app.pk:
            continue
        for signed, words in ((url.partition("#")[0], ""), (url, "the part after # must not be signed")):
            text = f"jsapi_ticket={row.value}&noncestr={nonce}&timestamp={timestamp}&url={signed}"
            if hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() != signature.lower():
                continue
            late = row.expires_at <= clock.now()
            problem = words or ("the ticket has expired" if late else "")
            return {"ok": not problem, "for": JsTicket.Kind(row.kind).label, "verdict": problem or "valid"}
    verdict = "no ticket of this company and application signs these: compare noncestr, timestamp and the whole url"
    return {"ok": False, "for": "", "verdict": verdict}
