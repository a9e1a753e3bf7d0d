"""Authentication of websockets: a staff member by the admin's session, a program by its token."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http.request import split_domain_port, validate_host

from openuser.api import clients
from openuser.api.authentication import token_of
from openuser.models import ApiClient
from openuser.pages import staff_sessions
from openuser.second_factor.middleware import lacks_second_factor

SUBPROTOCOL = "openuser.v1"
# Browsers cannot set headers on a websocket, and a token in the URL would end up in logs. So it is a subprotocol.
TOKEN_SUBPROTOCOL = "bearer."  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A staff member with permissions, or a program with scopes."""

    user: AbstractUser | ApiClient

    @property
    def is_staff(self) -> bool:
        return isinstance(self.user, AbstractUser) and self.user.is_staff

    async def may(self, permission: str, *, scope: str = "") -> bool:
        """Whether a staff member has the permission, or a program the scope."""
        if isinstance(self.user, ApiClient):
            return scope in self.user.scopes
        return bool(await database_sync_to_async(self.user.has_perm)(permission))


async def viewer_of(scope: Any) -> Viewer | None:
    """The authenticated viewer, or None. A token, if sent, takes precedence over the session."""
    token = _token(scope)
    if token is not None:
        client: ApiClient | None = await database_sync_to_async(clients.client_of_token)(token)
        return Viewer(user=client) if client else None
    user: AbstractUser | AnonymousUser = scope["user"]
    if not isinstance(user, AbstractUser) or not user.is_active or staff_sessions.is_over(scope["session"]):
        return None
    if lacks_second_factor(user, scope["session"]):
        return None
    return Viewer(user=user)


def _token(scope: Any) -> str | None:
    token = token_of(_header(scope, b"authorization"))
    offers = [
        name.removeprefix(TOKEN_SUBPROTOCOL)
        for name in offered_subprotocols(scope)
        if name.startswith(TOKEN_SUBPROTOCOL)
    ]
    return token if token is not None else next(iter(offers), None)


def offered_subprotocols(scope: Any) -> list[str]:
    """The subprotocols that the client offers; the handshake must accept one of them."""
    return list(scope.get("subprotocols") or ())


def is_same_site(scope: Any) -> bool:
    """False for a page of another site, which would send the visitor's cookies along.

    Browsers always send the page's origin; programs send none. CSRF_TRUSTED_ORIGINS allows other origins, as for forms.
    """
    host = _header(scope, b"host")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    origin = _header(scope, b"origin")
    return not origin or urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS


def _header(scope: Any, name: bytes) -> str:
    # A repeated header must not match anything.
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)
