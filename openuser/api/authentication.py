"""Who asks: a client by its token, or a member of staff by the admin's session."""

from django.contrib.auth.models import User
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from openuser.api import clients
from openuser.models import ApiClient

SCHEME = "bearer"


class Bearer(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[ApiClient, ApiClient] | None:
        """The client twice: as who asks and as its credentials. Raises `AuthenticationFailed` for a bad token."""
        token = token_of(request.headers.get("Authorization", ""))
        if token is None:
            return None
        client = clients.find(token)
        if client is None:
            raise exceptions.AuthenticationFailed(code="token_invalid")
        return client, client

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class StaffSession(authentication.SessionAuthentication):
    """Somebody who is logged in to the admin; so the pages of the documentation can be tried."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        return found if found and found[0].is_staff else None


def token_of(header: str) -> str | None:
    """The token of an Authorization header of our scheme; None for none and for any other scheme."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None
