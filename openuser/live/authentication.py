"""Who opens a websocket, and from where: somebody signed in to the admin, or a program with a token."""

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

PROTOCOL = "openuser.v1"
# A browser cannot set headers on a websocket. In the address a token would end in logs, so it comes as a subprotocol.
TOKEN = "bearer."  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A person with permissions, or a program with scopes."""

    who: AbstractUser | ApiClient

    @property
    def is_staff(self) -> bool:
        return isinstance(self.who, AbstractUser) and self.who.is_staff

    async def may(self, permission: str, *, scope: str = "") -> bool:
        """Whether a person has the permission, or a program the scope."""
        if isinstance(self.who, ApiClient):
            return scope in self.who.scopes
        return bool(await database_sync_to_async(self.who.has_perm)(permission))


async def viewer_of(scope: Any) -> Viewer | None:
    """Who it is, or None for a stranger. Whoever sends a token is judged by that alone."""
    token = _token(scope)
    if token is not None:
        client: ApiClient | None = await database_sync_to_async(clients.find)(token)
        return Viewer(who=client) if client else None
    user: AbstractUser | AnonymousUser = scope["user"]
    return Viewer(who=user) if isinstance(user, AbstractUser) and user.is_active else None


def _token(scope: Any) -> str | None:
    token = token_of(_header(scope, b"authorization"))
    offers = [name.removeprefix(TOKEN) for name in offered(scope) if name.startswith(TOKEN)]
    return token if token is not None else next(iter(offers), None)


def offered(scope: Any) -> list[str]:
    """The subprotocols that the client offers; one of them has to be answered."""
    return list(scope.get("subprotocols") or ())


def is_same_site(scope: Any) -> bool:
    """False for a page of another site, whose visitor's cookies would come along.

    Browsers always name the page's origin; programs name none. As with forms, CSRF_TRUSTED_ORIGINS lets others in.
    """
    host = _header(scope, b"host")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    origin = _header(scope, b"origin")
    return not origin or urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS


def _header(scope: Any, name: bytes) -> str:
    # A header that comes twice equals nothing.
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)
