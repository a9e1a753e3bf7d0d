"""`gettoken`: an access token for a company ID and an application's secret.

Source: https://developer.work.weixin.qq.com/document/path/91039.
"""

import secrets

from wecom.emulator import clock, platform_quirks
from wecom.emulator.conf import options
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.tokens import WrongSecretError
from wecom.emulator.models import AccessToken, App, sql

CORP = (
    "SELECT corp.id, (SELECT COUNT(*) FROM emulator_wrongsecret WHERE corp_id = corp.id AND address = ? AND at > ?) "
    "FROM emulator_corp corp WHERE corp.corp_id = ?"
)
NEWEST = "WHERE it.app_id = ? AND it.expires_at > ? ORDER BY it.expires_at DESC"
LIFETIME = 7200.0
BLOCK = 3600.0  # seconds after wrong secrets


@endpoint("gettoken", "GET", needs_token=False)
def gettoken(request: ApiRequest) -> Answer:
    """The application's token, the same one while it is valid. Wrong secrets block the caller's address."""
    corp_id, secret = request.query.get("corpid", ""), request.query.get("corpsecret", "")
    if not corp_id:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    now = clock.now()
    row = sql.execute(CORP, request.address, now - BLOCK, corp_id).fetchone()
    if row is None:
        raise ApiError(40013)
    corp, wrong_secrets = row
    if wrong_secrets >= options().wrong_secrets:
        raise ApiError(45009, "too many requests with a wrong secret, try again in an hour")
    app = sql.first(App, "WHERE it.corp_id = ? AND it.secret = ?", corp, secret)
    if app is None:
        raise WrongSecretError(corp, request.address, now)
    token = sql.first(AccessToken, NEWEST, app.pk, now) if platform_quirks.rules_of(app.pk).same_token else None
    if token is None:
        value = secrets.token_urlsafe(96)
        token = AccessToken.objects.create(app=app, value=value, expires_at=now + LIFETIME)
    return {"access_token": token.value, "expires_in": round(token.expires_at - now)}
