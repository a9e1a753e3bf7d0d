"""Idempotency keys: a POST retried with the same `Idempotency-Key` has one effect and one response.

The key is claimed before the view runs. The view's rows and its response are committed together, so a process that dies
leaves either both or neither, and a lease that expires.
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from openuser.api import clients, problem_details
from openuser.api.authentication import token_of
from openuser.api.middleware import is_api, problem_response
from openuser.models import ApiAnswer

KEY = re.compile(r"[\x21-\x7e]{1,128}")
LEASE = timedelta(seconds=60)
KEEP_FOR = timedelta(hours=24)
KEPT_HEADERS = ("Content-Type", "Location", "Retry-After")
# These depend on the sender or the moment, not on the request: a retry may succeed.
STATUSES_NOT_KEPT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


class IdempotencyMiddleware:
    """Answers retries from the stored response. Placed after Django's authentication, because keys belong to a user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or not is_api(request):
            return self.get_response(request)
        if not KEY.fullmatch(key):
            text = _("An Idempotency-Key has 1 to 128 letters, digits or punctuation marks, and no blanks.")
            error = problem_details.FieldError(code="invalid", detail=text, field="Idempotency-Key")
            return _problem_response(
                request, 400, "idempotency_key_invalid", text, hint=_("A UUID is fine."), error=error
            )
        owner = owner_of(request)
        if not owner:
            return self.get_response(request)  # rejects it as unauthenticated
        try:
            fingerprint = fingerprint_of(request)
        except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
            return _problem_response(request, 400, "parse_error", _("The body cannot be read."))
        claim = claim_key(owner, key, fingerprint)
        if isinstance(claim, str):
            return REFUSALS[claim](request)
        return replay_response(claim) if claim.status else self._first_response(request, claim)

    def _first_response(self, request: HttpRequest, claim: ApiAnswer) -> HttpResponseBase:
        kept = False
        try:
            with nullcontext() if works_outside_transaction(request) else transaction.atomic():
                response = self.get_response(request)
                kept = is_final(response) and store_response(claim, response)
                if not kept and transaction.get_connection().in_atomic_block:
                    transaction.set_rollback(True)
        finally:
            if not kept:
                _claimed(claim).delete()
        # If the lease expired meanwhile, another request holds the key and its response counts.
        return response if kept or not is_final(response) else _in_flight(request)


def claim_key(owner: str, key: str, fingerprint: str, *, now: datetime | None = None) -> ApiAnswer | str:
    """The row to replay (it has a status) or to work under; "other" or "busy" if the key cannot be used."""
    now = now or timezone.now()
    ours = {"lease_owner": uuid.uuid4().hex, "lease_until": now + LEASE}
    ApiAnswer.objects.filter(owner=owner, key=key, created_at__lt=now - KEEP_FOR).delete()
    try:
        with transaction.atomic():
            return ApiAnswer.objects.create(owner=owner, key=key, fingerprint=fingerprint, created_at=now, **ours)
    except IntegrityError:
        answer = ApiAnswer.objects.filter(owner=owner, key=key).first()
    if answer is None:
        return "busy"  # the first request just ended with a response that is not stored
    if answer.fingerprint != fingerprint:
        return "other"
    if answer.status:
        return answer
    # The first request's process died: exactly one of the retries takes over.
    over = ApiAnswer.objects.filter(pk=answer.pk, lease_owner=answer.lease_owner, status=None, lease_until__lt=now)
    if not over.update(**ours):
        return "busy"
    answer.lease_owner = str(ours["lease_owner"])
    return answer


def is_final(response: HttpResponseBase) -> bool:
    """Whether a retry would get the same response tomorrow."""
    return response.status_code < 500 and response.status_code not in STATUSES_NOT_KEPT


def store_response(claim: ApiAnswer, response: HttpResponseBase) -> bool:
    """Store a response; False if another request holds the key by now."""
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = response.content if isinstance(response, HttpResponse) else b""
    return bool(_claimed(claim).update(status=response.status_code, headers=headers, body=body))


def replay_response(kept: ApiAnswer) -> HttpResponse:
    """The stored response."""
    response = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def owner_of(request: HttpRequest) -> str:
    """The owner of the keys, which stays the same when a client's token is renewed; "" if not authenticated."""
    token = token_of(request.headers.get("Authorization", ""))
    if token is not None:
        client = clients.client_of_token(token)
        return f"client:{client.pk}" if client else ""
    return f"user:{request.user.pk}" if request.user.is_authenticated else ""


def fingerprint_of(request: HttpRequest) -> str:
    """A hash of the request. Forms are hashed by part, because each request has a new multipart boundary."""
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        whole.update(request.body)
        return whole.hexdigest()
    for name, values in sorted(request.POST.lists()):
        whole.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            content = hashlib.sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            whole.update(repr((name, file.name, content.hexdigest())).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def works_outside_transaction(request: HttpRequest) -> bool:
    """Whether the view declares that it runs too long for a transaction; such a view must be safe to run twice."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(getattr(view, "cls", None), "works_outside_transaction", False))


def _claimed(claim: ApiAnswer) -> models.QuerySet[ApiAnswer]:
    return ApiAnswer.objects.filter(pk=claim.pk, lease_owner=claim.lease_owner, status=None)


def _problem_response(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    hint: str = "",
    error: problem_details.FieldError | None = None,
) -> HttpResponse:
    errors = (error,) if error else ()
    return problem_response(
        request, problem_details.Problem(status=status, code=code, detail=detail, hint=hint, errors=errors)
    )


def _key_reused(request: HttpRequest) -> HttpResponse:
    fault = _("This Idempotency-Key was used for another request within the last day.")
    return _problem_response(request, 409, "idempotency_key_reused", fault, hint=_("Use a new key for a new request."))


def _in_flight(request: HttpRequest) -> HttpResponse:
    fault = _("The first request with this Idempotency-Key is still running.")
    response = _problem_response(request, 409, "idempotency_in_flight", fault, hint=_("Retry in a moment."))
    response.headers["Retry-After"] = "1"
    return response


REFUSALS = {"other": _key_reused, "busy": _in_flight}
