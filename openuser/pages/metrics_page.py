"""The page /metrics, for Prometheus: off until a token or a network is set."""

import ipaddress
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core.web.client_address import client_address
from openuser.metrics.exposition import Page

page = Page()


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for requests with the token or from an allowed network; for others there is no such page."""
    if not (_has_token(request) or _is_near(request)):
        return HttpResponseNotFound()
    return HttpResponse(page.text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _has_token(request: HttpRequest) -> bool:
    expected, header = settings.METRICS["TOKEN"], request.headers.get("Authorization", "")
    return bool(expected) and compare_digest(header.encode(), f"Bearer {expected}".encode())


def _is_near(request: HttpRequest) -> bool:
    address = ipaddress.ip_address(client_address(request))
    return any(address in network for network in settings.METRICS["NETWORKS"])
