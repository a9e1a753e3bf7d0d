"""`gettoken`, and who a token belongs to."""

import secrets

from wecom.emulator import clock, platform_quirks
from wecom.emulator.conf import options
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import AccessToken, App, WrongSecret, sql

OWNER = "JOIN emulator_accesstoken given ON given.app_id = it.id WHERE given.value = ? AND given.expires_at > ?"
COMPANY = (
    "SELECT corp.id, (SELECT COUNT(*) FROM emulator_wrongsecret WHERE corp_id = corp.id AND address = ? AND at > ?) "
    "FROM emulator_corp corp WHERE corp.corp_id = ?"
)
NEWEST = "WHERE it.app_id = ? AND it.expires_at > ? ORDER BY it.expires_at DESC"
LIFETIME = 7200.0
BLOCK = 3600.0


@endpoint("gettoken", "GET", needs_token=False)
def gettoken(request: Request) -> Answer:
    """The application's token; the same one as long as it is valid."""
    corp_id, secret = request.query.get("corpid", ""), request.query.get("corpsecret", "")
    if not corp_id:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    now = clock.now()
    found = sql.execute(COMPANY, request.address, now - BLOCK, corp_id).fetchone()
    if found is None:
        raise ApiError(40013)
    corp, wrong = found
    if wrong >= options().wrong_secrets:
        raise ApiError(45009, "too many requests with a wrong secret, try again in an hour")
    app = sql.first(App, "WHERE it.corp_id = ? AND it.secret = ?", corp, secret)
    if app is None:
        raise WrongSecretGiven(corp, request.address, now)
    token = sql.first(AccessToken, NEWEST, app.pk, now) if platform_quirks.of(app.pk).same_token else None
    if token is None:
        value = secrets.token_urlsafe(96)
        token = AccessToken.objects.create(app=app, value=value, expires_at=now + LIFETIME)
    return {"access_token": token.value, "expires_in": round(token.expires_at - now)}


class WrongSecretGiven(ApiError):
    """40001 from gettoken; remembered after the call's transaction was rolled back."""

    def __init__(self, corp: int, address: str, at: float) -> None:
        super().__init__(40001)
        self.corp = corp
        self.address = address
        self.at = at

    def remember(self) -> None:
        WrongSecret.objects.create(corp_id=self.corp, address=self.address, at=self.at)


def owner(value: str) -> App:
    """The application that a token was given to. Raises `ApiError` 41001, 40014 or 42001."""
    if not value:
        raise ApiError(41001)
    app = sql.first(App, OWNER, value, clock.now())
    if app is None:
        raise ApiError(42001 if AccessToken.objects.filter(value=value).exists() else 40014)
    return app
