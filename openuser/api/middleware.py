"""Middleware of the API: request IDs, size limits, and problem responses for errors outside of views."""

import json
import logging
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from core.logs import set_correlation_id
from core.parties.acting_client import set_acting_client
from core.web import content_policy
from openuser.api.problem_details import MEDIA_TYPE, Problem

logger = logging.getLogger(__name__)

ROOT = "/api/v1/"
# The platform's webhook speaks a protocol of its own.
NOT_API = ("/api/v1/integrations/",)
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,32}")


def is_api(request: HttpRequest) -> bool:
    """Whether a request is for the REST API."""
    return request.path_info.startswith(ROOT) and not request.path_info.startswith(NOT_API)


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem as a response, for code outside of views."""
    return HttpResponse(
        json.dumps(problem.body(request), ensure_ascii=False), status=problem.status, content_type=MEDIA_TYPE
    )


class APIMiddleware:
    """Takes the client's X-Request-ID or makes one; it becomes the correlation ID of every row the request creates.

    Views read it from the request's header. Placed first, so that errors of other middleware become problems too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        asked = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = asked if REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = request_id
        set_correlation_id(request_id)
        try:
            response = refuse_plain_http(request) or refuse_too_large(request) or self.get_response(request)
        finally:
            set_acting_client(None)  # the thread serves others next
        if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            if response.status_code >= 500:
                logger.error("A request failed.", extra={"cid": request_id, "status": response.status_code})
            response = problem_response(request, problem_of_status(response.status_code))
        response.headers["X-Request-ID"] = request_id
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Content-Security-Policy", content_policy.API)
        return response


def refuse_plain_http(request: HttpRequest) -> HttpResponse | None:
    """A 403 response without TLS: after a redirect programs would work on, and show their token to all on the way."""
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    fault = _("The API answers over HTTPS only.")
    hint = _("Use https://, and renew the token if you have sent one: others may have read it.")
    return problem_response(request, Problem(status=403, code="https_required", detail=fault, hint=hint))


VIDEO_UPLOAD = re.compile(r"/api/v1/digital-humans/\d+/portrait-video/")


def refuse_too_large(request: HttpRequest) -> HttpResponse | None:
    """A 413 response for a body over the limit, which is higher for uploads; None otherwise."""
    is_upload = request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    most = settings.API["MAX_UPLOAD"] if is_upload else settings.API["MAX_BODY"]
    if is_upload and VIDEO_UPLOAD.fullmatch(request.path):
        most = settings.API["MAX_VIDEO_UPLOAD"]
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) <= most:
        return None
    fault = _("The request is too large: %(most)s bytes are allowed.") % {"most": most}
    return problem_response(request, Problem(status=413, code="too_large", detail=fault))


def problem_of_status(status: int) -> Problem:
    """The problem for a status that came from outside of the API's views."""
    known = {
        400: ("bad_request", _("The request is malformed."), ""),
        403: ("forbidden", _("The request was rejected."), _("A session needs the header X-CSRFToken.")),
        404: ("not_found", _("There is nothing at this address."), _("See /api/v1/docs/ for the available URLs.")),
        405: ("method_not_allowed", _("This URL does not support the method."), ""),
    }
    text = _("Internal error. Your request had no effect.")
    hint = _("Retry with the same Idempotency-Key; if the error persists, tell an administrator the request_id.")
    code, detail, todo = known.get(status, ("error", text, hint))
    return Problem(status=status, code=code, detail=detail, hint=todo)
