"""Errors of the API as application/problem+json (RFC 9457), with a code, a field and a hint.

This module imports no view: views load the permissions that the settings name, and those import this module.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from avatars.exceptions import QuotaExceeded
from core.exceptions import OpenUserError, RightMissing, TemporaryError
from core.storage import disk
from wecom.exceptions import NotConfigured

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:openuser:problem:"
RETRY_SECONDS = 10  # seconds


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """An error in the request; `field` is a path such as `data.name`, or "" for the request as a whole."""

    code: str
    detail: str
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error as the client sees it; `hint` says how to fix it."""

    status: int
    code: str
    detail: str
    hint: str = ""
    errors: tuple[FieldError, ...] = ()

    def body(self, request: HttpRequest) -> dict[str, Any]:
        """The JSON object."""
        members: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "instance": request.path,
            "request_id": request.headers.get("X-Request-ID", ""),
        }
        if self.hint:
            members["hint"] = self.hint
        if self.errors:
            members["field"] = self.errors[0].field
            members["errors"] = [
                {"field": error.field, "code": error.code, "detail": error.detail} for error in self.errors
            ]
        return members


class ScopeMissing(exceptions.PermissionDenied):
    """The client's token is valid but lacks the scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(code="scope_missing")
        self.scope = scope


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's `EXCEPTION_HANDLER`. Returns None for unexpected errors, which `APIMiddleware` answers."""
    request = context["request"]._request
    known = problem_of(error)
    if known is None:
        return None
    if known.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        logger.warning("A request of the API was refused.", extra={"status": known.status, "code": known.code})
    response = Response(known.body(request), status=known.status, content_type=MEDIA_TYPE)
    wait = getattr(error, "wait", None) or (RETRY_SECONDS if known.status == HTTPStatus.SERVICE_UNAVAILABLE else None)
    if wait is not None:
        response.headers["Retry-After"] = str(ceil(wait))
    if auth_header := getattr(error, "auth_header", ""):
        response.headers["WWW-Authenticate"] = auth_header
    return response


def problem_of(error: Exception) -> Problem | None:
    """The problem that describes an error; None for an unexpected one."""
    if isinstance(error, OpenUserError):
        return _problem_of_own_error(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if disk.is_full(error):
        return Problem(status=507, code="disk_full", detail=_("The disk is full."), hint=_("Try again later."))
    if isinstance(error, exceptions.ValidationError):
        errors = tuple(_field_errors(error.get_full_details(), ""))
        detail = " ".join(dict.fromkeys(flaw.detail for flaw in errors))
        return Problem(status=422, code="invalid", detail=detail, hint=_hint(error), errors=errors)
    if isinstance(error, exceptions.APIException):
        status, code, text = error.status_code, _code(error), str(error.detail)
        return Problem(status=status, code=code, detail=text, hint=_hint(error))
    return None


def _problem_of_own_error(error: OpenUserError) -> Problem:
    status = 422 if error.field else 409
    if isinstance(error, TemporaryError | NotConfigured):
        status = 503
    if isinstance(error, QuotaExceeded):
        status = 429
    if isinstance(error, RightMissing):
        status = 403
    errors = (FieldError(code=error.code, detail=error.message, field=error.field),) if error.field else ()
    return Problem(status=status, code=error.code, detail=error.message, hint=error.remedy, errors=errors)


def _field_errors(details: Any, path: str) -> Iterator[FieldError]:
    """REST framework's nested lists and dictionaries, flattened."""
    if isinstance(details, list):
        for index, detail in enumerate(details):
            is_leaf = isinstance(detail, dict) and set(detail) == {"message", "code"}
            yield from _field_errors(detail, path if is_leaf else f"{path}[{index}]")
    elif set(details) == {"message", "code"} and not isinstance(details["message"], dict | list):
        yield FieldError(code=str(details["code"]), detail=str(details["message"]), field=path)
    else:
        for name, detail in details.items():
            if isinstance(name, int):  # an index into a list of plain values
                yield from _field_errors(detail, f"{path}[{name}]")
                continue
            inner = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(detail, ".".join(part for part in (path, inner) if part))


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _hint(error: exceptions.APIException) -> str:
    if isinstance(error, ScopeMissing):
        return _("Ask for a token with the scope %(scope)s.") % {"scope": error.scope}
    hints = {
        exceptions.ValidationError: _("Correct the fields in `errors` and retry."),
        exceptions.NotAuthenticated: _("Send the header `Authorization: Bearer <token>`."),
        exceptions.AuthenticationFailed: _("The token is unknown, disabled or expired: ask for a new one."),
        exceptions.NotFound: _("Check the ID in the URL; the list shows existing ones."),
        exceptions.MethodNotAllowed: _("The header `Allow` lists the methods of this URL."),
        exceptions.Throttled: _("Wait for the seconds in `Retry-After`, and send fewer requests."),
        exceptions.ParseError: _("Send valid JSON in UTF-8."),
        exceptions.UnsupportedMediaType: _("Send `application/json`, or `multipart/form-data` with a file."),
    }
    return hints.get(type(error), "")
