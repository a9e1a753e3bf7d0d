"""Keeps pages out of the caches of browsers and proxies: they show members, and words of theirs."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class CachePolicyMiddleware:
    """Placed after WhiteNoise, whose files are for everybody. A view that allows more sets the header itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
