"""Authentication of the API: a client by its token, a staff member by the admin's session."""

from django.contrib.auth.models import User
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from core.parties.acting_client import set_acting_client
from openuser.api import clients
from openuser.api.throttling import wait_after_wrong_token
from openuser.metrics.auth_failures import AUTH_FAILURES
from openuser.models import ApiClient

SCHEME = "bearer"


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[ApiClient, ApiClient] | None:
        """The client, as both user and credentials. Raises `AuthenticationFailed` for an invalid token."""
        token = token_of(request.headers.get("Authorization", ""))
        if token is None:
            return None
        client = clients.client_of_token(token)
        if client is None:
            AUTH_FAILURES.add()
            if wait := wait_after_wrong_token(request):
                raise exceptions.Throttled(wait)
            raise exceptions.AuthenticationFailed(code="token_invalid")
        set_acting_client(client.acting)
        return client, client

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class StaffSessionAuthentication(authentication.SessionAuthentication):
    """A staff member's admin session, so that the API's documentation pages can send requests."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user_and_token = super().authenticate(request)
        return user_and_token if user_and_token and user_and_token[0].is_staff else None


def token_of(header: str) -> str | None:
    """The token of a `Bearer` Authorization header; None without a header and for other schemes."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None
