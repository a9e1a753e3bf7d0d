"""A POST that may be sent again: one key, one effect, one answer.

The claim is written before the view runs. What the view writes and the answer are committed together, so that a process
that dies leaves either both or neither, and a lease that runs out.
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

from openuser.api import clients, problems
from openuser.api.authentication import token_of
from openuser.api.middleware import answer, is_api
from openuser.models import ApiAnswer

KEY = re.compile(r"[\x21-\x7e]{1,128}")
LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=24)
HEADERS = ("Content-Type", "Location", "Retry-After")
# Not about the request but about who sent it or when: the same request may do better later.
NOT_KEPT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


class Idempotency:
    """Stands behind Django's authentication, to know whose key it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or not is_api(request):
            return self.get_response(request)
        if not KEY.fullmatch(key):
            words = _("An Idempotency-Key has 1 to 128 letters, digits or signs, and no blanks.")
            flaw = problems.Flaw(code="invalid", detail=words, field="Idempotency-Key")
            return _refuse(request, 400, "idempotency_key_invalid", words, hint=_("A UUID is fine."), flaw=flaw)
        owner = owner_of(request)
        if not owner:
            return self.get_response(request)  # which will not let it in
        try:
            fingerprint = fingerprint_of(request)
        except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
            return _refuse(request, 400, "parse_error", _("The body cannot be read."))
        claim = claim_key(owner, key, fingerprint)
        if isinstance(claim, str):
            return REFUSALS[claim](request)
        return replay(claim) if claim.status else self._act(request, claim)

    def _act(self, request: HttpRequest, claim: ApiAnswer) -> HttpResponseBase:
        kept = False
        try:
            with nullcontext() if is_slow(request) else transaction.atomic():
                response = self.get_response(request)
                kept = stays_true(response) and keep(claim, response)
                if not kept and transaction.get_connection().in_atomic_block:
                    transaction.set_rollback(True)
        finally:
            if not kept:
                _mine(claim).delete()
        # Where it took so long that somebody else has the key by now, theirs is the answer.
        return response if kept or not stays_true(response) else _busy(request)


def claim_key(owner: str, key: str, fingerprint: str, *, now: datetime | None = None) -> ApiAnswer | str:
    """The row to answer from (it has a status) or to work under; "other" or "busy" where the key cannot be used."""
    now = now or timezone.now()
    ours = {"lease_owner": uuid.uuid4().hex, "lease_until": now + LEASE}
    ApiAnswer.objects.filter(owner=owner, key=key, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return ApiAnswer.objects.create(owner=owner, key=key, fingerprint=fingerprint, created_at=now, **ours)
    except IntegrityError:
        found = ApiAnswer.objects.filter(owner=owner, key=key).first()
    if found is None:
        return "busy"  # it ended at this moment, without an answer that is kept
    if found.fingerprint != fingerprint:
        return "other"
    if found.status:
        return found
    # Whoever worked under it died: taken over by one of those who ask.
    over = ApiAnswer.objects.filter(pk=found.pk, lease_owner=found.lease_owner, status=None, lease_until__lt=now)
    if not over.update(**ours):
        return "busy"
    found.lease_owner = str(ours["lease_owner"])
    return found


def stays_true(response: HttpResponseBase) -> bool:
    """Whether the same request would be answered like this tomorrow too."""
    return response.status_code < 500 and response.status_code not in NOT_KEPT


def keep(claim: ApiAnswer, response: HttpResponseBase) -> bool:
    """Store an answer; False where somebody else has the key by now."""
    headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    body = response.content if isinstance(response, HttpResponse) else b""
    return bool(_mine(claim).update(status=response.status_code, headers=headers, body=body))


def replay(kept: ApiAnswer) -> HttpResponse:
    """The first answer once more."""
    response = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def forget_old_answers(*, now: datetime | None = None) -> int:
    """Delete answers that are older than a day. Returns how many."""
    deleted, _by_model = ApiAnswer.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()
    return deleted


def owner_of(request: HttpRequest) -> str:
    """Whose keys these are, whatever token a client has by now; "" for nobody that may come in."""
    token = token_of(request.headers.get("Authorization", ""))
    if token is not None:
        client = clients.find(token)
        return f"client:{client.pk}" if client else ""
    return f"user:{request.user.pk}" if request.user.is_authenticated else ""


def fingerprint_of(request: HttpRequest) -> str:
    """A hash of what is asked. Of a form its parts count: the boundary between them is another one each time."""
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


def is_slow(request: HttpRequest) -> bool:
    """Whether the view says that it works too long to hold a transaction; it must bear being done twice."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(getattr(view, "cls", None), "works_outside_transaction", False))


def _mine(claim: ApiAnswer) -> models.QuerySet[ApiAnswer]:
    return ApiAnswer.objects.filter(pk=claim.pk, lease_owner=claim.lease_owner, status=None)


def _refuse(
    request: HttpRequest, status: int, code: str, words: str, *, hint: str = "", flaw: problems.Flaw | None = None
) -> HttpResponse:
    flaws = (flaw,) if flaw else ()
    return answer(request, problems.Problem(status=status, code=code, detail=words, hint=hint, flaws=flaws))


def _other(request: HttpRequest) -> HttpResponse:
    words = _("This Idempotency-Key was used for another request within the last day.")
    return _refuse(request, 409, "idempotency_key_reused", words, hint=_("Use a new key for a new request."))


def _busy(request: HttpRequest) -> HttpResponse:
    words = _("The first request with this Idempotency-Key is still being worked on.")
    response = _refuse(request, 409, "idempotency_in_flight", words, hint=_("Send it again in a moment."))
    response.headers["Retry-After"] = "1"
    return response


REFUSALS = {"other": _other, "busy": _busy}
