"""Access tokens: which application one belongs to, and wrong secrets that block an address."""

from wecom.emulator import clock
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import AccessToken, App, WrongSecret, sql

VALID = "JOIN emulator_accesstoken token ON token.app_id = it.id WHERE token.value = ? AND token.expires_at > ?"


class WrongSecretError(ApiError):
    """40001 of `gettoken`. The attempt is stored once the call's transaction was rolled back."""

    def __init__(self, corp: int, address: str, at: float) -> None:
        super().__init__(40001)
        self.corp = corp
        self.address = address
        self.at = at

    def store(self) -> None:
        """Count the attempt."""
        WrongSecret.objects.create(corp_id=self.corp, address=self.address, at=self.at)


def application_of(token: str) -> App:
    """The application that an access token belongs to. Raises `ApiError` 41001, 40014 or 42001."""
    if not token:
        raise ApiError(41001)
    app = sql.first(App, VALID, token, clock.now())
    if app is None:
        raise ApiError(42001 if AccessToken.objects.filter(value=token).exists() else 40014)
    return app
