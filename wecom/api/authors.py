"""Who asks for a change over REST."""

from typing import Any

from rest_framework.request import Request

from wecom.signals import Author


def author_of(request: Request) -> Author:
    """The account that asks; a token of an API client is none."""
    who: Any = request.user
    return Author(by=who if hasattr(who, "get_username") else None, over_api=True)
