"""`gettoken`, and who a token belongs to."""

import secrets

from wecom.emulator import clock
from wecom.emulator.calls import Answer, Request, endpoint
from wecom.emulator.conf import options
from wecom.emulator.errors import ApiError
from wecom.emulator.models import AccessToken, App, Corp, WrongSecret

# Written out, because every call asks: building the query would take longer than the rest of it.
OWNER = (
    "SELECT app.*, given.expires_at AS until FROM emulator_accesstoken given "
    "JOIN emulator_app app ON app.id = given.app_id WHERE given.value = %s"
)
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
    corp = Corp.objects.filter(corp_id=corp_id).first()
    if corp is None:
        raise ApiError(40013)
    now = clock.now()
    recent = WrongSecret.objects.filter(corp=corp, address=request.address, at__gt=now - BLOCK)
    if recent.count() >= options().wrong_secrets:
        raise ApiError(45009, "too many requests with a wrong secret, try again in an hour")
    app = App.objects.filter(corp=corp, secret=secret).first()
    if app is None:
        raise WrongSecretGiven(corp, request.address, now)
    token = AccessToken.objects.filter(app=app, expires_at__gt=now).order_by("-expires_at").first()
    if token is None:
        value = secrets.token_urlsafe(96)
        token = AccessToken.objects.create(app=app, value=value, expires_at=now + LIFETIME)
    return {"access_token": token.value, "expires_in": round(token.expires_at - now)}


class WrongSecretGiven(ApiError):
    """40001 from gettoken; remembered after the call's transaction was rolled back."""

    def __init__(self, corp: Corp, address: str, at: float) -> None:
        super().__init__(40001)
        self.corp = corp
        self.address = address
        self.at = at

    def remember(self) -> None:
        WrongSecret.objects.create(corp=self.corp, address=self.address, at=self.at)


def owner(value: str) -> App:
    """The application that a token was given to. Raises `ApiError` 41001, 40014 or 42001."""
    if not value:
        raise ApiError(41001)
    app = next(iter(App.objects.raw(OWNER, [value])), None)
    if app is None:
        raise ApiError(40014)
    if app.until <= clock.now():  # type: ignore[attr-defined]
        raise ApiError(42001)
    return app
