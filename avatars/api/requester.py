"""The requester of a call, for fair order and for the record, and the address of a row for an answer."""

from typing import Any

from django.db.models import Model
from rest_framework.request import Request
from rest_framework.reverse import reverse


def requester_of(request: Request) -> str:
    """The requester, for fair order and quotas: a client or an account."""
    client = getattr(request.auth, "pk", None)
    return f"client:{client}" if client else f"user:{request.user.pk}"


def name_of(request: Request) -> str:
    """The requester's name for the record: an account or a program."""
    who: Any = request.user
    return str(who.get_username() if hasattr(who, "get_username") else who.name)[:150]


def location_of(request: Request, name: str, row: Model) -> str:
    return str(reverse(f"{name}-detail", args=[row.pk], request=request))
