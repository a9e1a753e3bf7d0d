"""Answers probes of other machines before any other middleware.

Supervisors, Kubernetes and Prometheus ask by an address of the internal network, without TLS: the name of the site and
its redirect to HTTPS are for people.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from openuser.pages import health, metrics_page

VIEWS = {
    "/healthz/live": health.live,
    "/healthz/ready": health.ready,
    "/healthz/start": health.start,
    "/metrics": metrics_page.metrics,
}


class ProbeMiddleware:
    """Placed first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = VIEWS.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response = view(request)
        # Django would write an error for each 503, as often as a supervisor asks.
        vars(response)["_has_been_logged"] = True
        return response
